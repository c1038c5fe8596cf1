import { createColumn, createLists } from "./bytes.ts";
import { createStrings, type Strings } from "./strings.ts";

/** What grouping needs of a record. */
export interface NamedRecord {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
}

/** Records by position; an array is one. `at` may make its answer anew each time. */
export interface NamedRecords {
  readonly length: number;
  at(position: number): NamedRecord | undefined;
}

/** One weakness: its best name, every other name sorted, and the positions of its records, ascending. */
export interface AliasGroup {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly records: readonly number[];
  /** A notice covers several weaknesses: its aliases are references, not other names of one thing. */
  readonly notice: boolean;
}

const CVE = /^CVE-(\d{4})-(\d{4,19})$/;

export const isCve = (name: string): boolean => CVE.test(name);

const isPlural = (record: NamedRecord): boolean =>
  record.upstream.length > 1 || new Set(record.aliases.filter(isCve)).size > 1;

/**
 * True when a record speaks of several weaknesses: several upstreams, or aliases that hold several CVE ids. A record
 * under a CVE id is that weakness itself.
 */
export const isNotice = (record: NamedRecord): boolean => !isCve(record.id) && isPlural(record);

/** Order of UTF-16 code units. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const rank = (name: string): number => (isCve(name) ? 0 : name.startsWith("GHSA-") ? 1 : 2);

/** Order of names: CVE ids by year and number, then GHSA ids, then the rest by text. */
export const compareNames = (a: string, b: string): number => {
  const x = CVE.exec(a);
  const y = CVE.exec(b);
  if (x && y) return Number(x[1]) - Number(y[1]) || Number(x[2]) - Number(y[2]) || compareText(a, b);
  return rank(a) - rank(b) || compareText(a, b);
};

/** Positions with path halving; the root is the smallest position, so the result does not depend on the order of unions. */
const createUnion = () => {
  const parent: number[] = [];
  const find = (start: number): number => {
    let i = start;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  };
  const join = (a: number, b: number): void => {
    const x = find(a);
    const y = find(b);
    if (x !== y) parent[Math.max(x, y)] = Math.min(x, y);
  };
  return {
    add: (): void => void parent.push(parent.length),
    find,
    join,
    get length(): number {
      return parent.length;
    },
  };
};

/** What belongs to each owner, ascending, all in one array: a list object for each would weigh more than the records. */
const sideBySide = (count: number, ownerOf: (i: number) => number, ownerCount: number) => {
  const ends = new Uint32Array(ownerCount + 1);
  for (let i = 0; i < count; i++) ends[ownerOf(i) + 1]!++;
  for (let owner = 0; owner < ownerCount; owner++) ends[owner + 1]! += ends[owner]!;
  const places = ends.slice();
  const items = new Uint32Array(count);
  for (let i = 0; i < count; i++) items[places[ownerOf(i)]!++] = i;
  return (owner: number): Uint32Array => items.subarray(ends[owner], ends[owner + 1]);
};

/** Groups sorted by id; each is made anew at each call, because 100,000 of them as objects weigh more than the records. */
export interface AliasGroups extends Iterable<AliasGroup> {
  readonly length: number;
  at(position: number): AliasGroup;
  /** Where the group with this id is; -1 when there is none. */
  find(id: string): number;
  /** Gives the memory back at once. */
  free(): void;
}

/** What is known of a group before all are sorted; names are numbers of a table of names. */
interface Draft {
  readonly id: number;
  readonly aliases: readonly number[];
  readonly notice: boolean;
}

const createGroups = (names: Strings, recordsOf: (root: number) => Uint32Array) => {
  const ids = createColumn();
  const roots = createColumn();
  const notices = createColumn();
  const aliases = createLists();
  const add = (root: number, { id, aliases: others, notice }: Draft): void => {
    ids.push(id);
    roots.push(root);
    notices.push(notice ? 1 : 0);
    aliases.add(others);
  };
  const finish = (): AliasGroups => {
    const order = Uint32Array.from(ids.view().keys()).sort((a, b) => names.compare(ids.at(a), ids.at(b)));
    const positions = new Uint32Array(names.length);
    order.forEach((n, position) => (positions[ids.at(n)] = position + 1));
    const at = (position: number): AliasGroup => {
      const n = order[position]!;
      return {
        id: names.of(ids.at(n)),
        aliases: Array.from(aliases.of(n), names.of),
        records: Array.from(recordsOf(roots.at(n))),
        notice: notices.at(n) === 1,
      };
    };
    return {
      length: order.length,
      at,
      find: (id) => (positions[names.find(id)] ?? 0) - 1,
      *[Symbol.iterator]() {
        for (let position = 0; position < order.length; position++) yield at(position);
      },
      free: () => {
        for (const one of [names, ids, roots, notices, aliases]) one.free();
      },
    };
  };
  return { add, finish };
};

/** Joins the names of records; answers the node of each record and the union. A node is a number of the table of names. */
const joinNames = (records: NamedRecords, names: Strings, notices: ReadonlySet<string>) => {
  const union = createUnion();
  const nodeOf = (name: string): number => {
    const node = names.intern(name);
    if (node === union.length) union.add();
    return node;
  };
  const nodeOfRecord = new Uint32Array(records.length);
  for (let i = 0; i < records.length; i++) {
    const record = records.at(i)!;
    const node = (nodeOfRecord[i] = nodeOf(record.id));
    if (notices.has(record.id)) continue;
    // What a CVE's own record says of several others are references.
    const joined = isPlural(record)
      ? record.aliases.filter((name) => !isCve(name))
      : [...record.aliases, ...record.upstream];
    for (const name of joined) if (!notices.has(name)) union.join(node, nodeOf(name));
  }
  return { nodeOfRecord, union };
};

/**
 * Groups records that name the same weakness: the transitive union of id, aliases and a single upstream. A notice stays
 * alone, and no other record is joined through its name. Same records in any order give the same groups, sorted by id.
 */
export const groupRecords = (records: NamedRecords): AliasGroups => {
  const notices = new Set<string>();
  for (let i = 0; i < records.length; i++) if (isNotice(records.at(i)!)) notices.add(records.at(i)!.id);
  const names = createStrings();
  const { nodeOfRecord, union } = joinNames(records, names, notices);
  const count = union.length;
  const namesOf = sideBySide(count, union.find, count);
  const recordsOf = sideBySide(records.length, (i) => union.find(nodeOfRecord[i]!), count);
  const groups = createGroups(names, recordsOf);
  for (let root = 0; root < count; root++) {
    const positions = recordsOf(root);
    if (positions.length === 0) continue;
    const all = new Set(Array.from(namesOf(root), names.of));
    const members = Array.from(positions, (i) => records.at(i)!);
    const first = members[0]!.id;
    const notice = notices.has(first);
    const id = notice ? first : [...all].reduce((a, b) => (compareNames(b, a) < 0 ? b : a));
    for (const record of members) for (const name of [...record.aliases, ...record.upstream]) all.add(name);
    all.delete(id);
    groups.add(root, { id: names.intern(id), aliases: [...all].sort().map(names.intern), notice });
  }
  return groups.finish();
};
