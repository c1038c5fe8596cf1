import type { AdvisoryRecord, AffectedPackage } from "../advisory/advisory.ts";
import { canonicalEcosystem } from "../component/ecosystem.ts";
import { normalizeName } from "../component/normalize.ts";
import { createColumn, createHash } from "./bytes.ts";
import { NONE, ROW } from "./layout.ts";
import { createRecords } from "./store-records.ts";
import { createStrings } from "./strings.ts";

export interface StoredPackage {
  readonly ecosystem: string;
  readonly name: string;
}

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

/** Lists of texts, each of them kept once. */
const createVersionLists = () => {
  const offsets = createColumn();
  const values = createColumn(65_536);
  const known = new Map<number, number>();
  offsets.push(0);
  const equals = (n: number, list: readonly number[]): boolean => {
    const start = offsets.at(n);
    return offsets.at(n + 1) - start === list.length && list.every((value, i) => values.at(start + i) === value);
  };
  return {
    /** Number of the list. */
    add: (list: readonly number[]): number => {
      const hash = createHash();
      for (const value of list) hash.add(value);
      const [a, b] = hash.pair();
      const key = a * 2 ** 20 + (b & 0xfffff);
      const found = known.get(key);
      if (found !== undefined && equals(found, list)) return found;
      const n = offsets.length - 1;
      known.set(key, n);
      for (const value of list) values.push(value);
      offsets.push(values.length);
      return n;
    },
    of: (n: number): Uint32Array => values.view().subarray(offsets.at(n), offsets.at(n + 1)),
    free: (): void => {
      offsets.free();
      values.free();
      known.clear();
    },
  };
};

/** The builder's memory: columns of numbers and one table of strings, no record objects. */
export const createStore = () => {
  const strings = createStrings();
  const records = createRecords(strings);
  const packages: StoredPackage[] = [];
  const packageNumbers = new Map<string, number>();
  const ecosystems = new Set<string>();
  const rows = createRows();
  const lists = createVersionLists();

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
    const list = lists.add(affected.versions.map(strings.intern));
    const fixes = new Set(affected.ranges.map((range) => range.fixed));
    const onlyFix = fixes.size === 1 ? [...fixes][0] : null;
    // Marked as a list of keys here; the finisher moves versions without a key to a list of texts.
    const row = { introduced: NONE, fixed: text(onlyFix), last: NONE, limit: NONE, list };
    addRow(at, { ...row, flags: withdrawn | ROW.keyList });
  };

  const add = (record: AdvisoryRecord): void => {
    const n = records.add(record);
    const withdrawn = record.withdrawnAt === null ? 0 : ROW.withdrawn;
    for (const affected of record.affected) addAffected(n, withdrawn, affected);
  };

  return { add, strings, records, packages, ecosystems, rows, lists };
};

export type Store = ReturnType<typeof createStore>;
