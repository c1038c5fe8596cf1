import { type FailOn, parseFailOn, type Policy, type SourceReport } from "@zerotrace/core";
import type { AdvisoryIndex } from "@zerotrace/core";
import type { FinishedScan, ScanFinding, ScanReport } from "@zerotrace/plugins/formats/report";
import { keepPackages } from "@zerotrace/plugins/targets/keep-packages";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import type { Cli } from "../cli.ts";
import { createProgress, type Figures, type ProgressView } from "../output/progress.ts";
import { CLI_VERSION } from "../version.ts";
import { assess } from "./assess.ts";
import { folderOfTarget, withLines } from "./lines.ts";
import { decide, keysOf } from "./decide.ts";
import { readTarget, type TargetOptions } from "./targets.ts";
import type { FiledStatement } from "./vex-files.ts";
import type { Vex } from "@zerotrace/core";

/** Progress is shown after this time. */
const QUIET_MS = 2000;

/** Reads targets one after another, with progress on stderr. Throws what `readTarget` throws. */
export const readTargets = async (
  cli: Cli,
  targets: readonly string[],
  options: Omit<TargetOptions, "onProgress" | "signal" | "exclude"> & {
    /** Patterns of a target that are left out. */
    readonly excludes?: (target: string) => readonly string[];
  },
): Promise<TargetInventory[]> => {
  const { excludes, ...more } = options;
  const view: ProgressView = createProgress(cli.err);
  const startedMs = performance.now();
  const inventories: TargetInventory[] = [];
  try {
    for (const target of targets) {
      const onProgress = (text: string, figures: Figures): void => {
        // What ends in a blink needs no progress.
        if (performance.now() - startedMs >= QUIET_MS) view.update("target", text, figures);
      };
      inventories.push(
        await readTarget(target, { ...more, exclude: excludes?.(target) ?? [], onProgress, signal: cli.signal }),
      );
    }
  } finally {
    view.close();
  }
  return inventories;
};

/** A target without what is needed only to develop. */
export const withoutDev = (inventory: TargetInventory): TargetInventory => ({
  ...inventory,
  places: inventory.places.map((place) => ({
    ...place,
    packages: keepPackages(place.packages, (found) => found.isDev !== true),
  })),
});

export interface Judging {
  readonly index: AdvisoryIndex;
  readonly vex: Vex<FiledStatement> | null;
  readonly policy: Policy | null;
  readonly policyFolder: string | null;
  /** Of `--fail-on`, else of the policy. */
  readonly failOn: FailOn;
  /** Keys of findings that were there before; null without a baseline. */
  readonly baseline: ReadonlySet<string> | null;
  readonly now: Date;
  /** The folder that the command was started in. */
  readonly baseFolder: string;
  /** `SOURCE_DATE_EPOCH`: seconds that stand for the time of the scan. */
  readonly sourceDateEpoch: string | undefined;
}

/** Judges what was read: the finished scan, and how much of it is over the policy. */
export const finish = (inventories: readonly TargetInventory[], judging: Judging): FinishedScan => {
  const { index, policy, failOn, now } = judging;
  const assessed = assess(inventories, index, judging.vex);
  const today = now.toISOString().slice(0, 10);
  const decided = decide(assessed.findings, inventories, {
    policy,
    policyFolder: judging.policyFolder,
    failOn,
    baseline: judging.baseline,
    today,
  });
  const { targets, components, unreadable, leftOut, coverage, notAffected } = assessed;
  const faults = inventories.flatMap(({ name, image }) =>
    (image?.faults ?? []).map((fault) => ({ ...fault, target: name })),
  );
  const { licenses, warnings, overCount } = decided;
  const folders = new Map(inventories.map((inventory) => [inventory.name, folderOfTarget(inventory)]));
  const lined = <T extends ScanFinding>(all: readonly T[]): T[] => withLines(all, (name) => folders.get(name) ?? null);
  const [findings, ignored] = [lined(decided.findings), lined(decided.ignored)];
  const report: ScanReport = {
    schema: "zerotrace.scan/1",
    target: targets.map(({ name }) => name).join(", "),
    targets,
    components,
    ...some({ unreadable, leftOut }),
    coverage,
    findings,
    ...some({ notAffected, ignored, licenses, faults }),
    ...(policy === null && failOn.texts.length === 0 ? {} : { policy: { failOn: failOn.texts, overCount, warnings } }),
    sources: index.meta.sources.map(({ readAt: _, ...source }) => source),
  };
  return {
    report,
    inventories,
    toolVersion: CLI_VERSION,
    baseFolder: judging.baseFolder,
    at: timeOf(index.meta.sources, judging.sourceDateEpoch),
  };
};

/** The findings of another look at the same targets, as a baseline. */
export const baselineOf = (inventories: readonly TargetInventory[], index: AdvisoryIndex): ReadonlySet<string> =>
  new Set(assess(inventories, index).findings.flatMap(keysOf));

/** `--fail-on` stands for the policy's own conditions; an empty one, as of a variable that is not set, turns nothing off. */
export const failOnOf = (text = "", policy: Policy | null): FailOn =>
  text.trim() === "" && policy !== null ? policy.failOn : parseFailOn(text);

const some = <T extends Readonly<Record<string, readonly unknown[]>>>(lists: T): Partial<T> =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;

const timeOf = (sources: readonly SourceReport[], epoch: string | undefined): string => {
  if (epoch !== undefined && /^\d{1,12}$/.test(epoch)) return new Date(Number(epoch) * 1000).toISOString();
  const newest = sources
    .flatMap((source) => source.dataAt ?? [])
    .sort()
    .at(-1);
  return new Date(newest ?? 0).toISOString();
};
