import { type Command, Option } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { durationHours } from "@zerotrace/core/query/language/index";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { changesMarkdown, changesTable } from "../changes/text.ts";
import { connect } from "../local.ts";
import { dataDirOption, serverOption, tokenOption } from "../options.ts";

const HOUR_MS = 3_600_000;
const DAY = /^\d{4}-\d\d-\d\d/;

/** Since when, as the API takes it: a duration back from now, or a day or moment as it is written. Throws BAD_REQUEST. */
export const sinceOf = (text: string, nowMs: number): string => {
  const hours = durationHours(text);
  if (hours !== null) return new Date(nowMs - hours * HOUR_MS).toISOString();
  if (DAY.test(text)) return text;
  throw new AppError("BAD_REQUEST", `--since ${text} is no time: write 1d, 12h, 7d or a day such as 2026-01-31.`, {
    field: "since",
  });
};

/** `zerotrace changes` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("changes")
    .description("what changed: findings, fixes, KEV, EPSS, assets, decisions, feeds; by day")
    .option("--since <time>", "1d, 12h, 7d, or a day such as 2026-01-31 (default: yesterday 00:00)")
    .option("--zone <zone>", "time zone whose days are meant (default: this machine's)")
    .addOption(
      new Option("--format <format>", "how to write it; markdown is for chat and mail")
        .choices(["table", "json", "markdown"] as const)
        .default("table" as const),
    )
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async ({ since, zone, format, ...options }) => {
      const from = since === undefined ? undefined : sinceOf(since, Date.now());
      const { call, url } = await connect(cli, options);
      const query = { from, zone: zone ?? (Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC") };
      const changes = await call(contract.changes.listChanges, { query });
      const begins = since === undefined ? "Since yesterday" : `Since ${since}`;
      if (format === "json") cli.out.write(`${JSON.stringify({ schema: "zerotrace.changes/1", ...changes })}\n`);
      else if (format === "markdown") cli.out.write(changesMarkdown(changes, begins, url));
      else {
        cli.out.write(changesTable(changes));
        cli.err.write(`${begins}: ${changes.says}\n`);
        if (changes.gaps.length > 0) cli.err.write(`This may not be all: ${changes.gaps.join("; ")}\n`);
      }
    });
};
