import type { AdvisoryRecord, AffectedPackage, Severity } from "../advisory/advisory.ts";
import { canonicalEcosystem } from "../component/ecosystem.ts";
import { normalizeName } from "../component/normalize.ts";
import { baseScore, severityOfLabel } from "../severity/cvss.ts";
import type { NamedRecord } from "./aliases.ts";
import { createColumn } from "./bytes.ts";
import { NONE, ROW } from "./layout.ts";

/** What is kept of a record besides its rows. Texts are numbers of the string table; times are ms since 1970 or NaN. */
export interface StoredRecord extends NamedRecord {
  readonly summary: number;
  readonly origin: boolean;
  readonly label: Severity;
  readonly cvss: { readonly version: number; readonly score: number; readonly vector: number } | null;
  readonly publishedAt: number;
  readonly modifiedAt: number;
  readonly withdrawnAt: number;
  /** Numbers of the string table. */
  readonly cwes: readonly number[];
}

export interface StoredPackage {
  readonly ecosystem: string;
  readonly name: string;
}

const createStrings = () => {
  const numbers = new Map<string, number>();
  const values: string[] = [];
  const intern = (value: string): number => {
    let n = numbers.get(value);
    if (n === undefined) {
      n = values.length;
      numbers.set(value, n);
      values.push(value);
    }
    return n;
  };
  return { intern, values, of: (n: number): string => values[n]! };
};

const millis = (iso: string | null): number => {
  const time = iso === null ? Number.NaN : Date.parse(iso);
  return time >= 0 ? time : Number.NaN;
};

const storedOf = (record: AdvisoryRecord, strings: ReturnType<typeof createStrings>): StoredRecord => {
  const vector = record.severity.vectors[0];
  const score = vector === undefined ? null : baseScore(vector);
  const known = (name: string): string => strings.of(strings.intern(name));
  return {
    id: known(record.id),
    aliases: record.aliases.length === 0 ? NO_NAMES : record.aliases.map(known),
    upstream: record.upstream.length === 0 ? NO_NAMES : record.upstream.map(known),
    summary: strings.intern(record.summary),
    origin: record.origin !== "",
    label: severityOfLabel(record.severity.label),
    cvss: score && { version: Number(score.version), score: score.score, vector: strings.intern(vector!) },
    publishedAt: millis(record.publishedAt),
    modifiedAt: millis(record.modifiedAt),
    withdrawnAt: record.withdrawnAt === null ? Number.NaN : Date.parse(record.withdrawnAt),
    cwes: record.cwes === undefined ? NO_CWES : record.cwes.map(strings.intern),
  };
};

const NO_NAMES: readonly string[] = [];
const NO_CWES: readonly number[] = [];

const createRows = () => ({
  package: createColumn(),
  record: createColumn(),
  introduced: createColumn(),
  fixed: createColumn(),
  last: createColumn(),
  limit: createColumn(),
  urgency: createColumn(),
  flags: createColumn(),
  /** Number of the list for list rows, else NONE. */
  list: createColumn(),
});

/** The builder's memory: columns of numbers and one table of strings, no record objects. */
export const createStore = () => {
  const strings = createStrings();
  const records: StoredRecord[] = [];
  const packages: StoredPackage[] = [];
  const packageNumbers = new Map<string, number>();
  const ecosystems = new Set<string>();
  const rows = createRows();
  const listOffsets = createColumn();
  const listValues = createColumn(65_536);
  listOffsets.push(0);

  const packageOf = (ecosystem: string, name: string): number => {
    const key = `${ecosystem}\0${name}`;
    let n = packageNumbers.get(key);
    if (n === undefined) {
      n = packages.length;
      packageNumbers.set(key, n);
      packages.push({ ecosystem, name });
    }
    return n;
  };

  const text = (value: string | null | undefined): number => (value == null ? NONE : strings.intern(value));

  const addRow = (at: { package: number; record: number; urgency: number }, row: Readonly<Record<string, number>>) => {
    rows.package.push(at.package);
    rows.record.push(at.record);
    rows.urgency.push(at.urgency);
    rows.introduced.push(row["introduced"]!);
    rows.fixed.push(row["fixed"]!);
    rows.last.push(row["last"]!);
    rows.limit.push(row["limit"]!);
    rows.flags.push(row["flags"]!);
    rows.list.push(row["list"]!);
  };

  const addAffected = (record: number, withdrawn: number, affected: AffectedPackage): void => {
    const ecosystem = canonicalEcosystem(affected.ecosystem);
    ecosystems.add(ecosystem);
    if (affected.ranges.length === 0 && affected.versions.length === 0) return;
    const at = {
      package: packageOf(ecosystem, normalizeName(ecosystem, affected.name)),
      record,
      urgency: strings.intern(affected.urgency),
    };
    for (const range of affected.ranges) {
      const inclusive = range.lastAffected !== null && range.limit === undefined ? ROW.highInclusive : 0;
      addRow(at, {
        introduced: strings.intern(range.introduced),
        fixed: text(range.fixed),
        last: text(range.lastAffected),
        limit: text(range.limit),
        flags: withdrawn | inclusive,
        list: NONE,
      });
    }
    if (affected.versions.length === 0) return;
    for (const version of affected.versions) listValues.push(strings.intern(version));
    const fixes = new Set(affected.ranges.map((range) => range.fixed));
    const onlyFix = fixes.size === 1 ? [...fixes][0] : null;
    // Marked as a list of keys here; the finisher moves versions without a key to a list of texts.
    const row = { introduced: NONE, fixed: text(onlyFix), last: NONE, limit: NONE, list: listOffsets.length - 1 };
    addRow(at, { ...row, flags: withdrawn | ROW.keyList });
    listOffsets.push(listValues.length);
  };

  const add = (record: AdvisoryRecord): void => {
    const n = records.push(storedOf(record, strings)) - 1;
    const withdrawn = record.withdrawnAt === null ? 0 : ROW.withdrawn;
    for (const affected of record.affected) addAffected(n, withdrawn, affected);
  };

  return { add, strings, records, packages, ecosystems, rows, listOffsets, listValues };
};

export type Store = ReturnType<typeof createStore>;
