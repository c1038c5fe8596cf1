import type { FindingState } from "@zerotrace/core/work/work";
import type { Exposure } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import { type LeadKey, ofLead, type Value } from "./lead-sql.ts";
import {
  ASSIGNEE,
  assetAsked,
  containsText,
  isDecidedOn,
  namesStatus,
  openAs,
  queryCondition,
  rankOf,
  ranksAsked,
  severityAnyOf,
  STATE,
  STATUS_WHILE_OPEN,
} from "./query-sql.ts";
import type { Pairs } from "./page-memory.ts";
import type { FindingFilter } from "./rules.ts";

const STORED = `id, company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source, version, purl,
  fixed_in, severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, status, published_at, first_seen_at,
  fixed_at, reopened_at`;
/** Findings as somebody sees who sees some assets only: with how many of these have each. */
const SCOPED = `(select ${STORED}, p.assets as asset_count from finding join (
    select u.component, count(distinct i.asset_id)::int as assets from inventory i, unnest(i.component_ids) as u(component)
    where i.company_id = nullif(current_setting('app.company_id', true), '')::int group by 1) p on p.component = component_id)`;

/** The findings that a transaction sees, to be named after \`from\`. */
export const findings = (tx: Tx): string => (tx.labels === null ? "finding" : SCOPED);

/** The components that all findings of a filter are of, where something that it names says so; null where nothing does. */
const componentsAsked = ({ query, leads }: FindingFilter): readonly number[] | null => {
  const parts = query === null ? [] : query.kind === "and" ? query.parts : [query];
  const keys: LeadKey[] = [...parts, "assetId", "package", "q"];
  const lists = keys.flatMap((key) => {
    const lead = leads?.get(key);
    if (lead === undefined || lead.advisories.length > 0) return [];
    const listed = lead.held === undefined ? lead.components : lead.listed;
    return listed === undefined ? [] : [listed];
  });
  return lists.toSorted((a, b) => a.length - b.length)[0] ?? null;
};

/**
 * The findings that a filter may have, to be named after `from`, for who reads all of them: those of the components of an asset lie far apart
 * in every order but this.
 */
export const findingsFrom = (tx: Tx, filter: FindingFilter, values: unknown[]): string => {
  const components = tx.labels === null ? componentsAsked(filter) : null;
  if (components === null) return findings(tx);
  return `(select f.* from unnest($${values.push(`{${components.join(",")}}`)}::int[]) as c(id) cross join lateral (
    select * from finding f where f.company_id = nullif(current_setting('app.company_id', true), '')::int
      and f.component_id = c.id offset 0) f)`;
};

/** Findings that are named, as a table to be named after `from`. */
export const findingsAmong = ({ components, advisories }: Pairs, values: unknown[]): string => {
  const list = (ids: readonly number[]): string => `$${values.push(`{${ids.join(",")}}`)}::int[]`;
  return `(select f.* from unnest(${list(components)}, ${list(advisories)}) as k(component, advisory) cross join lateral (
    select * from finding f where f.company_id = nullif(current_setting('app.company_id', true), '')::int
      and f.component_id = k.component and f.advisory_id = k.advisory offset 0) f)`;
};

/** Every column of a `FindingRecord`, of the table named `f`. */
export const COLUMNS = `f.id, f.advisory, f.aliases, f.summary, f.ecosystem, f.package, f.source, f.version, f.purl,
  f.fixed_in as "fixedIn", f.severity, f.cvss, f.epss, f.kev_added_at::text as "kevAddedAt", f.risk, f.urgency,
  case when f.status = 'open' then ${STATUS_WHILE_OPEN} else f.status end as status,
  ${STATE} as state, ${ASSIGNEE} as assignee, f.asset_count as "assetCount", f.first_seen_at as "firstSeenAt",
  f.fixed_at as "fixedAt", f.reopened_at as "reopenedAt",
  f.published_at as "publishedAt", f.component_id as "componentId", f.record_id as "recordId"`;

export interface FindingRecord {
  id: string;
  advisory: string;
  aliases: string[];
  summary: string;
  ecosystem: string;
  package: string;
  source: string | null;
  version: string;
  purl: string;
  fixedIn: string | null;
  severity: "critical" | "high" | "medium" | "low" | "none" | "unknown";
  cvss: number | null;
  epss: number | null;
  kevAddedAt: string | null;
  risk: number;
  urgency: string;
  /** `not_affected`: open, and closed by a VEX statement or a decision; `accepted`: by a decision to live with it. */
  status: "open" | "fixed" | "accepted" | "not_affected";
  state: FindingState;
  assignee: { id: string; name: string } | null;
  assetCount: number;
  firstSeenAt: Date;
  fixedAt: Date | null;
  reopenedAt: Date | null;
  publishedAt: Date | null;
  componentId: number;
  recordId: string;
}

/** `key` is what an index has; `value` the same as a cursor carries it, exactly. */
const SORTS = {
  risk: { key: "f.risk", value: "f.risk", order: "desc", type: "real" },
  seen: { key: "f.first_seen_at", value: "f.first_seen_at::text", order: "desc", type: "timestamptz" },
  package: { key: "f.package", value: "f.package", order: "asc", type: "text" },
  epss: { key: "coalesce(f.epss, -1)", value: "coalesce(f.epss, -1)", order: "desc", type: "real" },
} as const;
export type FindingSort = keyof typeof SORTS;

/** The conditions of what a filter names: by what was looked up, else by the text of each finding. */
const namesIn = ({ advisory, package: name, q, leads }: FindingFilter, value: Value): string[] => {
  const say = (key: "advisory" | "package" | "q", asked: string | null, plain: (text: string) => string): string[] => {
    const lead = leads?.get(key);
    return asked === null ? [] : [lead === undefined ? plain(asked) : ofLead(lead, value)];
  };
  const isNamed = (v: string): string => `(f.advisory = ${v} or ${v} = any(f.aliases))`;
  return [
    ...say("advisory", advisory, (text) => isNamed(value(text))),
    ...say("package", name, (text) => `coalesce(f.source, f.package) = ${value(text)}`),
    ...say("q", q, (text) => containsText(text, value)),
  ];
};

/** The filter as a condition on `f`; values are appended to `values` and never written into the text. */
export const condition = (companyId: number, filter: FindingFilter, values: unknown[]): string => {
  const value = (v: unknown): string => `$${values.push(v)}`;
  const parts = [`f.company_id = ${value(companyId)}`];
  if (filter.query !== null) parts.push(queryCondition(filter.query, value, filter.leads, filter.assetId ?? undefined));
  const isSaid = filter.query !== null && namesStatus(filter.query);
  if (filter.status === "fixed") parts.push("f.status = 'fixed'");
  else if (filter.status !== "all" && !isSaid) {
    parts.push("f.status = 'open'");
    if (filter.mayBeClosed || filter.status !== "open") {
      const asset = filter.assetId ?? (filter.query === null ? null : assetAsked(filter.query));
      const isOpen = openAs(filter.status);
      parts.push(
        filter.status === "open" && asset !== null ? `${isOpen} and not ${isDecidedOn(value(asset))}` : isOpen,
      );
    }
  }
  if (filter.vex !== null) {
    parts.push(
      `exists (select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
        and e.advisory_id = f.advisory_id and e.statement_id is not null and e.status = ${value(filter.vex)})`,
    );
  }
  if (filter.severities.length > 0) parts.push(severityAnyOf(filter.severities, value));
  if (filter.kev !== null) parts.push(`f.kev_added_at is ${filter.kev ? "not null" : "null"}`);
  if (filter.fix !== null) parts.push(`f.fixed_in is ${filter.fix ? "not null" : "null"}`);
  if (filter.ecosystem !== null) parts.push(`f.ecosystem = ${value(filter.ecosystem)}`);
  parts.push(...namesIn(filter, value));
  const ofAsset = filter.leads?.get("assetId");
  if (filter.assetId !== null && ofAsset !== undefined) parts.push(ofLead(ofAsset, value));
  else if (filter.assetId !== null) {
    parts.push(
      `f.component_id in (select unnest(i.component_ids) from inventory i
        where i.company_id = f.company_id and i.asset_id = ${value(filter.assetId)})`,
    );
  }
  return parts.join(" and ");
};

/** The filter, told whether any finding of the company is closed by a VEX statement or a decision: most companies have none. */
export const informed = async (tx: Tx, companyId: number, filter: FindingFilter): Promise<FindingFilter> => {
  const rows = await tx.query<{ any: boolean }>(
    `select exists (select 1 from vex_effect e where e.company_id = $1 and e.closes)
       or exists (select 1 from decision_asset o where o.company_id = $1) as any`,
    [companyId],
  );
  return { ...filter, mayBeClosed: rows[0]?.any ?? true };
};

/** The ranks of severities that open findings of a filter may have; null where it does not say, or asks for others too. */
const ranksOf = ({ query, severities, status }: FindingFilter): number[] | null => {
  if (status !== "open" || (query !== null && namesStatus(query))) return null;
  const named = query === null ? null : ranksAsked(query);
  const given = severities.length === 0 ? null : [...new Set(severities.map(rankOf))];
  return named === null || given === null ? (named ?? given) : named.filter((rank) => given.includes(rank));
};

/** A page of findings after the pair (sort value, id); `among`: of these, where it is known that they have the page. */
export const findingsPage = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  page: { sort: FindingSort; limit: number; after: [unknown, string] | null; among?: Pairs | null },
): Promise<(FindingRecord & { sortValue: unknown })[]> => {
  const sort = SORTS[page.sort];
  const values: unknown[] = [];
  let where = condition(companyId, filter, values);
  if (page.after !== null) {
    const beyond = sort.order === "desc" ? "<" : ">";
    where += ` and (${sort.key}, f.id) ${beyond} ($${values.push(page.after[0])}::${sort.type}, $${values.push(page.after[1])}::uuid)`;
  }
  const order = `order by ${sort.key} ${sort.order}, f.id ${sort.order}`;
  // written out: a plan for any number of rows would be one for a tenth of all
  const limit = String(Math.trunc(page.limit));
  const among = page.among ? findingsAmong(page.among, values) : null;
  const read = (more: string): string =>
    `(select f.id, ${sort.key} as key from ${among ?? "finding"} f where ${where}${more} ${order} limit ${limit})`;
  // Severities lie far apart in the order of risk: each is read in its own.
  const ranks = page.sort === "risk" && among === null ? ranksOf(filter) : null;
  const found =
    ranks === null || ranks.length === 0
      ? read("")
      : ranks.map((rank) => read(` and f.severity_rank = ${rank}::smallint`)).join(" union all ");
  // Who sees all: which they are is told by the index alone where it can be, and only those of the page are looked at.
  const from =
    tx.labels === null
      ? `(select k.id from (${found}) k order by k.key ${sort.order}, k.id ${sort.order} limit ${limit}) k
         join finding f on f.company_id = $1 and f.id = k.id`
      : `${findings(tx)} f where ${where}`;
  return await tx.query(`select ${COLUMNS}, ${sort.value} as "sortValue" from ${from} ${order} limit ${limit}`, values);
};

/** The ids of open findings of a filter, or of those named, that the caller sees; at most `limit`, in the order of their ids. */
export const openIds = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  { ids, limit }: { ids: readonly string[] | null; limit: number },
): Promise<string[]> => {
  const values: unknown[] = [];
  const where = condition(companyId, filter, values);
  const named = ids === null ? "" : `and f.id = any($${values.push(`{${ids.join(",")}}`)}::uuid[])`;
  const rows = await tx.query<{ id: string }>(
    `select f.id from ${findings(tx)} f where ${where} ${named} and f.status = 'open' order by f.id
     limit $${values.push(limit)}`,
    values,
  );
  return rows.map(({ id }) => id);
};

/** How many findings a filter has, counted up to COUNT_LIMIT. */
export const countFindings = async (tx: Tx, companyId: number, filter: FindingFilter): Promise<number> => {
  const values: unknown[] = [];
  const where = condition(companyId, filter, values);
  const from = `${findingsFrom(tx, filter, values)} f where ${where}`;
  const rows = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from ${from} limit $${values.push(COUNT_LIMIT)}) x`,
    values,
  );
  return rows[0]?.n ?? 0;
};

/** One finding or null. */
export const findingById = async (tx: Tx, companyId: number, id: string): Promise<FindingRecord | null> =>
  (
    await tx.query<FindingRecord>(`select ${COLUMNS} from ${findings(tx)} f where f.company_id = $1 and f.id = $2`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** PostgreSQL's text of a uuid[]: the driver's own quotes every element. */
const uuidList = (ids: readonly string[]): string => `{${ids.join(",")}}`;

/** The assets that have a component, by (name, id); `held`: those that have it, where that is remembered. */
export const assetsWith = async (
  tx: Tx,
  companyId: number,
  componentId: number,
  page: { limit: number; after: [string, string] | null; held: readonly string[] | null },
): Promise<{ id: string; name: string; os: string; exposure: Exposure | null; lastSeenAt: Date }[]> =>
  await tx.query(
    `select a.id, a.name, a.os, a.exposure, a.last_seen_at as "lastSeenAt" from asset a
     where a.company_id = $1 and ${
       page.held === null
         ? `exists (
       select 1 from inventory i where i.company_id = $1 and i.asset_id = a.id and $2::int = any(i.component_ids))`
         : "a.id = any($2::uuid[])"
     }
       and ($3::text is null or (a.name, a.id) > ($3, $4::uuid))
     order by a.name, a.id limit $5`,
    [
      companyId,
      page.held === null ? componentId : uuidList(page.held),
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      page.limit,
    ],
  );
