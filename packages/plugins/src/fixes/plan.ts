import { type AdvisoryIndex, AppError, crossesMajor, messageOf } from "@zerotrace/core";
import type { FindingPlace, ScanFinding } from "../formats/report.ts";
import type { Fixer, FixContext, FixRequest, Way } from "./fix.ts";
import { way } from "./fix.ts";
import { FIXERS } from "./index.ts";
import type { FixAction, FixPlan, PlannedAction, Unfixed } from "./report.ts";
import { commandText, isSafe } from "./safe.ts";
import { type Candidate, targetVersion } from "./target-version.ts";
import { closedOf, unfixedOf } from "./unfixed.ts";

export interface PlanOptions {
  readonly index: AdvisoryIndex;
  /** The files of a target by its name; null for one without files here: an image, an SBOM, a host. */
  readonly filesOf: (target: string) => FixContext | null;
  /** Leave out upgrades that cross a major version. */
  readonly noMajor?: boolean;
  /** Most actions; those that close most are kept. */
  readonly top?: number;
  /** Names of packages; others are left as they are. */
  readonly only?: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** One version of a package in one target, with its findings. */
interface Weak {
  readonly first: ScanFinding;
  readonly findings: ScanFinding[];
  /** Where it has to be mended: places of package managers where there are any. */
  readonly places: readonly FindingPlace[];
}

/**
 * The fewest upgrades that close what can be closed, those that close most risk first. Each place of a package is an upgrade of its
 * own, and a finding weighs once at each place. Reads manifests and lockfiles; changes nothing.
 */
export const planFixes = async (findings: readonly ScanFinding[], options: PlanOptions): Promise<FixPlan> => {
  const { only } = options;
  const all = weakOf(findings);
  const totalRisk = sum(all.map((weak) => riskOfAll(weak.findings) * weak.places.length));
  const planned: PlannedAction[] = [];
  const unfixed: Unfixed[] = [];
  for (const weak of all) {
    options.signal.throwIfAborted();
    if (only !== undefined && !only.has(weak.first.package)) continue;
    const candidate = candidateOf(weak, options, options.noMajor === true);
    const closing = candidate === null ? [] : closedBy(weak, candidate);
    const left = weak.findings.filter((one) => !closing.includes(one));
    if (left.length > 0) {
      const later = options.noMajor === true ? candidateOf({ ...weak, findings: left }, options, false) : null;
      unfixed.push(unfixedOf({ ...weak, findings: left }, later?.version ?? null, totalRisk));
    }
    if (candidate === null || closing.length === 0) continue;
    for (const place of weak.places) planned.push(await actionOf(weak, place, candidate, closing, totalRisk, options));
  }
  return reportOf(findings, all, planned, unfixed, options.top);
};

const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
const riskOfAll = (findings: readonly { readonly risk: number }[]): number => sum(findings.map(({ risk }) => risk));

const weakOf = (findings: readonly ScanFinding[]): Weak[] => {
  const byPackage = new Map<string, Weak>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.target, finding.ecosystem, finding.package, finding.version]);
    const known = byPackage.get(key);
    if (known === undefined) byPackage.set(key, { first: finding, findings: [finding], places: mendable(finding) });
    else if (!known.findings.some(({ id }) => id === finding.id)) known.findings.push(finding);
  }
  return [...byPackage.values()];
};

/** What a package manager put there follows from its lockfile. */
const INSTALLED = /(?:^|\/)(?:node_modules|vendor|site-packages|dist-packages)\//;

const mendable = ({ places }: ScanFinding): readonly FindingPlace[] => {
  const own = places.filter((place) => fixerOf(place) !== null);
  return own.length > 0 ? own : places.length > 0 ? places.slice(0, 1) : [{ path: "", reader: "" }];
};

const fixerOf = ({ path, reader, inside }: FindingPlace): Fixer | null =>
  inside !== undefined || INSTALLED.test(path)
    ? null
    : (FIXERS.find(({ readers }) => readers.includes(reader)) ?? null);

const candidateOf = ({ first, findings }: Weak, { index }: PlanOptions, noMajor: boolean): Candidate | null => {
  const { ecosystem, version } = first;
  const fixedIn = findings.flatMap((finding) => finding.fixedIn ?? []);
  return targetVersion({ ecosystem, name: first.source ?? first.package, version, fixedIn, noMajor }, index);
};

const closedBy = ({ findings }: Weak, { remains }: Candidate): ScanFinding[] =>
  findings.filter(({ id }) => !remains.some((one) => one.id === id));

const actionOf = async (
  weak: Weak,
  place: FindingPlace,
  candidate: Candidate,
  closing: readonly ScanFinding[],
  totalRisk: number,
  options: PlanOptions,
): Promise<PlannedAction> => {
  const { first } = weak;
  const { ecosystem, version: from, isDirect, isDev, via } = first;
  const fixer = fixerOf(place);
  const about = {
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(isDirect === undefined ? {} : { isDirect }),
    ...(isDev === undefined ? {} : { isDev }),
    ...(via === undefined ? {} : { via }),
  };
  const request = { ecosystem, name: first.package, from, to: candidate.version, path: place.path, ...about };
  const done = await wayOf(fixer, request, options.filesOf(first.target));
  const demands = [...new Map(done.demands.map((one) => [`${one.by}\0${one.range}`, one])).values()];
  const said = demands.map(({ allows }) => allows);
  const isMajor = crossesMajor(ecosystem, from, candidate.version);
  const within = isMajor ? candidateOf(weak, options, true) : null;
  const action: FixAction = {
    target: first.target,
    path: place.path,
    manager: fixer?.id ?? "",
    ecosystem,
    package: first.package,
    from,
    to: candidate.version,
    ...about,
    kind: done.kind,
    crossesMajor: isMajor,
    ...(within === null ? {} : { withinMajor: { to: within.version, closes: closedBy(weak, within).length } }),
    breaksRange: said.includes(false) ? true : said.length === 0 || said.includes(null) ? null : false,
    demands,
    closes: closedOf(closing),
    remains: candidate.remains.map(({ id, fixedIn }) => ({ id, fixedIn })),
    riskShare: totalRisk > 0 ? riskOfAll(closing) / totalRisk : 0,
    riskShareSoFar: 0,
    edits: done.edits.map(({ path, says }) => `${path}: ${says}`),
    commands: done.steps.map(({ program, args, folder }) => ({ folder, command: commandText(program, args) })),
    notes: done.notes,
  };
  return { action, way: done };
};

const wayOf = async (fixer: Fixer | null, request: FixRequest, files: FixContext | null): Promise<Way> => {
  const { ecosystem, name, to, from, path } = request;
  if (!isSafe(ecosystem, name, to) || !isSafe(ecosystem, name, from)) {
    return way("manual", {
      notes: ["Its name or version is not one that its registry could hold; no command is made of it."],
    });
  }
  if (fixer === null)
    return way("manual", { notes: [`Upgrade it where ${path || "it"} is made: no package manager here does.`] });
  const { plan } = await fixer.load();
  const none: FixContext = { read: () => Promise.resolve(null), list: () => Promise.resolve(null) };
  try {
    const found = await plan(request, files ?? none);
    if (files !== null || found.kind === "manual") return found;
    return {
      ...found,
      kind: "manual",
      notes: [...found.notes, "Upgrade it where the target is made: its files are not here."],
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return way("manual", { notes: [messageOf(error)] });
  }
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const placeText = ({ target, path, package: name, from }: FixAction): string => [target, path, name, from].join("\0");

const reportOf = (
  findings: readonly ScanFinding[],
  all: readonly Weak[],
  planned: PlannedAction[],
  unfixed: Unfixed[],
  top: number | undefined,
): FixPlan => {
  planned.sort(
    (a, b) => b.action.riskShare - a.action.riskShare || compareText(placeText(a.action), placeText(b.action)),
  );
  unfixed.sort((a, b) => b.riskShare - a.riskShare || compareText(a.package + a.version, b.package + b.version));
  let soFar = 0;
  const kept = planned.slice(0, top).map(({ action, way: done }) => {
    soFar += action.riskShare;
    return { way: done, action: { ...action, riskShareSoFar: Math.min(1, soFar) } };
  });
  return {
    planned: kept,
    report: {
      schema: "zerotrace.fix/1",
      findings: sum(all.map((weak) => weak.findings.length * weak.places.length)),
      closes: sum(kept.map(({ action }) => action.closes.length)),
      riskShare: findings.length === 0 ? 0 : Math.min(1, soFar),
      actions: kept.map(({ action }) => action),
      unfixed,
    },
  };
};
