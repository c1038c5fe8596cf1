import { DECISION_DAYS_MAX, DECISION_KINDS, DECISION_STATES } from "@zerotrace/core/decision/decision";
import { AppError } from "@zerotrace/core";
import { VEX_FORMATS } from "@zerotrace/core/vex/vex";
import { type Command, Option } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

type Decision = Answer<typeof contract.decisions.getDecision>;

const DAY_MS = 86_400_000;
const DAYS = 90;
const COLUMNS = [
  { title: "ID" },
  { title: "STATE" },
  { title: "KIND" },
  { title: "HIDES", align: "right" },
  { title: "UNTIL" },
  { title: "BY" },
  { title: "SCOPE" },
  { title: "REASON" },
] as const;

/** The end of a day, or of the day in so many days. Throws BAD_REQUEST. */
export const endOf = (asked: string, nowMs: number): string => {
  const days = /^(\d{1,3})d$/.exec(asked)?.[1];
  const day = days === undefined ? asked : new Date(nowMs + Number(days) * DAY_MS).toISOString().slice(0, 10);
  const at = new Date(`${day}T23:59:59.000Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
  if (isDay) return at.toISOString();
  throw new AppError("BAD_REQUEST", `--until takes a day such as 2026-12-31, or 30d: "${asked}" is none.`, {
    field: "until",
  });
};

/** What a decision hides, in words. */
const effectOf = ({ state, findingCount, closedCount }: Decision): string => {
  if (state === "proposed") return "waits for a second person's approval";
  const partly = findingCount - closedCount;
  return `hides ${counted(closedCount, "finding")}${partly > 0 ? ` and ${partly} more on some of their assets` : ""}`;
};

const registerList = (decisions: Command, cli: Cli): void => {
  decisions
    .command("list")
    .description("what people decided of findings, newest first")
    .addOption(new Option("--state <state>", "only those").choices(DECISION_STATES))
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, limit, state, ...options }) => {
      const { call } = await connect(cli, options);
      const ask = (page: { limit: number; cursor?: string }) =>
        call(contract.decisions.listDecisions, { query: { ...page, state } });
      const { rows, count } = await pagesOf(ask, limit);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.decisions/1", count, decisions: rows })}\n`);
        return;
      }
      const cells = rows.map((d) => [
        d.id,
        d.state,
        d.kind,
        String(d.closedCount),
        d.expiresAt.slice(0, 10),
        printable(d.createdBy),
        printable(d.scope),
        printable(d.reason),
      ]);
      if (rows.length === 0)
        cli.err.write("Nothing is decided: zerotrace decisions create SCOPE --kind KIND --reason TEXT\n");
      else cli.out.write(table(COLUMNS, cells));
    });
};

const registerPreview = (decisions: Command, cli: Cli): void => {
  decisions
    .command("preview")
    .description("say what a decision with this scope would hide; nothing is changed")
    .argument("<scope>", "in the language of queries, such as 'advisory:CVE-2026-1 label:lab'")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (scope, { format, ...options }) => {
      const { call } = await connect(cli, options);
      const preview = await call(contract.decisions.previewDecision, { body: { scope } });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.decision-preview/1", ...preview })}\n`);
        return;
      }
      const { findingCount, closedCount, assetCount, riskShare, examples } = preview;
      const share = `${Math.round(riskShare * 1000) / 10} % of the open risk`;
      cli.out.write(`Would hide ${counted(findingCount, "finding")} on ${counted(assetCount, "asset")}, ${share}\n`);
      const partly = findingCount - closedCount;
      if (partly > 0) cli.out.write(`${counted(partly, "finding")} of them stay open on other assets\n`);
      for (const one of examples)
        cli.out.write(`  ${one.severity} ${printable(`${one.advisory} in ${one.package} ${one.version}`)}\n`);
      if (preview.needsApproval) cli.err.write("A second person must approve it before it counts\n");
    });
};

const registerCreate = (decisions: Command, cli: Cli): void => {
  decisions
    .command("create")
    .description("decide on findings until a day; zerotrace decisions preview says what that hides")
    .argument("<scope>", "in the language of queries, such as 'advisory:CVE-2026-1 label:lab'")
    .addOption(new Option("--kind <kind>", "what is decided").choices(DECISION_KINDS).makeOptionMandatory())
    .requiredOption("--reason <text>", "why, for who reads it in a year")
    .option("--until <day>", `a day such as 2026-12-31, or 30d; at most ${DECISION_DAYS_MAX}d`, `${DAYS}d`)
    .option("--owner <text>", "whose it is (you)")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (scope, { format, kind, reason, until, owner, ...options }) => {
      const expiresAt = endOf(until, Date.now());
      const { call } = await connect(cli, options);
      const asked = { kind, scope, reason, expiresAt, ...(owner === undefined ? {} : { owner }) };
      const made = await call(contract.decisions.createDecision, { body: asked });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.decision/1", ...made })}\n`);
        return;
      }
      cli.out.write(`Decided ${made.id}: ${effectOf(made)} until ${made.expiresAt.slice(0, 10)}\n`);
    });
};

const registerRevoke = (decisions: Command, cli: Cli): void => {
  decisions
    .command("revoke")
    .description("take a decision back at once: what it hid is open again")
    .argument("<id>")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (id, options) => {
      const { call } = await connect(cli, options);
      const before = await call(contract.decisions.getDecision, { params: { id } });
      await call(contract.decisions.revokeDecision, { params: { id } });
      cli.err.write(
        `Revoked: ${counted(before.closedCount, "finding")} that it hid ${before.closedCount === 1 ? "is" : "are"} open again\n`,
      );
    });
};

const registerApprove = (decisions: Command, cli: Cli): void => {
  decisions
    .command("approve")
    .description("say yes, as a second person, to a decision that waits for approval")
    .argument("<id>")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (id, options) => {
      const { call } = await connect(cli, options);
      const decision = await call(contract.decisions.approveDecision, { params: { id } });
      cli.err.write(`Approved: it ${effectOf(decision)} until ${decision.expiresAt.slice(0, 10)}\n`);
    });
};

const registerReject = (decisions: Command, cli: Cli): void => {
  decisions
    .command("reject")
    .description("say no to a decision that waits for approval; it is revoked and hides nothing")
    .argument("<id>")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (id, options) => {
      const { call } = await connect(cli, options);
      const { state } = await call(contract.decisions.getDecision, { params: { id } });
      if (state !== "proposed") {
        throw new AppError("CONFLICT", `This decision is ${state}: one that waits for approval is rejected.`);
      }
      await call(contract.decisions.revokeDecision, { params: { id } });
      cli.err.write("Rejected: nothing is hidden\n");
    });
};

const registerExport = (decisions: Command, cli: Cli): void => {
  decisions
    .command("export")
    .description("write what is decided for the whole company as a VEX document")
    .addOption(
      new Option("--format <format>", "openvex, cyclonedx or csaf").choices(VEX_FORMATS).default("openvex" as const),
    )
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async ({ format, ...options }) => {
      const { call } = await connect(cli, options);
      const document = await call(contract.decisions.exportDecisions, { query: { format } });
      cli.out.write(`${JSON.stringify(document, null, 2)}\n`);
    });
};

/** `zerotrace decisions`: what people decide of findings, with the preview and the way back. */
export const register = (program: Command, cli: Cli): void => {
  const decisions = program
    .command("decisions")
    .description("accept risks, false positives and deferrals, until a day");
  registerList(decisions, cli);
  registerPreview(decisions, cli);
  registerCreate(decisions, cli);
  registerApprove(decisions, cli);
  registerReject(decisions, cli);
  registerRevoke(decisions, cli);
  registerExport(decisions, cli);
};
