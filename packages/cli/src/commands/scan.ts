import { AppError } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { Option } from "@commander-js/extra-typings";
import type { FinishedScan } from "@zerotrace/plugins/formats/report";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Cli } from "../cli.ts";
import {
  configOf,
  configOption,
  dataDirOption,
  feedsOption,
  generationOption,
  limitOption,
  sendOption,
  tokenOption,
  vexOption,
} from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress, durationText } from "../output/progress.ts";
import { writeTable } from "../output/scan-table.ts";
import { sourceLines } from "../output/sources.ts";
import { printable } from "../output/style.ts";
import { baselineFor } from "../scan/baseline-of.ts";
import { ecosystemsOf } from "../scan/ecosystems-of.ts";
import { exitOf, isRead } from "../scan/exit-code.ts";
import { type Output, outputOf, printReport, REPORT_IDS, writeOutputs } from "../scan/outputs.ts";
import { type FoundPolicy, patternsWithin, policyFor } from "../scan/policy-file.ts";
import { baselineOf, failOnOf, finish, readTargets, withoutDev } from "../scan/run.ts";
import { registryOf } from "../scan/registry-env.ts";
import { openScanIndex } from "../scan/scan-index.ts";
import { readVexFiles } from "../scan/vex-files.ts";

const daysOf = (text: string): number => {
  const days = Number(text);
  if (days > 0) return days;
  throw new AppError("BAD_REQUEST", `--max-data-age ${text} is not a number of days.`, { field: "max-data-age" });
};

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

interface ScanOptions {
  readonly feeds?: string[];
  readonly dataDir?: string;
  readonly config?: string;
  readonly dpkgStatus?: string;
  readonly osRelease?: string;
  readonly root?: string;
  readonly failOn?: string;
  readonly maxDataAge?: number;
  readonly generation?: string;
  readonly vex?: string[];
  readonly policy?: string;
  readonly baseline?: string;
  readonly newOnly?: true;
  readonly offline?: true;
  readonly exclude?: string[];
  readonly ignore: boolean;
  readonly dev: boolean;
  readonly watch?: true;
  readonly server?: string;
  readonly token?: string;
  readonly asset?: string;
  readonly branch?: string;
  readonly verbose?: true;
  readonly platform?: string;
  readonly insecureRegistry?: true;
  readonly output?: Output[];
  readonly limit: number;
  readonly format: string;
}

const openIndex = async (cli: Cli, options: ScanOptions, inventories: readonly TargetInventory[]) => {
  const { dataDir, feeds, config: file, dpkgStatus: dpkgStatusPath, osRelease: osReleasePath } = options;
  const { config } = configOf(cli, { dataDir, feeds, config: file });
  const view = createProgress(cli.err);
  try {
    return await openScanIndex({
      dataDir: config.dataDir,
      feeds: config.feeds,
      feedKeys: config.feedKeys,
      generation: options.generation,
      dpkgStatusPath,
      osReleasePath,
      ecosystems: ecosystemsOf(inventories),
      isOffline: options.offline === true,
      isBrief: true,
      signal: cli.signal,
      onProgress: (p) => view.update("feeds", p.label, p),
      warn: (text) => view.line(`warning: ${text}`),
    });
  } finally {
    view.close();
  }
};

const targetOptions = (cli: Cli, options: ScanOptions, found: FoundPolicy | null) => ({
  ...(options.platform === undefined ? {} : { platform: options.platform }),
  isInsecure: options.insecureRegistry === true,
  registry: registryOf(cli.env.variables),
  ...(options.dpkgStatus === undefined ? {} : { dpkgStatusPath: options.dpkgStatus }),
  ...(options.osRelease === undefined ? {} : { osReleasePath: options.osRelease }),
  ...(options.root === undefined ? {} : { root: options.root }),
  noIgnore: !options.ignore,
  excludes: (target: string): string[] => [...patternsWithin(found, target), ...(options.exclude ?? [])],
  isOffline: options.offline === true,
});

const shipped = (inventories: TargetInventory[], options: ScanOptions): TargetInventory[] =>
  options.dev ? inventories : inventories.map(withoutDev);

/** Scans again whenever a lockfile of the targets changes, until Ctrl-C. */
const scanAndWatch = async (cli: Cli, targets: readonly string[], options: ScanOptions): Promise<void> => {
  const paths = targets.filter((target) => existsSync(target));
  if (paths.length < targets.length) {
    throw new AppError("BAD_REQUEST", "--watch looks at folders and files; leave out the other targets.", {
      field: "watch",
    });
  }
  cli.isUntilStopped = true;
  const { whileWatching } = await import("../scan/watching.ts");
  await whileWatching(paths, cli.signal, async () => {
    await scan(cli, targets, options);
    cli.err.write(`Watching ${paths.join(", ")}; Ctrl-C ends it\n`);
  });
};

const scan = async (cli: Cli, targets: readonly string[], options: ScanOptions): Promise<void> => {
  const startedMs = performance.now();
  const found = await policyFor(options.policy, targets);
  const policy = found?.policy ?? null;
  const failOn = failOnOf(options.failOn, policy);
  const reading = targetOptions(cli, options, found);
  const inventories = shipped(await readTargets(cli, targets, reading), options);
  if (options.server !== undefined)
    return (await import("../scan/send.ts")).sendScan(cli, targets, inventories, options);
  const index = await openIndex(cli, options, inventories);
  const baseline = await baselineFor(cli, targets, options, async (at) =>
    baselineOf(shipped(await readTargets(cli, at, reading), options), index),
  );
  const finished = finish(inventories, {
    index,
    vex: await readVexFiles(cli, options.vex),
    policy,
    policyFolder: found === null ? null : dirname(found.path),
    failOn,
    baseline,
    now: new Date(),
    baseFolder: process.cwd(),
    sourceDateEpoch: cli.env.variables["SOURCE_DATE_EPOCH"],
  });
  warnOf(cli, finished, options);
  await writeOutputs(options.output ?? [], finished);
  const { report } = finished;
  if (options.format === "table") {
    const isFaulty = (report.faults ?? []).length > 0;
    if (report.components > 0 || isFaulty || isRead(inventories)) {
      writeTable(cli, report, index.meta.sources, options.limit);
    }
    const { sources } = index.meta;
    if (options.verbose) cli.err.write(`Sources:\n${sourceLines(sources).join("\n")}\n`);
    else cli.err.write(`Judged by ${sources.map(({ feed }) => feed).join(", ")}; --verbose says more of them\n`);
    cli.err.write(`${counted(report.components, "component")} in ${durationText(performance.now() - startedMs)}\n`);
  } else await printReport(cli, options.format, finished);
  cli.exitCode = exitOf(cli, finished, options.maxDataAge ?? policy?.maxDataAgeDays);
};

const warnOf = (cli: Cli, { report, inventories }: FinishedScan, options: ScanOptions): void => {
  const warn = (text: string): void => cli.err.write(`warning: ${printable(text)}\n`);
  const host = inventories.find(({ kind }) => kind === "host");
  if (host && options.dpkgStatus !== undefined && options.osRelease === undefined && options.root === undefined) {
    const release = host.os.ecosystem || host.os.prettyName || "an unknown system";
    warn(`judged as ${release}, as this machine is; name the file's own system with --os-release`);
  }
  for (const { source, error } of report.unreadable ?? []) warn(`${source} cannot be read: ${error}`);
  for (const { source, error } of report.leftOut ?? []) warn(`${source}: ${error}`);
  for (const text of report.policy?.warnings ?? []) warn(text);
};

/** `zerotrace scan` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("scan")
    .description("look for weaknesses without a server: in folders, files, images, SBOMs or this machine (host)")
    .argument("[targets...]", "folder, lockfile, SBOM, archive, image, or host", ["."])
    .addOption(feedsOption())
    .addOption(generationOption())
    .addOption(vexOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .option("--offline", "use the feeds at hand, however old, and ask no registry")
    .option("--max-data-age <days>", "exit 4 when the newest advisory data is older", daysOf)
    .option(
      "--fail-on <list>",
      "exit 1 when one is met: severity>=high, kev, epss>=0.5, risk>=70+fixable, license:deny, any",
    )
    .option("--policy <file>", "rules and ignores (zerotrace.yaml beside the target or above it)")
    .option("--baseline <file>", "an earlier JSON report or a git revision: what it had is left out")
    .option("--new-only", "leave out what was there where this branch began")
    .option("--exclude <pattern>", "leave out paths, such as 'testdata/**'; repeatable", collect)
    .option("--no-ignore", "look also at what .gitignore leaves out")
    .option("--no-dev", "leave out what is needed only to develop")
    .option("--platform <os/architecture>", "the image of several that is read (linux and this processor)")
    .option("--insecure-registry", "speak HTTP with the registry")
    .addOption(sendOption())
    .addOption(tokenOption())
    .option("--asset <name>", "with --server: how the asset is called (the target's own name)")
    .option("--branch <name>", "with --server: the branch or tag (git's, or the image's)")
    .option("--watch", "scan again whenever a lockfile changes, until Ctrl-C")
    .option("--dpkg-status <file>", "host: a dpkg status file (plain or .gz) instead of this machine's packages")
    .option("--os-release <file>", "host: the os-release file that belongs to it")
    .option("--root <folder>", "host: a file tree instead of /")
    .option("--verbose", "say of each source what it covers and how old it is")
    .addOption(limitOption(30))
    .addOption(
      new Option("--format <format>", "how the result is written to stdout")
        .choices(["table", ...REPORT_IDS])
        .default("table"),
    )
    .option("--output <format=file>", "write it also to a file; repeatable", (text, before: Output[] | undefined) => [
      ...(before ?? []),
      outputOf(text),
    ])
    .action((targets, options) => (options.watch ? scanAndWatch : scan)(cli, targets, options));
};
