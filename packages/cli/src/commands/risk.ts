import type { Command } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";

type WhatIf = Answer<typeof contract.risk.whatIf>;

const RULE_COLUMNS = [
  { title: "#", align: "right" },
  { title: "NAME" },
  { title: "CRITICALITY" },
  { title: "EXPOSURE" },
  { title: "ASSETS" },
] as const;
const STANDING_COLUMNS = [{ title: "" }, { title: "NOW", align: "right" }, { title: "THEN", align: "right" }] as const;

const registerRules = (risk: Command, cli: Cli): void => {
  risk
    .command("rules")
    .description("the rules that say what assets are worth and how far they are reachable; the first match wins")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, ...options }) => {
      const { call } = await connect(cli, options);
      const { rules, changedAt, changedBy } = await call(contract.risk.listRiskRules);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.risk-rules/1", rules, changedAt, changedBy })}\n`);
        return;
      }
      if (rules.length === 0) {
        cli.err.write("No rules: assets add nothing to a risk unless they are rated by hand\n");
        return;
      }
      const cells = rules.map((rule, i) => [
        String(i + 1),
        printable(rule.name),
        rule.criticality ?? "-",
        rule.exposure ?? "-",
        printable(rule.condition),
      ]);
      cli.out.write(table(RULE_COLUMNS, cells));
    });
};

/** Now and then side by side, and what is closed. */
export const whatIfText = ({ before, after, riskShare, closedCount, touchedCount, keys }: WhatIf): string => {
  const head = `Takes away ${(riskShare * 100).toFixed(1)} % of the risk: closes ${counted(closedCount, "finding")} on ${counted(touchedCount, "asset")}`;
  const stays = before.risk === after.risk && closedCount > 0 ? ": something else is as high" : "";
  const worst = `Highest risk of any asset ${before.risk.toFixed(1)} -> ${after.risk.toFixed(1)}${stays}`;
  const row = (name: string, of: (one: WhatIf["before"]) => number): [string, string, string] => [
    name,
    String(of(before)),
    String(of(after)),
  ];
  const rows = [
    row("critical", (s) => s.findings.critical),
    row("high", (s) => s.findings.high),
    row("medium", (s) => s.findings.medium),
    row("low", (s) => s.findings.low),
    row("none", (s) => s.findings.none),
    row("unknown", (s) => s.findings.unknown),
    row("exploited", (s) => s.kevCount),
    row("findings", (s) => s.findingCount),
    row("assets with findings", (s) => s.assetCount),
  ];
  const idle = keys.filter((key) => key.closedCount === 0);
  const noted = idle.map(({ key }) => `${printable(key)} closes nothing that is open\n`).join("");
  return `${head}\n${worst}\n${table(STANDING_COLUMNS, rows)}${noted}`;
};

const registerWhatIf = (risk: Command, cli: Cli): void => {
  risk
    .command("what-if")
    .description("how the company would stand if these fixes were done; nothing is changed")
    .argument("[keys...]", "as the list of fixes has them, such as Debian:12/openssl/3.0.17-1")
    .option("--query <query>", "or if these findings were gone, such as 'kev:true label:prod'")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (keys, { format, query, ...options }) => {
      const { call } = await connect(cli, options);
      const body = { ...(keys.length > 0 ? { keys } : {}), ...(query === undefined ? {} : { query }) };
      const answer = await call(contract.risk.whatIf, { body });
      if (format === "json") cli.out.write(`${JSON.stringify({ schema: "zerotrace.what-if/1", ...answer })}\n`);
      else cli.out.write(whatIfText(answer));
    });
};

/** `zerotrace risk`: what assets add to it, and what fixes take from it. */
export const register = (program: Command, cli: Cli): void => {
  const risk = program.command("risk").description("what assets add to the risk, and how it would be after some fixes");
  registerRules(risk, cli);
  registerWhatIf(risk, cli);
};
