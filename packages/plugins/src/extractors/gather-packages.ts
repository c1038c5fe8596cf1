import { AppError, type Component } from "@zerotrace/core";
import type { Extracted, FoundPackage } from "./file-extractor.ts";
import { canonicalLine, compareComponents, faultOf, MAX_COMPONENTS, MAX_PROBLEMS, printable } from "./gather.ts";

/** One entry of a file, as its reader gives it. */
export interface PackageEntry {
  readonly component: Component;
  /** The entry's name within the file, by which `dependsOn` of others means it. */
  readonly key?: string;
  /** Keys of what it needs; unknown ones are passed over. */
  readonly dependsOn?: readonly string[];
  readonly isDirect?: boolean;
  readonly isDev?: boolean;
  readonly license?: string;
  readonly concludedLicense?: string;
  readonly purl?: string;
  readonly line?: number;
  readonly inside?: string;
}

export interface PackageGathering {
  /** Keeps the entry, or notes a problem when a field is missing, too long or holds what it must not. */
  readonly add: (entry: PackageEntry) => void;
  readonly problem: (text: string) => void;
  /**
   * One of each component with its shortest way from the project. With `devByGraph` the direct entries say whether they
   * are for development, and what only those need is so too. Throws AppError UNREADABLE when nothing could be read
   * although something was there.
   */
  readonly finish: (options?: { readonly devByGraph?: boolean }) => Extracted;
}

/** A new gathering for the file that `path` names in error texts. Throws AppError UNREADABLE over MAX_COMPONENTS entries. */
export const gatherPackages = (path: string): PackageGathering => {
  const entries: PackageEntry[] = [];
  const problems: string[] = [];
  const problem = (text: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(printable(text));
  };
  return {
    problem,
    add: (entry) => {
      const { component } = entry;
      const fault = faultOf(component.version === "" ? { ...component, version: "0" } : component);
      if (fault !== null) return problem(`${component.name || "an entry without a name"}: ${fault}`);
      entries.push(entry);
      if (entries.length > MAX_COMPONENTS) {
        throw new AppError("UNREADABLE", `${path} lists more than ${MAX_COMPONENTS} packages; it is not read.`);
      }
    },
    finish: ({ devByGraph = false } = {}) => {
      if (entries.length === 0 && problems.length > 0) {
        throw new AppError("UNREADABLE", `No entry of ${path} could be read: ${problems[0]}`);
      }
      return { packages: packagesOf(entries, devByGraph), problems: problems.sort() };
    },
  };
};

/** An entry while its component is put together; positions are those of the sorted components. */
interface Node {
  readonly component: Component;
  readonly entries: PackageEntry[];
  needs: readonly number[] | undefined;
}

const packagesOf = (entries: readonly PackageEntry[], devByGraph: boolean): FoundPackage[] => {
  const nodes = nodesOf(entries);
  const isDirect = nodes.map((node) => some(node.entries, (e) => e.isDirect));
  const via = waysFrom(nodes, isDirect);
  const isDev = devByGraph ? devOf(nodes) : nodes.map((node) => every(node.entries, (e) => e.isDev));
  return nodes.map((node, at) => foundOf(node, isDirect[at], isDev[at], via[at]));
};

/** Fields that nothing tells are absent. One by one: spreading each costs as much as reading the file. */
const foundOf = (
  { component, entries, needs }: Node,
  isDirect: boolean | undefined,
  isDev: boolean | undefined,
  via: readonly number[] | undefined,
): FoundPackage => {
  const found: { -readonly [K in keyof FoundPackage]: FoundPackage[K] } = { component };
  if (isDirect !== undefined) found.isDirect = isDirect;
  if (isDev !== undefined) found.isDev = isDev;
  if (needs !== undefined) found.dependsOn = needs;
  if (via !== undefined) found.via = via;
  const license = entries.find((e) => e.license !== undefined)?.license;
  if (license !== undefined) found.license = license;
  const concluded = entries.find((e) => e.concludedLicense !== undefined)?.concludedLicense;
  if (concluded !== undefined) found.concludedLicense = concluded;
  const purl = entries.find((e) => e.purl !== undefined)?.purl;
  if (purl !== undefined) found.purl = purl;
  let line: number | undefined;
  let inside: string | undefined;
  for (const entry of entries) {
    if (entry.line !== undefined && (line === undefined || entry.line < line)) line = entry.line;
    if (entry.inside !== undefined && (inside === undefined || entry.inside < inside)) inside = entry.inside;
  }
  if (line !== undefined) found.line = line;
  if (inside !== undefined) found.inside = inside;
  return found;
};

const nodesOf = (entries: readonly PackageEntry[]): Node[] => {
  const byLine = new Map<string, Node>();
  for (const entry of entries) {
    const line = canonicalLine(entry.component);
    const node = byLine.get(line);
    if (node === undefined) byLine.set(line, { component: entry.component, entries: [entry], needs: undefined });
    else node.entries.push(entry);
  }
  const nodes = [...byLine.values()].sort((a, b) => compareComponents(a.component, b.component));
  const byKey = new Map<string, number>();
  nodes.forEach((node, at) => {
    for (const { key } of node.entries) if (key !== undefined) byKey.set(key, at);
  });
  nodes.forEach((node, at) => {
    let needs: Set<number> | undefined;
    for (const { dependsOn } of node.entries) {
      if (dependsOn === undefined) continue;
      needs ??= new Set();
      for (const key of dependsOn) {
        const need = byKey.get(key);
        if (need !== undefined && need !== at) needs.add(need);
      }
    }
    if (needs !== undefined) node.needs = [...needs].sort((a, b) => a - b);
  });
  return nodes;
};

/** Steps of a way that is kept (count): real ones have less than thirty, and a hostile chain would fill the memory. */
const MAX_WAY = 64;

/** Breadth first from the direct ones: the first way found is a shortest one, and the order makes it always the same. */
const waysFrom = (nodes: readonly Node[], isDirect: readonly (boolean | undefined)[]): (number[] | undefined)[] => {
  const ways: (number[] | undefined)[] = nodes.map((_, at) => (isDirect[at] === true ? [] : undefined));
  const queue = nodes.flatMap((_, at) => (isDirect[at] === true ? [at] : []));
  for (let next = 0; next < queue.length; next++) {
    const at = queue[next]!;
    for (const child of nodes[at]!.needs ?? []) {
      if (ways[child] !== undefined || ways[at]!.length >= MAX_WAY) continue;
      ways[child] = [...ways[at]!, at];
      queue.push(child);
    }
  }
  return ways;
};

const devOf = (nodes: readonly Node[]): (boolean | undefined)[] => {
  const reached = (isDev: boolean): Set<number> => {
    const queue = nodes.flatMap((node, at) =>
      node.entries.some((e) => e.isDirect === true && (e.isDev ?? false) === isDev) ? [at] : [],
    );
    const seen = new Set(queue);
    for (let next = 0; next < queue.length; next++) {
      for (const child of nodes[queue[next]!]!.needs ?? []) {
        if (seen.has(child)) continue;
        seen.add(child);
        queue.push(child);
      }
    }
    return seen;
  };
  const shipped = reached(false);
  const developed = reached(true);
  return nodes.map((_, at) => (shipped.has(at) ? false : developed.has(at) ? true : undefined));
};

const some = (
  entries: readonly PackageEntry[],
  pick: (e: PackageEntry) => boolean | undefined,
): boolean | undefined => {
  let said: boolean | undefined;
  for (const entry of entries) said = pick(entry) === true ? true : (said ?? pick(entry));
  return said;
};

const every = (
  entries: readonly PackageEntry[],
  pick: (e: PackageEntry) => boolean | undefined,
): boolean | undefined => {
  if (entries.every((entry) => pick(entry) === undefined)) return undefined;
  return entries.every((entry) => pick(entry) === true);
};
