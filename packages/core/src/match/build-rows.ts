import type { VersionScheme } from "../version/scheme.ts";
import { schemeFor } from "../version/index.ts";
import { type AliasGroups, compareText } from "./aliases.ts";
import { createColumn } from "./bytes.ts";
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

/** A list of versions as rows need it: those with a key and those without. Numbers of lists, NONE where there are none. */
interface DraftList {
  readonly keyed: number;
  readonly texts: number;
}

/** Splits lists of versions; each once for a scheme, however many records name it. */
const createDraftLists = (store: Store, numberOf: (scheme: VersionScheme | null, text: number) => number) => {
  const lists: Uint32Array[] = [];
  const known = new Map<VersionScheme | null, Map<number, DraftList>>();
  const put = (values: readonly number[]): number =>
    values.length === 0 ? NONE : lists.push(Uint32Array.from(values)) - 1;
  const draftOf = (scheme: VersionScheme | null, list: number): DraftList => {
    let own = known.get(scheme);
    if (!own) known.set(scheme, (own = new Map()));
    let draft = own.get(list);
    if (draft) return draft;
    const keyed: number[] = [];
    const texts: number[] = [];
    for (const text of store.lists.of(list)) {
      const number = numberOf(scheme, text);
      if (number === NONE) texts.push(text);
      else keyed.push(number);
    }
    draft = { keyed: put(keyed), texts: put(texts) };
    own.set(list, draft);
    return draft;
  };
  const isText = (): boolean[] => {
    const flags = lists.map(() => false);
    for (const own of known.values()) for (const { texts } of own.values()) if (texts !== NONE) flags[texts] = true;
    return flags;
  };
  return { lists, draftOf, isText };
};

const draftRows = (store: Store, schemes: readonly (VersionScheme | null)[]) => {
  const keys = createKeys(store);
  const columns = { source: createColumn(), low: createColumn(), high: createColumn(), flags: createColumn() };
  const { lists, draftOf, isText } = createDraftLists(store, keys.numberOf);
  const push = (source: number, low: number, high: number, flags: number): void => {
    columns.source.push(source);
    columns.low.push(low);
    columns.high.push(high);
    columns.flags.push(flags);
  };
  const { rows } = store;
  const zero = store.strings.intern("0");
  const bound = (scheme: VersionScheme | null, text: number): number => {
    if (text === NONE) return NONE;
    const number = keys.numberOf(scheme, text);
    return number === NONE ? UNPARSABLE : number;
  };
  for (let row = 0; row < rows.package.length; row++) {
    const scheme = schemes[rows.package.at(row)]!;
    const flags = rows.flags.at(row);
    const list = rows.list.at(row);
    const introduced = rows.introduced.at(row);
    if (list === NONE) {
      const end = [rows.limit.at(row), rows.fixed.at(row), rows.last.at(row)].find((text) => text !== NONE) ?? NONE;
      push(row, introduced === zero ? NONE : bound(scheme, introduced), bound(scheme, end), flags);
      continue;
    }
    const { keyed, texts } = draftOf(scheme, list);
    const high = bound(scheme, rows.fixed.at(row));
    if (keyed !== NONE) push(row, keyed, high, flags);
    if (texts !== NONE) push(row, texts, high, (flags & ~ROW.keyList) | ROW.textList);
  }
  const { placed, ...keySections } = keys.finish();
  const drafts: Drafts = {
    source: columns.source.view(),
    low: columns.low.view(),
    high: columns.high.view(),
    flags: Uint8Array.from(columns.flags.view()),
  };
  const isTextList = isText();
  placeKeys(store, drafts, { lists, isTextList }, placed);
  return { drafts, lists, isTextList, keySections };
};

/** The lists of versions of an index; those of texts are numbers of the string table, the others positions of keys. */
interface VersionLists {
  readonly lists: Uint32Array[];
  readonly isTextList: readonly boolean[];
}

/** Replaces key numbers by sorted positions, and sorts each list: keys by position, texts by their units. */
const placeKeys = (
  store: Store,
  drafts: Drafts,
  { lists, isTextList }: VersionLists,
  placed: (number: number) => number,
): void => {
  const { compare } = store.strings;
  for (let i = 0; i < drafts.source.length; i++) {
    drafts.high[i] = placed(drafts.high[i]!);
    if ((drafts.flags[i]! & (ROW.keyList | ROW.textList)) === 0) drafts.low[i] = placed(drafts.low[i]!);
  }
  lists.forEach((list, i) => {
    if (isTextList[i]) {
      list.sort(compare);
      return;
    }
    const sorted = list.map(placed).sort();
    lists[i] = sorted.filter((value, n) => n === 0 || value !== sorted[n - 1]);
  });
};

const COLUMNS = ["rowRecord", "rowIntroduced", "rowFixed", "rowLast", "rowUrgency", "rowLow", "rowHigh"] as const;

/** Where each record stands by its id; those of one id stand together. */
const rankRecords = ({ records, strings }: Store): Uint32Array => {
  const ranks = Uint32Array.from({ length: records.length }, (_, n) => n);
  const order = ranks.toSorted((a, b) => strings.compare(records.idText(a), records.idText(b)));
  let rank = 0;
  order.forEach((n, i) => {
    if (i > 0 && records.idText(n) !== records.idText(order[i - 1]!)) rank = i;
    ranks[n] = rank;
  });
  return ranks;
};

/** Order of rows: package, group (by id), record id, then bounds; equal rows end up side by side. */
const sortedRows = (store: Store, drafts: Drafts, groupOf: Uint32Array, packageRank: Uint32Array): Uint32Array => {
  const rowPackage = store.rows.package.view();
  const rowRecord = store.rows.record.view();
  const recordRank = rankRecords(store);
  const order = new Uint32Array(drafts.source.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => {
    const x = drafts.source[a]!;
    const y = drafts.source[b]!;
    return (
      packageRank[rowPackage[x]!]! - packageRank[rowPackage[y]!]! ||
      groupOf[rowRecord[x]!]! - groupOf[rowRecord[y]!]! ||
      recordRank[rowRecord[x]!]! - recordRank[rowRecord[y]!]! ||
      drafts.flags[a]! - drafts.flags[b]! ||
      drafts.low[a]! - drafts.low[b]! ||
      drafts.high[a]! - drafts.high[b]! ||
      a - b
    );
  });
};

/** Positions of packages by ecosystem and name. */
const sortPackages = ({ packages, strings }: Store): Uint32Array =>
  Uint32Array.from({ length: packages.length }, (_, n) => n).sort(
    (a, b) =>
      compareText(packages.ecosystem(a), packages.ecosystem(b)) ||
      strings.compare(packages.nameText(a), packages.nameText(b)),
  );

/** Orders and dedupes the rows of all packages. Texts are numbers of the string table still. */
export const buildRows = (store: Store, groups: AliasGroups) => {
  const recordGroup = new Uint32Array(store.records.length);
  let position = 0;
  for (const group of groups) {
    for (const record of group.records) recordGroup[record] = position;
    position++;
  }
  const { packages } = store;
  const schemes = Array.from({ length: packages.length }, (_, n) => schemeFor(packages.ecosystem(n)) ?? null);
  const byName = sortPackages(store);
  const packageRank = new Uint32Array(byName.length);
  byName.forEach((n, rank) => (packageRank[n] = rank));
  const { drafts, lists, isTextList, keySections } = draftRows(store, schemes);
  const order = sortedRows(store, drafts, recordGroup, packageRank);

  const out = Object.fromEntries(COLUMNS.map((name) => [name, new Uint32Array(order.length)])) as Record<
    (typeof COLUMNS)[number],
    Uint32Array<ArrayBuffer>
  >;
  const rowFlags = new Uint8Array(order.length);
  /** The list of texts that a row was made of, for its hash. */
  const rowList = new Uint32Array(order.length);
  const packageRowOffsets = new Uint32Array(byName.length + 1);
  const { rows } = store;
  let n = 0;
  let owner = -1;
  for (const draft of order) {
    const row = drafts.source[draft]!;
    const rank = packageRank[rows.package.at(row)]!;
    const values = [
      rows.record.at(row),
      rows.introduced.at(row),
      rows.fixed.at(row),
      rows.last.at(row),
      rows.urgency.at(row),
      drafts.low[draft]!,
      drafts.high[draft]!,
    ];
    const same =
      rank === owner && rowFlags[n - 1] === drafts.flags[draft] && COLUMNS.every((c, i) => out[c][n - 1] === values[i]);
    if (same) continue;
    while (owner < rank) packageRowOffsets[++owner] = n;
    COLUMNS.forEach((column, i) => (out[column][n] = values[i]!));
    rowList[n] = rows.list.at(row);
    rowFlags[n++] = drafts.flags[draft]!;
  }
  while (owner < byName.length) packageRowOffsets[++owner] = n;
  const trimmed = Object.fromEntries(COLUMNS.map((c) => [c, out[c].subarray(0, n)])) as typeof out;
  const columns = { ...trimmed, rowFlags: rowFlags.subarray(0, n), packageRowOffsets, recordGroup };
  return { columns, rowList, keySections, lists, isTextList, byName };
};

export type BuiltRows = ReturnType<typeof buildRows>;

const packLists = (lists: readonly Uint32Array[]) => {
  const listOffsets = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => (listOffsets[i + 1] = listOffsets[i]! + list.length));
  const listValues = new Uint32Array(listOffsets[lists.length]!);
  lists.forEach((list, i) => listValues.set(list, listOffsets[i]));
  return { listOffsets, listValues };
};

/** Urgencies told apart; what comes after them has none. Distributions use a handful. */
const URGENCIES_MAX = 0xffff;

/**
 * The sections of the rows, with what few rows have beside them. `texts` are those that hold numbers of the string table;
 * the texts of lists are replaced through `lists` before.
 */
export const packRows = (store: Store, { columns, keySections, lists }: BuiltRows) => {
  const { rowLast, rowUrgency: urgencyTexts, ...rows } = columns;
  const last = { rows: createColumn(), texts: createColumn() };
  const numbers = new Map<number, number>([[store.strings.intern(""), 0]]);
  const rowUrgency = new Uint16Array(urgencyTexts.length);
  for (let row = 0; row < rowUrgency.length; row++) {
    const text = urgencyTexts[row]!;
    if (!numbers.has(text) && numbers.size < URGENCIES_MAX) numbers.set(text, numbers.size);
    rowUrgency[row] = numbers.get(text) ?? 0;
    if (rowLast[row] === NONE) continue;
    last.rows.push(row);
    last.texts.push(rowLast[row]!);
    rows.rowFlags[row]! |= ROW.last;
  }
  return {
    ...rows,
    ...keySections,
    ...packLists(lists),
    rowUrgency,
    urgencies: Uint32Array.from(numbers.keys()),
    lastRows: last.rows.view(),
    lastTexts: last.texts.view(),
  };
};
