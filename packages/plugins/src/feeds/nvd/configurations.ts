/** Most products that a condition names. */
const CONDITION_MAX = 10;
const NODES_MAX = 10_000;
const MATCHES_MAX = 100_000;
const NAME_MAX_CHARS = 1000;

/** Vendors and products that stand for "not known yet". */
const PLACEHOLDERS: ReadonlySet<string> = new Set(["", "*", "-", "n/a", "na", "null", "unknown"]);
const QUALIFIERS = ["edition", "language", "sw_edition", "target_sw", "target_hw", "other"] as const;

/** One affected product in OSV's shape. */
export interface AffectedProduct {
  readonly package: { readonly ecosystem: "CPE"; readonly name: string };
  readonly ranges?: readonly { readonly type: "ECOSYSTEM"; readonly events: readonly RangeEvent[] }[];
  readonly versions?: readonly string[];
  readonly database_specific?: { readonly condition?: readonly string[]; readonly only?: readonly string[] };
}

type RangeEvent = Readonly<Record<string, string>>;

/** What the configurations of one CVE say. */
export interface Products {
  readonly affected: readonly AffectedProduct[];
  /** Matches and negated parts that say nothing about a product we can name. */
  readonly skippedCount: number;
}

/** A CPE 2.3 name: `<part>:<vendor>:<product>` in lower case, unescaped, and the fields behind it. */
export interface CpeCriteria {
  readonly name: string;
  readonly isPlaceholder: boolean;
  /** Null when it holds wildcards and something else. */
  readonly version: string | null;
  readonly update: string;
  /** Fields that narrow it down, `target_sw=wordpress`. */
  readonly only: readonly string[];
}

interface Node {
  readonly operator?: unknown;
  readonly negate?: unknown;
  readonly cpeMatch?: unknown;
  readonly nodes?: unknown;
  readonly children?: unknown;
}

interface Match {
  readonly criteria: CpeCriteria;
  readonly vulnerable: boolean;
  readonly json: Readonly<Record<string, unknown>>;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const unescaped = (field: string): string => (field.includes("\\") ? field.replaceAll(/\\(.)/g, "$1") : field);

/** Splits at colons that are not escaped. */
function fieldsOf(text: string): string[] {
  if (!text.includes("\\")) return text.split(":");
  const fields: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === ":") {
      fields.push(text.slice(from, at));
      from = at + 1;
    }
  }
  fields.push(text.slice(from));
  return fields;
}

/** Reads `cpe:2.3:…`; null when it is none. */
export function cpeCriteria(text: unknown): CpeCriteria | null {
  if (typeof text !== "string" || text.length > NAME_MAX_CHARS || !text.startsWith("cpe:2.3:")) return null;
  const fields = fieldsOf(text);
  const [, , part = "", vendor = "", product = "", version = "*", update = "*", ...rest] = fields;
  if (fields.length < 5 || !/^[aho]$/i.test(part)) return null;
  const isPlaceholder = [vendor, product].some((field) => PLACEHOLDERS.has(field.toLowerCase()));
  const hasWildcard = version !== "*" && /(?<!\\)[*?]/.test(version);
  return {
    name: [part, vendor, product].map((field) => unescaped(field).toLowerCase()).join(":"),
    isPlaceholder,
    version: hasWildcard ? null : unescaped(version),
    update: /^[*-]?$/.test(update) ? "" : unescaped(update),
    only: QUALIFIERS.flatMap((name, i) => {
      const value = rest[i] ?? "*";
      return /^[*-]?$/.test(value) ? [] : [`${name}=${unescaped(value).toLowerCase()}`];
    }),
  };
}

const text = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= NAME_MAX_CHARS ? value : null;

/**
 * The bounds of a match as OSV's events; null when it has none. OSV knows no lower bound that is itself excluded: in the
 * order of `CPE` versions `X-a` comes directly after `X`.
 */
function boundsOf(json: Match["json"]): RangeEvent[] | null {
  const from = text(json["versionStartIncluding"]);
  const after = text(json["versionStartExcluding"]);
  const before = text(json["versionEndExcluding"]);
  const until = text(json["versionEndIncluding"]);
  if (from === null && after === null && before === null && until === null) return null;
  const introduced = from ?? (after === null ? "0" : `${after}-a`);
  const end = before === null ? (until === null ? [] : [{ last_affected: until }]) : [{ fixed: before }];
  return [{ introduced }, ...end];
}

/** Nodes with their children in one list, the negated ones left out. */
function flatten(nodes: readonly unknown[], found: Node[], skipped: { count: number }): void {
  for (const value of nodes) {
    const node = object(value) as Node;
    if (node.negate === true) skipped.count++;
    else if (found.length < NODES_MAX) {
      found.push(node);
      flatten(list(node.children), found, skipped);
    }
  }
}

class Collector {
  readonly #products = new Map<
    string,
    { first: AffectedProduct; ranges: Map<string, RangeEvent[]>; versions: Set<string> }
  >();
  skippedCount = 0;
  #matchCount = 0;

  add({ criteria, json }: Match, condition: readonly string[]): void {
    const bounds = boundsOf(json);
    if (++this.#matchCount > MATCHES_MAX || criteria.isPlaceholder || (bounds === null && criteria.version === null)) {
      this.skippedCount++;
      return;
    }
    const isPlain = criteria.only.length === 0 && condition.length === 0;
    const key = isPlain ? criteria.name : JSON.stringify([criteria.name, criteria.only, condition]);
    let product = this.#products.get(key);
    if (product === undefined) {
      const specific = {
        ...(condition.length > 0 && { condition }),
        ...(criteria.only.length > 0 && { only: criteria.only }),
      };
      const first: AffectedProduct = {
        package: { ecosystem: "CPE", name: criteria.name },
        ...(Object.keys(specific).length > 0 && { database_specific: specific }),
      };
      product = { first, ranges: new Map(), versions: new Set() };
      this.#products.set(key, product);
    }
    const events = bounds ?? (criteria.version === "*" ? [{ introduced: "0" }] : null);
    if (events !== null) product.ranges.set(JSON.stringify(events), events);
    else product.versions.add([criteria.version ?? "", criteria.update].filter((part) => part !== "").join("-"));
  }

  affected(): AffectedProduct[] {
    return [...this.#products.values()].map(({ first, ranges, versions }) => ({
      ...first,
      ...(ranges.size > 0 && {
        ranges: [...ranges.values()].map((events) => ({ type: "ECOSYSTEM" as const, events })),
      }),
      ...(versions.size > 0 && { versions: [...versions] }),
    }));
  }
}

/**
 * Products that NVD's `configurations` name as vulnerable. Where several products must come together, each vulnerable one
 * is kept and `condition` names the others; negated parts are left out and counted. A version `-` matches only a component
 * without version, `*` without bounds matches all.
 */
export function productsOf(configurations: unknown): Products {
  const collector = new Collector();
  const skipped = { count: 0 };
  for (const value of list(configurations).slice(0, NODES_MAX)) {
    const configuration = object(value);
    if (configuration["negate"] === true) {
      skipped.count++;
      continue;
    }
    const nodes: Node[] = [];
    flatten(list(configuration["nodes"]), nodes, skipped);
    const matches = nodes.map((node) => matchesOf(node, skipped));
    const isTogether = configuration["operator"] === "AND" && nodes.length > 1;
    const all = isTogether ? namesOf(matches.flat()) : [];
    matches.forEach((own, i) => {
      // Nodes of one AND, and the matches of an AND node, must be there together.
      const ownNames = namesOf(own);
      const others = without(all, new Set(ownNames));
      if (nodes[i]?.operator === "AND") others.push(...ownNames.slice(0, CONDITION_MAX + 1));
      for (const match of own) if (match.vulnerable) collector.add(match, conditionOf(others, match.criteria.name));
    });
  }
  return { affected: collector.affected(), skippedCount: collector.skippedCount + skipped.count };
}

function matchesOf(node: Node, skipped: { count: number }): Match[] {
  return list(node.cpeMatch).flatMap((value) => {
    const json = object(value);
    const criteria = cpeCriteria(json["criteria"]);
    if (criteria !== null) return [{ criteria, vulnerable: json["vulnerable"] === true, json }];
    skipped.count++;
    return [];
  });
}

const namesOf = (matches: readonly Match[]): string[] =>
  [...new Set(matches.map((match) => match.criteria.name))].sort();

/** The first names that are not in `left`; stops as soon as there are enough. */
function without(names: readonly string[], left: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const name of names) {
    if (found.length >= CONDITION_MAX) break;
    if (!left.has(name)) found.push(name);
  }
  return found;
}

const conditionOf = (others: readonly string[], own: string): string[] =>
  others
    .filter((name) => name !== own)
    .sort()
    .slice(0, CONDITION_MAX);
