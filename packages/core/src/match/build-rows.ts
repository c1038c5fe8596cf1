import type { VersionScheme } from "../version/scheme.ts";
import { schemeFor } from "../version/index.ts";
import type { AliasGroup } from "./aliases.ts";
import { createColumn, createHash } from "./bytes.ts";
import { createKeys } from "./build-keys.ts";
import { NONE, ROW, UNPARSABLE } from "./layout.ts";
import type { Store } from "./store.ts";

/** One row per range or list before sorting; `low` and `high` are key numbers, then positions. */
interface Drafts {
  readonly source: Uint32Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly flags: Uint8Array;
}

const draftRows = (store: Store, schemes: readonly (VersionScheme | null)[]) => {
  const keys = createKeys(store);
  const columns = { source: createColumn(), low: createColumn(), high: createColumn(), flags: createColumn() };
  const lists: Uint32Array[] = [];
  const push = (source: number, low: number, high: number, flags: number): void => {
    columns.source.push(source);
    columns.low.push(low);
    columns.high.push(high);
    columns.flags.push(flags);
  };
  const { rows } = store;
  const view = {
    package: rows.package.view(),
    introduced: rows.introduced.view(),
    fixed: rows.fixed.view(),
    last: rows.last.view(),
    limit: rows.limit.view(),
    flags: rows.flags.view(),
    list: rows.list.view(),
  };
  const listOffsets = store.listOffsets.view();
  const listValues = store.listValues.view();
  const zero = store.strings.intern("0");
  const bound = (scheme: VersionScheme | null, text: number): number => {
    if (text === NONE) return NONE;
    const number = keys.numberOf(scheme, text);
    return number === NONE ? UNPARSABLE : number;
  };
  for (let row = 0; row < view.package.length; row++) {
    const scheme = schemes[view.package[row]!]!;
    const flags = view.flags[row]!;
    const list = view.list[row]!;
    if (list === NONE) {
      const end =
        view.limit[row] !== NONE ? view.limit[row]! : view.fixed[row] !== NONE ? view.fixed[row]! : view.last[row]!;
      push(row, view.introduced[row] === zero ? NONE : bound(scheme, view.introduced[row]!), bound(scheme, end), flags);
      continue;
    }
    const keyed: number[] = [];
    const texts: number[] = [];
    for (let i = listOffsets[list]!; i < listOffsets[list + 1]!; i++) {
      const number = keys.numberOf(scheme, listValues[i]!);
      if (number === NONE) texts.push(listValues[i]!);
      else keyed.push(number);
    }
    const high = bound(scheme, view.fixed[row]!);
    if (keyed.length > 0) push(row, lists.push(Uint32Array.from(keyed)) - 1, high, flags);
    const asText = (flags & ~ROW.keyList) | ROW.textList;
    if (texts.length > 0) push(row, lists.push(Uint32Array.from(texts)) - 1, high, asText);
  }
  const { placed, ...keySections } = keys.finish();
  const drafts: Drafts = {
    source: columns.source.view(),
    low: columns.low.view(),
    high: columns.high.view(),
    flags: Uint8Array.from(columns.flags.view()),
  };
  placeKeys(store, drafts, lists, placed);
  return { drafts, lists, keySections };
};

/** Replaces key numbers by sorted positions, and sorts each list: keys by position, texts by their units. */
const placeKeys = (store: Store, drafts: Drafts, lists: Uint32Array[], placed: (number: number) => number): void => {
  const { of } = store.strings;
  for (let i = 0; i < drafts.source.length; i++) {
    const flags = drafts.flags[i]!;
    drafts.high[i] = placed(drafts.high[i]!);
    if ((flags & (ROW.keyList | ROW.textList)) === 0) drafts.low[i] = placed(drafts.low[i]!);
    else if (flags & ROW.keyList) {
      const list = lists[drafts.low[i]!]!.map(placed).sort();
      lists[drafts.low[i]!] = list.filter((value, n) => n === 0 || value !== list[n - 1]);
    } else lists[drafts.low[i]!]!.sort((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
  }
};

const COLUMNS = [
  "rowGroup",
  "rowRecord",
  "rowIntroduced",
  "rowFixed",
  "rowLast",
  "rowUrgency",
  "rowLow",
  "rowHigh",
] as const;

/** Order of rows: package, group (by id), record id, then bounds; equal rows end up side by side. */
const sortedRows = (store: Store, drafts: Drafts, groupOf: Uint32Array, packageRank: Uint32Array): Uint32Array => {
  const rowPackage = store.rows.package.view();
  const rowRecord = store.rows.record.view();
  const id = (row: number): string => store.records[rowRecord[row]!]!.id;
  return Uint32Array.from(drafts.source.keys()).sort((a, b) => {
    const x = drafts.source[a]!;
    const y = drafts.source[b]!;
    const near =
      packageRank[rowPackage[x]!]! - packageRank[rowPackage[y]!]! || groupOf[rowRecord[x]!]! - groupOf[rowRecord[y]!]!;
    if (near !== 0) return near;
    if (rowRecord[x] !== rowRecord[y] && id(x) !== id(y)) return id(x) < id(y) ? -1 : 1;
    return (
      drafts.flags[a]! - drafts.flags[b]! ||
      drafts.low[a]! - drafts.low[b]! ||
      drafts.high[a]! - drafts.high[b]! ||
      a - b
    );
  });
};

/** Writes the package, row, list and key sections. Packages are sorted by ecosystem and name. */
export const buildRows = (store: Store, groups: readonly AliasGroup[]) => {
  const groupOf = new Uint32Array(store.records.length);
  groups.forEach((group, i) => group.records.forEach((record) => (groupOf[record] = i)));
  const { packages } = store;
  const schemes = packages.map((p) => schemeFor(p.ecosystem) ?? null);
  const byName = [...packages.keys()].sort((a, b) => {
    const [x, y] = [packages[a]!, packages[b]!];
    if (x.ecosystem !== y.ecosystem) return x.ecosystem < y.ecosystem ? -1 : 1;
    return x.name < y.name ? -1 : 1;
  });
  const packageRank = new Uint32Array(packages.length);
  byName.forEach((n, rank) => (packageRank[n] = rank));
  const { drafts, lists, keySections } = draftRows(store, schemes);
  const order = sortedRows(store, drafts, groupOf, packageRank);

  const out = Object.fromEntries(COLUMNS.map((name) => [name, new Uint32Array(order.length)])) as Record<
    (typeof COLUMNS)[number],
    Uint32Array<ArrayBuffer>
  >;
  const rowFlags = new Uint8Array(order.length);
  const packageRowOffsets = new Uint32Array(packages.length + 1);
  const view = Object.fromEntries(Object.entries(store.rows).map(([name, column]) => [name, column.view()])) as Record<
    keyof Store["rows"],
    Uint32Array
  >;
  let n = 0;
  let owner = -1;
  for (const draft of order) {
    const row = drafts.source[draft]!;
    const rank = packageRank[view.package[row]!]!;
    const record = view.record[row]!;
    const values = [
      groupOf[record]!,
      record,
      view.introduced[row]!,
      view.fixed[row]!,
      view.last[row]!,
      view.urgency[row]!,
    ];
    values.push(drafts.low[draft]!, drafts.high[draft]!);
    const same =
      rank === owner && rowFlags[n - 1] === drafts.flags[draft] && COLUMNS.every((c, i) => out[c][n - 1] === values[i]);
    if (same) continue;
    while (owner < rank) packageRowOffsets[++owner] = n;
    COLUMNS.forEach((column, i) => (out[column][n] = values[i]!));
    rowFlags[n++] = drafts.flags[draft]!;
  }
  while (owner < packages.length) packageRowOffsets[++owner] = n;
  const trimmed = Object.fromEntries(COLUMNS.map((c) => [c, out[c].subarray(0, n)])) as typeof out;
  return { ...trimmed, rowFlags: rowFlags.subarray(0, n), packageRowOffsets, ...keySections, lists, byName };
};

type BuiltRows = ReturnType<typeof buildRows>;

/** Content hash of each package: every text of its rows, its lists, and the names of their groups. */
export const hashPackages = (store: Store, groups: readonly AliasGroup[], rows: BuiltRows): Uint32Array => {
  const names = groups.map((group) => {
    const hash = createHash();
    for (const name of [group.id, ...group.aliases]) hash.text(name);
    return hash.pair();
  });
  const ids = Uint32Array.from(store.records, (record) => store.strings.intern(record.id));
  const texts = new Uint32Array(store.strings.values.length * 2);
  store.strings.values.forEach((value, i) => {
    const hash = createHash();
    hash.text(value);
    texts.set(hash.pair(), i * 2);
  });
  const listValues = store.listValues.view();
  const listOffsets = store.listOffsets.view();
  const listOf = new Map<number, number>();
  const [rowRecord, rowPackage] = [store.rows.record.view(), store.rows.package.view()];
  store.rows.list.view().forEach((list, row) => {
    if (list !== NONE) listOf.set(rowRecord[row]! * 2 ** 21 + rowPackage[row]!, list);
  });
  const out = new Uint32Array(rows.byName.length * 2);
  rows.byName.forEach((stored, rank) => {
    const hash = createHash();
    const text = (n: number): void =>
      n === NONE ? hash.add(0) : (hash.add(texts[n * 2]!), hash.add(texts[n * 2 + 1]!));
    for (let row = rows.packageRowOffsets[rank]!; row < rows.packageRowOffsets[rank + 1]!; row++) {
      const record = rows.rowRecord[row]!;
      text(ids[record]!);
      for (const column of [rows.rowIntroduced, rows.rowFixed, rows.rowLast, rows.rowUrgency]) text(column[row]!);
      hash.add(rows.rowFlags[row]!);
      for (const value of names[rows.rowGroup[row]!]!) hash.add(value);
      if ((rows.rowFlags[row]! & (ROW.keyList | ROW.textList)) === 0) continue;
      const list = listOf.get(record * 2 ** 21 + stored);
      if (list === undefined) continue;
      for (let i = listOffsets[list]!; i < listOffsets[list + 1]!; i++) text(listValues[i]!);
    }
    out.set(hash.pair(), rank * 2);
  });
  return out;
};
