import {
  AppError,
  type Component,
  componentOfPurl,
  type ExplainedRange,
  isEndOfLife,
  judgedAs,
  type Verdict,
} from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { configOf, configOption, dataDirOption, feedsOption, formatOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress } from "../output/progress.ts";
import { paintFor, printable } from "../output/style.ts";
import { openScanIndex } from "../scan/scan-index.ts";

/** What a range says of a version, in words. */
const WORDS: Readonly<Record<ExplainedRange["outcome"], (r: ExplainedRange, version: string) => string>> = {
  affected: (r, version) =>
    `${version} is affected; ${r.fixedIn === null ? "no fix is known" : `fixed in ${r.fixedIn}`}`,
  below: (r, version) => `not affected: ${version} is older than ${r.introduced}, which brought the weakness in`,
  fixed: (r) => `not affected: fixed in ${r.fixedIn}`,
  above_last: (r, version) =>
    `not affected: ${version} is above the last affected version${r.lastAffected === null ? "" : ` ${r.lastAffected}`}`,
  not_listed: (_, version) => `not affected: ${version} is not among the versions listed`,
  withdrawn: (r) =>
    `not affected: the record was withdrawn${r.withdrawnAt === null ? "" : ` on ${r.withdrawnAt.slice(0, 10)}`}`,
  unparsable: (_, version) => `unknown: ${version} or a bound of the range cannot be ordered`,
};

const saysOf = (r: ExplainedRange, version: string): string => {
  if (!isEndOfLife(r.recordId)) return WORDS[r.outcome](r, version);
  return r.outcome === "affected" ? r.group.summary : `${version} is no version of what ended`;
};

const verdictWords = (verdict: Verdict, name: string, version: string): string => {
  if (verdict.verdict === "affected")
    return `${name} ${version} is affected by ${counted(verdict.hits.length, "advisory", "advisories")}`;
  if (verdict.verdict === "not_affected") return `${name} ${version} is not affected by any advisory of these sources`;
  return {
    no_feed: `Unknown: no source covers the ecosystem of ${name}`,
    end_of_life: `Unknown: the system of ${name} is past its end of life, and no source covers it`,
    unparsable: `Unknown: the version ${version} of ${name} cannot be ordered`,
  }[verdict.reason ?? "unparsable"];
};

/** The component of a package URL, inside the one that `inside` names. Throws BAD_REQUEST. */
const componentInside = (purl: string, inside: string | undefined): Component => {
  const component = componentOfPurl(purl);
  const owner = inside === undefined ? null : componentOfPurl(inside);
  for (const [field, { version }] of [
    ["purl", component],
    ["inside", owner ?? component],
  ] as const) {
    if (version !== "") continue;
    throw new AppError("BAD_REQUEST", "The package URL has no version: write pkg:type/name@version.", { field });
  }
  return owner === null ? component : { ...component, ownedBy: judgedAs(owner) };
};

interface ExplainOptions {
  readonly feeds?: string[];
  readonly dataDir?: string;
  readonly config?: string;
  readonly inside?: string;
  readonly format: string;
}

const explain = async (cli: Cli, purl: string, advisory: string | undefined, options: ExplainOptions) => {
  const component = componentInside(purl, options.inside);
  const { format, inside: _inside, ...flags } = options;
  const { config } = configOf(cli, flags);
  const view = createProgress(cli.err);
  const index = await openScanIndex({
    dataDir: config.dataDir,
    feeds: config.feeds,
    signal: cli.signal,
    onProgress: (p) => view.update("feeds", p.label, p),
    warn: (text) => view.line(`warning: ${text}`),
  }).finally(() => view.close());
  const judged = judgedAs(component);
  const { ecosystem, name, version } = judged;
  const verdict = index.match(ecosystem, name, version);
  const wanted = advisory?.toUpperCase();
  const ranges = index
    .explain(ecosystem, name, version)
    .filter(
      (r) =>
        wanted === undefined || [r.group.id, ...r.group.aliases, r.recordId].some((id) => id.toUpperCase() === wanted),
    )
    // Cycles that the version is not in say nothing of it.
    .filter((r) => wanted !== undefined || r.outcome === "affected" || !isEndOfLife(r.recordId))
    .map((r) => ({ ...r, says: saysOf(r, version) }));
  if (format === "json") {
    const shown = ranges.map(({ advisory: _position, group, ...r }) => ({
      id: group.id,
      aliases: group.aliases,
      severity: group.severity,
      ...r,
    }));
    const { verdict: word, reason } = verdict;
    cli.out.write(
      `${JSON.stringify({ schema: "zerotrace.explain/1", purl, judged, verdict: word, reason, ranges: shown })}\n`,
    );
    return;
  }
  const paint = paintFor(cli, cli.out);
  if (verdict.reason === "no_feed" && ["Debian", "Ubuntu"].includes(ecosystem)) {
    cli.err.write("The package URL names no release: add ?distro=debian-12, or ?distro=ubuntu-22.04.\n");
  }
  cli.out.write(`${paint("bold", printable(verdictWords(verdict, name, version)))}\n`);
  if (component.ownedBy) {
    const own = `${component.name} ${component.version}`;
    cli.out.write(
      printable(`${own} is inside this package: it takes its verdict and has no findings of its own`) + "\n",
    );
  }
  cli.out.write(printable(`Judged as ${name} ${version} of ${ecosystem}`) + "\n");
  for (const r of ranges) {
    const names = [r.group.id, ...(r.recordId === r.group.id ? [] : [`record ${r.recordId}`])].join(", ");
    const line = `  ${names}: ${r.says}${r.urgency === "" ? "" : ` (urgency ${r.urgency})`}`;
    cli.out.write(`${r.outcome === "affected" ? paint("red", printable(line)) : printable(line)}\n`);
  }
  if (advisory !== undefined && ranges.length === 0) {
    cli.out.write(`${printable(advisory)} says nothing of this package in these sources\n`);
  }
};

/** `zerotrace explain <purl> [advisory]` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("explain")
    .description("why a package version is or is not affected, range by range")
    .argument("<purl>", "package URL with its version, such as pkg:npm/lodash@4.17.20")
    .argument("[advisory]", "only this advisory, by any of its names")
    .option("--inside <purl>", "the package of the system whose files hold it: its verdict counts")
    .addOption(feedsOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .addOption(formatOption())
    .action((purl, advisory, options) => explain(cli, purl, advisory, options));
};
