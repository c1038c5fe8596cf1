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
  return { add: (): number => parent.push(parent.length) - 1, find, join };
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

/**
 * Groups records that name the same weakness: the transitive union of id, aliases and a single upstream. A notice stays
 * alone, and no other record is joined through its name. Same records in any order give the same groups, sorted by id.
 */
export const groupRecords = (records: NamedRecords): AliasGroup[] => {
  const notices = new Set<string>();
  for (let i = 0; i < records.length; i++) if (isNotice(records.at(i)!)) notices.add(records.at(i)!.id);
  const union = createUnion();
  const nodes = new Map<string, number>();
  const nodeOf = (name: string): number => {
    let node = nodes.get(name);
    if (node === undefined) nodes.set(name, (node = union.add()));
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
  const names = [...nodes.keys()];
  nodes.clear();
  const namesOf = sideBySide(names.length, (node) => union.find(node), names.length);
  const recordsOf = sideBySide(records.length, (i) => union.find(nodeOfRecord[i]!), names.length);
  const groups: AliasGroup[] = [];
  for (let root = 0; root < names.length; root++) {
    const positions = Array.from(recordsOf(root));
    if (positions.length === 0) continue;
    const all = new Set(Array.from(namesOf(root), (node) => names[node]!));
    const members = positions.map((i) => records.at(i)!);
    const first = members[0]!.id;
    const notice = notices.has(first);
    const id = notice ? first : [...all].reduce((a, b) => (compareNames(b, a) < 0 ? b : a));
    for (const record of members) for (const name of [...record.aliases, ...record.upstream]) all.add(name);
    all.delete(id);
    groups.push({ id, aliases: [...all].sort(), records: positions, notice });
  }
  return groups.sort((a, b) => compareText(a.id, b.id));
};
