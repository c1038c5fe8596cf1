/** What names a fix: of its findings a fixed version is known, or none is. */
export interface TallyKey {
  readonly ecosystem: string;
  readonly package: string;
  readonly hasFix: boolean;
}

/** The open findings of one component that a fix closes. */
export interface ComponentFindings {
  readonly component: number;
  readonly version: string;
  /** Of each finding: advisory, rank of its severity, known exploitation, risk, since when, decided on; see FINDING_BYTES. */
  readonly bytes: Buffer;
  /** Of each finding the fixed version, a line each; empty lines where none is known. */
  readonly fixes: string;
}

/** A finding in `bytes`: advisory int, rank int, day of exploitation int, risk float4, since int8 (microseconds since 2000), assets decided on int; big-endian. */
export const FINDING_BYTES = 28;
/** PostgreSQL's times begin with 2000. */
const FROM_MS = Date.UTC(2000, 0, 1);
const MICROS = 1_000;
/** What the upper half of eight bytes counts for. */
const LOW = 2 ** 32;
/** The day of what is not known to be exploited, days since 2000. */
export const NEVER = -1_000_000;

/** Numbers of a run: its advisory, its severity's rank, the day of its exploitation, its first step. */
export const RUN = 4;
/** Numbers of a step: its first row, its version, its fixed version. */
export const STEP = 3;

/**
 * The open findings that a fix closes: rows of a component and since when (ms), in steps of one version and fixed version, the highest text
 * of these first, in runs of one advisory. Runs and steps have one more at their end, so that each ends where the next begins.
 */
export interface PackedFix extends TallyKey {
  readonly runs: Int32Array;
  /** Of each run. */
  readonly risks: Float32Array;
  readonly steps: Int32Array;
  readonly components: Int32Array;
  readonly since: Float64Array;
  /** Of each row on how many of its assets decisions stand alone; null: on none of any row. */
  readonly decided: Int32Array | null;
  /** Its components, each once. */
  readonly own: Int32Array;
  /** By the third number of a step. */
  readonly fixes: readonly string[];
}

/** Says of a row of a fix whether its finding is taken away. */
export type Taken = (row: number) => boolean;

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);

/** The distinct texts of a list, the highest first, and where each stands. */
const ranked = (texts: Iterable<string>): { readonly list: string[]; readonly at: Map<string, number> } => {
  const list = [...new Set(texts)].toSorted(descending);
  return { list, at: new Map(list.map((text, i) => [text, i])) };
};

interface Rows {
  readonly advisory: Int32Array;
  readonly rank: Int32Array;
  readonly kevDay: Int32Array;
  readonly risk: Float32Array;
  readonly component: Int32Array;
  readonly since: Float64Array;
  readonly decided: Int32Array;
  readonly version: Int32Array;
  readonly fixed: Int32Array;
}

const rowsOf = (findings: readonly ComponentFindings[], count: number, fixed: Map<string, number>): Rows => {
  const rows: Rows = {
    advisory: new Int32Array(count),
    rank: new Int32Array(count),
    kevDay: new Int32Array(count),
    risk: new Float32Array(count),
    component: new Int32Array(count),
    since: new Float64Array(count),
    decided: new Int32Array(count),
    version: new Int32Array(count),
    fixed: new Int32Array(count),
  };
  const { at: versions } = ranked(findings.map(({ version }) => version));
  let n = 0;
  for (const { component, version, bytes, fixes } of findings) {
    const lines = fixes.split("\n");
    for (let i = 0, at = 0; at < bytes.length; i += 1, at += FINDING_BYTES, n += 1) {
      rows.advisory[n] = bytes.readInt32BE(at);
      rows.rank[n] = bytes.readInt32BE(at + 4);
      rows.kevDay[n] = bytes.readInt32BE(at + 8);
      rows.risk[n] = bytes.readFloatBE(at + 12);
      rows.since[n] = FROM_MS + (bytes.readInt32BE(at + 16) * LOW + bytes.readUInt32BE(at + 20)) / MICROS;
      rows.decided[n] = bytes.readInt32BE(at + 24);
      rows.component[n] = component;
      rows.version[n] = versions.get(version) ?? 0;
      rows.fixed[n] = fixed.get(lines[i] ?? "") ?? 0;
    }
  }
  return rows;
};

/** The rows in the order of advisory, version and fixed version. Sorted as numbers: many times as fast as by a function. */
const inOrder = ({ advisory, version, fixed }: Rows): Int32Array => {
  const count = advisory.length;
  const numbers = new Map(
    Int32Array.from(new Set(advisory))
      .toSorted()
      .entries()
      .map(([i, id]) => [id, i]),
  );
  const versions = version.reduce((most, n) => Math.max(most, n), 0) + 1;
  const fixes = fixed.reduce((most, n) => Math.max(most, n), 0) + 1;
  const keys = Float64Array.from(
    advisory,
    (id, n) =>
      (((numbers.get(id) ?? 0) * versions + (version[n] as number)) * fixes + (fixed[n] as number)) * count + n,
  );
  return Int32Array.from(keys.sort(), (key) => key % count);
};

/** The findings of a fix, packed; null where an advisory does not say the same of all of them, which sums cannot tell then. */
export const packFix = (key: TallyKey, findings: readonly ComponentFindings[]): PackedFix | null => {
  const count = findings.reduce((sum, { bytes }) => sum + bytes.length / FINDING_BYTES, 0);
  const { list: fixes, at } = ranked(findings.flatMap((one) => one.fixes.split("\n")));
  const rows = rowsOf(findings, count, at);
  const components = new Int32Array(count);
  const since = new Float64Array(count);
  const decided = new Int32Array(count);
  const runs: number[] = [];
  const risks: number[] = [];
  const steps: number[] = [];
  let last = -1;
  for (const [row, n] of inOrder(rows).entries()) {
    components[row] = rows.component[n] as number;
    since[row] = rows.since[n] as number;
    decided[row] = rows.decided[n] as number;
    const isSame = (column: Int32Array | Float32Array): boolean => last >= 0 && column[n] === column[last];
    const isNewRun = !isSame(rows.advisory);
    if (isNewRun) {
      const facts = [rows.advisory[n], rows.rank[n], rows.kevDay[n]] as number[];
      runs.push(...facts, steps.length / STEP);
      risks.push(rows.risk[n] as number);
    } else if (!isSame(rows.rank) || !isSame(rows.kevDay) || !isSame(rows.risk)) {
      return null;
    }
    if (isNewRun || !isSame(rows.version) || !isSame(rows.fixed)) {
      steps.push(row, rows.version[n] as number, rows.fixed[n] as number);
    }
    last = n;
  }
  runs.push(0, 0, 0, steps.length / STEP);
  steps.push(count, -1, -1);
  return {
    ...key,
    runs: Int32Array.from(runs),
    risks: Float32Array.from(risks),
    steps: Int32Array.from(steps),
    components,
    since,
    decided: decided.some((assets) => assets > 0) ? decided : null,
    own: Int32Array.from(findings, ({ component }) => component),
    fixes,
  };
};

/** Bytes of an object and its arrays, about. */
const OBJECT_BYTES = 1_200;

/** What it takes in memory, in bytes. */
export const sizeOf = ({ runs, risks, steps, components, since, decided, own }: PackedFix): number =>
  [runs, risks, steps, components, since, own].reduce((sum, one) => sum + one.byteLength, OBJECT_BYTES) +
  (decided?.byteLength ?? 0);
