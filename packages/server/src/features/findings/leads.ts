import type { QueryNode, Term, Word } from "@zerotrace/core/query/language/index";
import type { Database, Tx } from "../../platform/db/index.ts";
import { likePattern } from "../assets/index.ts";
import { type HoldingsStore, NO_HOLDINGS, without } from "../holdings/index.ts";
import { bitsIn, NO_TALLIES, type Tallies, type TallyStore } from "../tallies/index.ts";
import { advisoriesWith } from "./known-names.ts";
import { componentsAmong, leadOf } from "./asset-leads.ts";
import type { Lead, LeadKey, Leads } from "./lead-sql.ts";
import { assetCondition, glob, namesStatus } from "./query-sql.ts";
import type { FindingFilter } from "./rules.ts";

/** Components and advisories that one condition may lead to (counts); of what has more, findings are met soon enough in any order. */
const COMPONENTS_MAX = 20_000;
const ADVISORIES_MAX = 2_000;

/** As the index component_words has it: what contains a name, or a part of one, is found there before it is looked at. */
const WORDS = "lower(c.name || ' ' || c.source_name)";

const idsOf = async (
  tx: Tx,
  where: string,
  patterns: readonly string[],
  values: unknown[],
): Promise<number[] | null> => {
  const rows = await tx.query<{ id: number }>(
    `select c.id from component c where ${WORDS} like any(array(select lower(p) from unnest($1::text[]) p)) and ${where}
     limit ${COMPONENTS_MAX + 1}`,
    [patterns, ...values],
  );
  return rows.length > COMPONENTS_MAX ? null : rows.map(({ id }) => id);
};

const namesOf = async (tx: Tx, where: string, values: unknown[]): Promise<string[] | null> => {
  const rows = await tx.query<{ name: string }>(
    `select a.name from advisory a where ${where} limit ${ADVISORIES_MAX + 1}`,
    values,
  );
  return rows.length > ADVISORIES_MAX ? null : rows.map(({ name }) => name);
};

const LIKE_ANY = (column: string): string => `${column} ilike any($1::text[])`;
/** One text of all other names is looked through before they are taken apart. */
const NAMED_LIKE = `${LIKE_ANY("a.name")} or (array_to_string(a.aliases, ' ') ilike any($1::text[])
  and exists (select 1 from unnest(a.aliases) as alias where ${LIKE_ANY("alias")}))`;

const advisoriesNamed = (tx: Tx, names: readonly string[]): Promise<string[] | null> =>
  namesOf(tx, "a.name = any($1::text[]) or a.aliases && $1::text[]", [names]);

const joined = (components: number[] | null, advisories: string[] | null): Lead | null =>
  components === null || advisories === null ? null : { components, advisories };

const ofWord = async (tx: Tx, text: string): Promise<Lead | null> => {
  const like = [likePattern(text)];
  const either = `(${LIKE_ANY("c.name")} or ${LIKE_ANY("c.source_name")})`;
  const components = await idsOf(tx, either, like, []);
  if (components === null) return null;
  const known = await advisoriesWith(tx, text, ADVISORIES_MAX + 1);
  if (known !== null) return known.length > ADVISORIES_MAX ? null : { components, advisories: known };
  return joined(components, await namesOf(tx, NAMED_LIKE, [like]));
};

const ofPackages = async (tx: Tx, values: readonly string[]): Promise<Lead | null> => {
  const isGlob = (v: string): boolean => v.includes("*");
  const patterns = values.map((v) => (isGlob(v) ? `%${glob(v)}%` : likePattern(v)));
  const named = ["c.name", "c.source_name"]
    .map((column) => `${column} = any($2::text[]) or ${column} ilike any($3::text[])`)
    .join(" or ");
  const exact = values.filter((v) => !isGlob(v));
  return joined(await idsOf(tx, `(${named})`, patterns, [exact, values.filter(isGlob).map(glob)]), []);
};

const ofAdvisories = async (tx: Tx, values: readonly string[]): Promise<Lead | null> => {
  const exact = values.filter((v) => !v.includes("*"));
  const globs = values.filter((v) => v.includes("*")).map(glob);
  const named = exact.length === 0 ? [] : await advisoriesNamed(tx, exact);
  const like = globs.length === 0 ? [] : await namesOf(tx, NAMED_LIKE, [globs]);
  // also of what no feed speaks any more: findings that were fixed
  return named === null || like === null
    ? null
    : { components: [], advisories: [...new Set([...exact, ...named, ...like])] };
};

const leavesOf = (node: QueryNode): (Term | Word)[] => {
  if (node.kind === "word" || node.kind === "term") return [node];
  return node.kind === "not" ? leavesOf(node.part) : node.parts.flatMap(leavesOf);
};

/** Fields of queries that name assets. */
const OF_ASSETS: ReadonlySet<string> = new Set(["host", "kind", "label", "exposure", "criticality", "asset"]);

const ofLeaf = (asked: Asked, leaf: Term | Word): Promise<Lead | null> | null => {
  const { tx } = asked;
  if (leaf.kind === "word") return ofWord(tx, leaf.text);
  if (leaf.field === "package") return ofPackages(tx, leaf.values);
  if (leaf.field === "advisory") return ofAdvisories(tx, leaf.values);
  return OF_ASSETS.has(leaf.field) ? componentsAmong(asked, (value) => assetCondition(leaf, value)) : null;
};

interface Asked {
  readonly tx: Tx;
  readonly companyId: number;
  readonly holdings: HoldingsStore;
  /** Null: nobody remembers what is open. */
  readonly tallies: Tallies | null;
}

type Named = Pick<FindingFilter, "query" | "q" | "package" | "advisory" | "assetId" | "status">;

/**
 * What assets of a condition do not hold, of what is open anywhere: where these hold nearly everything, findings of the rest are looked for by
 * the few components that are left.
 */
const besidesOf = (asked: Asked, lead: Lead | undefined, filter: Named): Lead | null => {
  const isOpen = filter.status === "open" && (filter.query === null || !namesStatus(filter.query));
  if (lead?.held === undefined || asked.tallies === null || !isOpen) return null;
  const rest = leadOf(without(asked.tallies.components, bitsIn(lead)));
  return rest.held === undefined || rest.listed !== undefined ? rest : null;
};

const leadsOf = async (asked: Asked, filter: Named): Promise<Leads> => {
  const { query, q, package: name, advisory, assetId } = filter;
  const { tx } = asked;
  const leads = new Map<LeadKey, Lead>();
  const note = async (key: LeadKey, found: Promise<Lead | null> | null) => {
    const lead = await found;
    if (lead !== null) leads.set(key, lead);
  };
  for (const leaf of query === null ? [] : leavesOf(query)) await note(leaf, ofLeaf(asked, leaf));
  for (const part of query?.kind === "and" ? query.parts : [query]) {
    if (part?.kind === "not") await note(part, Promise.resolve(besidesOf(asked, leads.get(part.part), filter)));
  }
  if (q !== null) await note("q", ofWord(tx, q));
  if (advisory !== null) await note("advisory", ofAdvisories(tx, [advisory.replaceAll("*", "")]));
  if (assetId !== null)
    await note(
      "assetId",
      componentsAmong(asked, (value) => `a.id = ${value(assetId)}::uuid`),
    );
  if (name !== null) {
    const where = "coalesce(nullif(c.source_name, ''), c.name) = $2";
    const ids = await idsOf(tx, where, [likePattern(name)], [name]);
    await note("package", Promise.resolve(joined(ids, [])));
  }
  return leads;
};

const hasNot = (query: QueryNode | null): boolean =>
  query?.kind === "not" || (query?.kind === "and" && query.parts.some(({ kind }) => kind === "not"));
const LED: ReadonlySet<string> = new Set(["package", "advisory", ...OF_ASSETS]);
const isLed = ({ query, q, package: name, advisory, assetId }: FindingFilter): boolean =>
  [q, name, advisory, assetId].some((one) => one !== null) ||
  (query !== null && leavesOf(query).some((leaf) => leaf.kind === "word" || LED.has(leaf.field)));

/** As the leads of `led`, of a query that names no assets. Service role with the company set. */
export const queryLeads = (tx: Tx, companyId: number, query: QueryNode): Promise<Leads> =>
  leadsOf(
    { tx, companyId, holdings: NO_HOLDINGS, tallies: null },
    { query, q: null, package: null, advisory: null, assetId: null, status: "open" },
  );

/**
 * The filter with what its names lead to: components of the dictionary, advisories of the feeds in force, and components of the assets that
 * are named and seen. With them findings are found by their indexes; without, by reading all. What a component is called never changes,
 * and an advisory's other names are those of today.
 */
export const led = async (
  db: Database,
  holdings: HoldingsStore,
  companyId: number,
  filter: FindingFilter,
  store: TallyStore = NO_TALLIES,
): Promise<FindingFilter> => {
  if (!isLed(filter)) return filter;
  const tallies = hasNot(filter.query) ? await store.of(companyId) : null;
  const leads = await db.asServiceFor(companyId, (tx) => leadsOf({ tx, companyId, holdings, tallies }, filter));
  return { ...filter, leads };
};
