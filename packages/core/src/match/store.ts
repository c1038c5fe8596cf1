import type { AdvisoryRecord, AffectedPackage } from "../advisory/advisory.ts";
import { canonicalEcosystem } from "../component/ecosystem.ts";
import { normalizeName } from "../component/normalize.ts";
import { createColumn, createHash, createPairs } from "./bytes.ts";
import { NONE, ROW } from "./layout.ts";
import { createRecords } from "./store-records.ts";
import { createStrings } from "./strings.ts";

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
  let slots: Uint32Array<ArrayBuffer> = new Uint32Array(4096);
  const hashes = createColumn();
  offsets.push(0);
  const equals = (n: number, list: readonly number[]): boolean => {
    const start = offsets.at(n);
    return offsets.at(n + 1) - start === list.length && list.every((value, i) => values.at(start + i) === value);
  };
  const widen = (): void => {
    const size = slots.length * 2;
    slots.buffer.transfer(0);
    slots = new Uint32Array(size);
    for (let n = 0; n < hashes.length; n++) {
      let slot = hashes.at(n) & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = n + 1;
    }
  };
  return {
    /** Number of the list. */
    add: (list: readonly number[]): number => {
      const hash = createHash();
      for (const value of list) hash.add(value);
      const [own] = hash.pair();
      let slot = own & (slots.length - 1);
      for (; slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
        const found = slots[slot]! - 1;
        if (hashes.at(found) === own && equals(found, list)) return found;
      }
      const n = hashes.length;
      hashes.push(own);
      slots[slot] = n + 1;
      if (n * 2 > slots.length) widen();
      for (const value of list) values.push(value);
      offsets.push(values.length);
      return n;
    },
    of: (n: number): Uint32Array => values.view().subarray(offsets.at(n), offsets.at(n + 1)),
    free: (): void => {
      offsets.free();
      values.free();
      hashes.free();
      slots = new Uint32Array(slots.buffer.transfer(0));
    },
  };
};

/** The canonical spelling of ecosystems: few stand on many entries. */
const createSpellings = () => {
  const known = new Map<string, string>();
  return (written: string): string => {
    let ecosystem = known.get(written);
    if (ecosystem === undefined) known.set(written, (ecosystem = canonicalEcosystem(written)));
    return ecosystem;
  };
};

/** The builder's memory: columns of numbers and one table of strings, no record objects. */
export const createStore = () => {
  const strings = createStrings();
  const records = createRecords(strings);
  /** Packages as pairs: the number of the ecosystem, the text of the name. */
  const pairs = createPairs();
  const ecosystems = new Map<string, number>();
  const ecosystemNames: string[] = [];
  const rows = createRows();
  const lists = createVersionLists();

  const canonicalOf = createSpellings();

  const ecosystemOf = (ecosystem: string): number => {
    let n = ecosystems.get(ecosystem);
    if (n === undefined) ecosystems.set(ecosystem, (n = ecosystemNames.push(ecosystem) - 1));
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
    const ecosystem = canonicalOf(affected.ecosystem);
    const number = ecosystemOf(ecosystem);
    if (affected.ranges.length === 0 && affected.versions.length === 0) return;
    const at = {
      package: pairs.numberOf(number, strings.intern(normalizeName(ecosystem, affected.name))),
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

  const packages = {
    get length(): number {
      return pairs.length;
    },
    ecosystem: (n: number): string => ecosystemNames[pairs.left(n)]!,
    /** Its number of the string table. */
    nameText: (n: number): number => pairs.right(n),
    /** Decoded at each call. */
    name: (n: number): string => strings.of(pairs.right(n)),
  };

  return { add, strings, records, packages, ecosystems: ecosystemNames, rows, lists };
};

export type Store = ReturnType<typeof createStore>;
