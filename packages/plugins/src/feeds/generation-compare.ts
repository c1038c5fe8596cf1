import { type AdvisoryRecord, AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import { lineChanges } from "./generation-delta.ts";
import { epssMoves } from "./generation-epss.ts";
import { cveOfNumber, type Generation } from "./generation-format.ts";
import { recordParts } from "./generation-pour.ts";

/** Why an advisory is other than before. */
export const CHANGE_KINDS = [
  "new",
  "withdrawn",
  "restored",
  "removed",
  "ranges",
  "severity",
  "names",
  "text",
  "kev_added",
  "kev_removed",
  "epss",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One advisory's change between two generations. */
export interface GenerationChange {
  /** The record's id; a CVE for KEV and EPSS. */
  readonly id: string;
  /** Other names of the record, of both sides. */
  readonly names: readonly string[];
  readonly kinds: readonly ChangeKind[];
  /** The feed that brought the record; `kev` or `epss`. */
  readonly feed: string;
  readonly epss: { readonly before: number; readonly after: number } | null;
}

/** How many changes of each kind there are. */
export type ChangeCounts = Readonly<Record<ChangeKind, number>>;

/** An EPSS score must move by this much to be told, unless said otherwise. */
export const EPSS_THRESHOLD = 0.1;
const CHANGES_PER_TURN = 200;
/** Differences of decimals are off by a hair. */
const HAIR = 1e-9;

/** Whether a score moved by `threshold` or more; no score counts as 0. */
export const isEpssMove = (before: number, after: number, threshold: number): boolean =>
  Math.abs(after - before) >= threshold - HAIR;

const parsed = (line: Buffer | null): { feed: string; record: AdvisoryRecord } | null => {
  if (line === null) return null;
  const { feed, raw } = recordParts(line);
  return { feed, record: parseOsvRecord(JSON.parse(raw.toString("utf8"))) };
};

const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);

const kindsOf = (a: AdvisoryRecord | null, b: AdvisoryRecord | null): ChangeKind[] => {
  if (a === null) return b?.withdrawnAt == null ? ["new"] : ["new", "withdrawn"];
  if (b === null) return ["removed"];
  const kinds: ChangeKind[] = [];
  if (a.withdrawnAt === null && b.withdrawnAt !== null) kinds.push("withdrawn");
  if (a.withdrawnAt !== null && b.withdrawnAt === null) kinds.push("restored");
  if (differ(a.affected, b.affected)) kinds.push("ranges");
  if (differ(a.severity, b.severity)) kinds.push("severity");
  if (differ([a.aliases, a.upstream], [b.aliases, b.upstream])) kinds.push("names");
  return kinds.length === 0 ? ["text"] : kinds;
};

const namesOf = (...records: readonly (AdvisoryRecord | null | undefined)[]): string[] => [
  ...new Set(records.flatMap((record) => (record == null ? [] : [...record.aliases, ...record.upstream]))),
];

const recordChange = (key: string, before: Buffer | null, after: Buffer | null): GenerationChange => {
  try {
    const [a, b] = [parsed(before), parsed(after)];
    const id = (b ?? a)?.record.id ?? key;
    const kinds = kindsOf(a?.record ?? null, b?.record ?? null);
    return { id, names: namesOf(a?.record, b?.record), kinds, feed: (b ?? a)?.feed ?? "", epss: null };
  } catch (error) {
    return { id: key, names: [messageOf(error)], kinds: ["text"], feed: "", epss: null };
  }
};

/** Every change from `a` to `b`: records by id, then KEV, then the EPSS scores that moved by `epssThreshold` or more. */
export function* changesOfGenerations(
  a: Generation,
  b: Generation,
  options: { readonly epssThreshold?: number } = {},
): Generator<GenerationChange> {
  for (const { key, before, after } of lineChanges(a.lines("records"), b.lines("records"))) {
    yield recordChange(key, before, after);
  }
  for (const { key, before, after } of lineChanges(a.lines("kev"), b.lines("kev"))) {
    if (before !== null && after !== null) continue;
    yield { id: key, names: [], kinds: [after === null ? "kev_removed" : "kev_added"], feed: "kev", epss: null };
  }
  const threshold = options.epssThreshold ?? EPSS_THRESHOLD;
  for (const { key, before, after } of epssMoves(a.epss(), b.epss())) {
    const scores = { before: before?.score ?? 0, after: after?.score ?? 0 };
    if (!isEpssMove(scores.before, scores.after, threshold)) continue;
    yield { id: cveOfNumber(key), names: [], kinds: ["epss"], feed: "epss", epss: scores };
  }
}

/** What differs, summed up; the event loop gets its turn between. `onChange` sees each change. */
export const compareGenerations = async (
  a: Generation,
  b: Generation,
  options: {
    readonly epssThreshold?: number;
    readonly signal?: AbortSignal;
    readonly onChange?: (change: GenerationChange) => void;
  } = {},
): Promise<ChangeCounts> => {
  const counts = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 0])) as Record<ChangeKind, number>;
  let seen = 0;
  for (const change of changesOfGenerations(a, b, options)) {
    for (const kind of change.kinds) counts[kind]++;
    options.onChange?.(change);
    if (++seen % CHANGES_PER_TURN === 0) {
      options.signal?.throwIfAborted();
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }
  return counts;
};

/**
 * As `compareGenerations` with what a site has. `isWhole` is false where that is missing or damaged: then everything counts
 * as new, because an old file that is broken must not keep new advisories out.
 */
export const compareWithKept = async (
  before: Generation | null,
  next: Generation,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ counts: ChangeCounts; isWhole: boolean }> => {
  try {
    if (before !== null) return { counts: await compareGenerations(before, next, options), isWhole: true };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "BAD_FEED") throw error;
  }
  return { counts: await compareGenerations(NO_GENERATION, next, options), isWhole: false };
};

/** A generation without content: what a site has before its first. */
export const NO_GENERATION: Generation = {
  meta: {
    schema: "zerotrace.generation/1",
    kind: "full",
    hash: "",
    base: null,
    builtAt: new Date(0).toISOString(),
    counts: { cves: 0, cwes: 0, kev: 0, products: 0, records: 0, epss: 0 },
    sources: [],
  },
  lines: () => [],
  epss: () => ({ keys: new Float64Array(0), scores: new Float64Array(0), percentiles: new Float64Array(0) }),
};
