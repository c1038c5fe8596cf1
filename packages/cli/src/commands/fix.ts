import { AppError } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import type { AdvisoryIndex } from "@zerotrace/core";
import type { Applied } from "@zerotrace/plugins/fixes/apply";
import type { FixPlan, PlannedAction } from "@zerotrace/plugins/fixes/report";
import type { ScanFinding } from "@zerotrace/plugins/formats/report";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { dirname } from "node:path";
import { type Cli, EXIT } from "../cli.ts";
import { asker } from "../fix/ask.ts";
import { targetFiles } from "../fix/files.ts";
import { writePlan } from "../fix/text.ts";
import {
  configOf,
  configOption,
  dataDirOption,
  feedsOption,
  formatOption,
  generationOption,
  limitOption,
  vexOption,
} from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress } from "../output/progress.ts";
import { printable, printableLines } from "../output/style.ts";
import { ecosystemsOf } from "../scan/ecosystems-of.ts";
import { type FoundPolicy, patternsWithin, policyFor } from "../scan/policy-file.ts";
import { failOnOf, finish, readTargets, withoutDev } from "../scan/run.ts";
import { openScanIndex } from "../scan/scan-index.ts";
import { readVexFiles } from "../scan/vex-files.ts";

interface FixOptions {
  readonly feeds?: string[];
  readonly generation?: string;
  readonly vex?: string[];
  readonly dataDir?: string;
  readonly config?: string;
  readonly offline?: true;
  readonly policy?: string;
  readonly exclude?: string[];
  readonly ignore: boolean;
  readonly dev: boolean;
  readonly major: boolean;
  readonly top?: number;
  readonly only?: string[];
  readonly apply?: true;
  readonly yes?: true;
  readonly limit: number;
  readonly format: string;
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

const countOf = (text: string): number => {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new AppError("BAD_REQUEST", `--top ${text} is not a number of upgrades.`, { field: "top" });
};

const openIndex = async (
  cli: Cli,
  options: FixOptions,
  inventories: readonly TargetInventory[],
): Promise<AdvisoryIndex> => {
  const { dataDir, feeds, config: file, generation } = options;
  const { config } = configOf(cli, { dataDir, feeds, config: file });
  const view = createProgress(cli.err);
  try {
    return await openScanIndex({
      dataDir: config.dataDir,
      feeds: config.feeds,
      feedKeys: config.feedKeys,
      ...(generation === undefined ? {} : { generation }),
      ecosystems: ecosystemsOf(inventories),
      isOffline: options.offline === true,
      signal: cli.signal,
      onProgress: (progress) => view.update("feeds", progress.label, progress),
      warn: (text) => view.line(`warning: ${text}`),
    });
  } finally {
    view.close();
  }
};

/** What is found in the targets; asked again after a change it tells what is there then. */
const inventoriesOf = async (
  cli: Cli,
  targets: readonly string[],
  options: FixOptions,
  found: FoundPolicy | null,
): Promise<TargetInventory[]> => {
  const read = await readTargets(cli, targets, {
    noIgnore: !options.ignore,
    excludes: (target) => [...patternsWithin(found, target), ...(options.exclude ?? [])],
    isOffline: options.offline === true,
    registry: {},
  });
  return options.dev ? read : read.map(withoutDev);
};

/** The findings of what was read, without those that the policy or VEX leaves out. */
const judge = async (
  cli: Cli,
  inventories: readonly TargetInventory[],
  { options, index, found }: { options: FixOptions; index: AdvisoryIndex; found: FoundPolicy | null },
) => {
  const finished = finish(inventories, {
    index,
    vex: await readVexFiles(cli, options.vex),
    policy: found?.policy ?? null,
    policyFolder: found === null ? null : dirname(found.path),
    failOn: failOnOf(undefined, null),
    baseline: null,
    now: new Date(),
    baseFolder: process.cwd(),
    sourceDateEpoch: undefined,
  });
  return finished.report.findings;
};

const fix = async (cli: Cli, targets: readonly string[], options: FixOptions): Promise<void> => {
  if (options.apply === true && options.yes !== true && !cli.err.isTerminal) {
    const mend = "add --yes where nobody can be asked";
    throw new AppError("BAD_REQUEST", `--apply changes files and asks first; ${mend}.`, { field: "apply" });
  }
  const found = await policyFor(options.policy, targets);
  const inventories = await inventoriesOf(cli, targets, options, found);
  const index = await openIndex(cli, options, inventories);
  const findings = await judge(cli, inventories, { options, index, found });
  const { filesOf, rootOf } = targetFiles(inventories);
  const { planFixes } = await import("@zerotrace/plugins/fixes/plan");
  const plan = await planFixes(findings, {
    index,
    filesOf,
    noMajor: !options.major,
    ...(options.top === undefined ? {} : { top: options.top }),
    ...(options.only === undefined ? {} : { only: new Set(options.only) }),
    signal: cli.signal,
  });
  for (const name of options.only ?? []) {
    if (findings.some((finding) => finding.package === name)) continue;
    cli.err.write(`warning: no finding concerns a package named ${printable(name)}\n`);
  }
  const isEmpty = inventories.every(({ places }) => places.every(({ packages }) => packages.length === 0));
  // Where nothing was read, "no findings" would be taken for clean.
  if (options.format === "table" && !isEmpty) writePlan(cli, plan.report, options.limit);
  const applied = options.apply === true ? await apply(cli, plan, options, rootOf) : null;
  const again = async () => judge(cli, await inventoriesOf(cli, targets, options, found), { options, index, found });
  const after = applied === null ? null : await again();
  const open = stillOpen(applied, after);
  for (const planned of open) cli.err.write(`not closed: ${labelOf(planned)}: the old version is still there\n`);
  if (options.format === "json") writeJson(cli, plan, applied, { open, after });
  else if (after !== null) cli.err.write(`${counted(findings.length, "finding")} before, ${after.length} after\n`);
  if (isEmpty) {
    cli.err.write("Nothing was scanned: no list of packages was found.\n");
    cli.exitCode = EXIT.nothingScanned;
  } else if ((applied?.failed.length ?? 0) + open.length > 0) cli.exitCode = EXIT.error;
};

/** Carries the plan out once it is confirmed; null when it is not, or nothing of it can be done here. */
const apply = async (
  cli: Cli,
  plan: FixPlan,
  options: FixOptions,
  rootOf: (target: string) => string | null,
): Promise<Applied | null> => {
  const can = plan.planned.filter(({ way }) => way.kind !== "manual");
  if (can.length === 0) {
    cli.err.write("None of the upgrades can be applied here.\n");
    return null;
  }
  const ask = asker(cli);
  const isSure = options.yes === true;
  if (!isSure && !(await ask(`Apply ${counted(can.length, "upgrade")}?`))) return null;
  const { applyFixes } = await import("@zerotrace/plugins/fixes/apply");
  const { machineExec } = await import("@zerotrace/plugins/fixes/exec");
  const applied = await applyFixes(can, {
    rootOf,
    exec: machineExec(cli.env.variables, cli.signal),
    onAction: ({ action }) =>
      cli.err.write(printable(`${action.path}: ${action.package} ${action.from} -> ${action.to}`) + "\n"),
  });
  for (const { planned, why } of applied.failed) cli.err.write(`not applied: ${labelOf(planned)}: ${printable(why)}\n`);
  if (options.format === "table") cli.out.write(`${printableLines(applied.diff)}\n`);
  else if (!isSure) cli.err.write(applied.diff);
  if (isSure || applied.done.length === 0 || (await ask("Keep these changes?"))) return applied;
  await applied.restore();
  cli.err.write("All files are as they were.\n");
  return null;
};

/** What was carried out without an error, and left what it was to close: a package manager may do less than it was asked for. */
const stillOpen = (applied: Applied | null, after: readonly ScanFinding[] | null): PlannedAction[] =>
  (applied?.done ?? []).filter(({ action }) =>
    after?.some(
      (finding) =>
        finding.target === action.target &&
        finding.package === action.package &&
        finding.version === action.from &&
        finding.places.some(({ path }) => path === action.path),
    ),
  );

const labelOf = ({ action }: PlannedAction): string => printable(`${action.package} ${action.to} in ${action.path}`);

interface Outcome {
  readonly open: readonly PlannedAction[];
  readonly after: readonly ScanFinding[] | null;
}

const writeJson = (cli: Cli, plan: FixPlan, applied: Applied | null, { open, after }: Outcome): void => {
  const name = ({ action }: PlannedAction) => ({
    target: action.target,
    path: action.path,
    package: action.package,
    from: action.from,
    to: action.to,
  });
  const more =
    applied === null
      ? {}
      : {
          applied: {
            done: applied.done.map(name),
            failed: applied.failed.map(({ planned, why }) => ({ ...name(planned), why })),
            open: open.map(name),
            diff: applied.diff,
            findingsAfter: after?.length ?? 0,
          },
        };
  cli.out.write(`${JSON.stringify({ ...plan.report, ...more }, null, 2)}\n`);
};

/** `zerotrace fix` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("fix")
    .description("the fewest upgrades that remove most risk, with their commands; --apply makes them")
    .argument("[targets...]", "folder, lockfile, SBOM, archive, image, or host", ["."])
    .addOption(feedsOption())
    .addOption(generationOption())
    .addOption(vexOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .option("--offline", "use the feeds at hand, however old, and ask no registry for images")
    .option("--policy <file>", "rules and ignores (zerotrace.yaml beside the target or above it)")
    .option("--exclude <pattern>", "leave out paths, such as 'testdata/**'; repeatable", collect)
    .option("--no-ignore", "look also at what .gitignore leaves out")
    .option("--no-dev", "leave out what is needed only to develop")
    .option("--no-major", "leave out upgrades that cross a major version")
    .option("--top <count>", "only the upgrades that remove most risk", countOf)
    .option("--only <package>", "only this package; repeatable", collect)
    .option("--apply", "change manifests and lockfiles, after a question, and show the difference")
    .option("--yes", "with --apply: do not ask")
    .addOption(limitOption(30))
    .addOption(formatOption())
    .action((targets, options) => fix(cli, targets, options));
};
