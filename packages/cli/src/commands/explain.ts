import {
  AppError,
  type Component,
  componentOfPurl,
  explainComponent,
  explainedRisks,
  type ExplainedRisk,
  type Explanation,
  judgedAs,
  rangeWords,
} from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { feedsFor } from "@zerotrace/plugins";
import type { Cli } from "../cli.ts";
import {
  configOf,
  configOption,
  dataDirOption,
  feedsOption,
  formatOption,
  generationOption,
  vexOption,
} from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress } from "../output/progress.ts";
import { paintFor, printable } from "../output/style.ts";
import { openScanIndex } from "../scan/scan-index.ts";
import { readVexFiles } from "../scan/vex-files.ts";

/** Steps that a terminal shows (count); JSON has all. */
const STEPS_SHOWN = 40;

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
  readonly generation?: string;
  readonly vex?: string[];
  readonly format: string;
}

/** `zerotrace.explain/1` */
const jsonOf = (purl: string, explanation: Explanation): unknown => {
  const { ranges, rule, ...rest } = explanation;
  return {
    schema: "zerotrace.explain/1",
    purl,
    judged: rest.judged,
    verdict: rest.verdict,
    ...(rest.verdict === "unknown" || rule === "vex" ? { reason: rule } : {}),
    rule,
    answer: rest.answer,
    decidedBy: rest.decidedBy,
    steps: rest.steps,
    ranges: ranges.map(({ advisory: position, group, ...r }) => ({
      id: group.id,
      aliases: group.aliases,
      severity: group.severity,
      ...r,
      says: rangeWords({ ...r, advisory: position, group }, rest.judged.version),
    })),
    risks: explainedRisks(explanation),
  };
};

const STYLE_OF = { affected: "red", not_affected: null, unknown: "yellow", note: "dim" } as const;

const BAR_CHARS = 30;

/** The worst of what affects it: its risk as a sentence, its terms as bars, and CISA's decision. */
const riskLines = (cli: Cli, [worst, ...others]: readonly ExplainedRisk[]): string[] => {
  if (worst === undefined) return [];
  const paint = paintFor(cli, cli.out);
  const { advisory, risk, sentence, terms, ssvc } = worst;
  const bar = (value: number): string => "#".repeat(Math.round((value / 45) * BAR_CHARS));
  const points = [ssvc.exploitation, ssvc.automatable, ssvc.technicalImpact, ssvc.mission];
  const names = ["exploitation", "automatable", "technical impact", "mission"];
  return [
    "",
    paint("bold", printable(`Risk ${risk.toFixed(1)} of 100 (${advisory}): ${sentence}`)),
    ...terms
      .filter((term) => term.name !== "exposure" && term.name !== "criticality")
      .map((t) => `  ${t.name.padEnd(9)}${t.value.toFixed(1).padStart(5)}  ${bar(t.value)} ${printable(t.says)}`),
    paint("bold", `SSVC ${ssvc.decision}: ${ssvc.says}${ssvc.isDerived ? " (derived)" : ""}`),
    ...points.map((point, i) => `  ${names[i]}: ${point.value} (${printable(point.says)})`),
    ...(others.length > 0 ? [`  ${counted(others.length, "more weakness", "more weaknesses")} of lower risk`] : []),
  ];
};

/** The answer, what decided it, and the rest. */
const writeText = (cli: Cli, explanation: Explanation): void => {
  const { answer, decidedBy, steps } = explanation;
  const paint = paintFor(cli, cli.out);
  const lines = [paint("bold", printable(answer)), printable(decidedBy)];
  for (const { outcome, advisory, record, says } of steps.slice(0, STEPS_SHOWN)) {
    const names = [...new Set([advisory, record].filter((one) => one !== null))].join(", ");
    const line = printable(`  ${names === "" ? "" : `${names}: `}${says}`);
    const style = STYLE_OF[outcome];
    lines.push(style === null ? line : paint(style, line));
  }
  const more = steps.length - STEPS_SHOWN;
  if (more > 0) lines.push(`  ... and ${counted(more, "more record")}; name one weakness, or use --format json`);
  lines.push(...riskLines(cli, explainedRisks(explanation)));
  cli.out.write(`${lines.join("\n")}\n`);
};

const explain = async (cli: Cli, purl: string, advisory: string | undefined, options: ExplainOptions) => {
  const component = componentInside(purl, options.inside);
  const { format, inside: _inside, vex: vexPaths, generation, ...flags } = options;
  const { config } = configOf(cli, flags);
  const view = createProgress(cli.err);
  const index = await openScanIndex({
    dataDir: config.dataDir,
    feeds: config.feeds,
    feedKeys: config.feedKeys,
    generation: options.generation,
    ecosystems: [judgedAs(component).ecosystem],
    signal: cli.signal,
    onProgress: (p) => view.update("feeds", p.label, p),
    warn: (text) => view.line(`warning: ${text}`),
  }).finally(() => view.close());
  const vex = await readVexFiles(cli, vexPaths);
  const explanation = explainComponent(index, {
    component,
    advisory,
    // Nothing says which product a package URL alone lies in.
    ruling: (names) => vex?.rule(names, component, () => false) ?? null,
    feedsFor: (ecosystem) => feedsFor(ecosystem).map((id) => `--feeds ${id}`),
    now: new Date().toISOString(),
  });
  if (format === "json") cli.out.write(`${JSON.stringify(jsonOf(purl, explanation))}\n`);
  else writeText(cli, explanation);
};

/** `zerotrace explain <purl> [advisory]` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("explain")
    .description("why a package version is or is not affected: the answer, what decided it, and every record")
    .argument("<purl>", "package URL with its version, such as pkg:npm/lodash@4.17.20")
    .argument("[advisory]", "only this advisory, by any of its names")
    .option("--inside <purl>", "the package of the system whose files hold it: its verdict counts")
    .addOption(vexOption())
    .addOption(feedsOption())
    .addOption(generationOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .addOption(formatOption())
    .action((purl, advisory, options) => explain(cli, purl, advisory, options));
};
