import type { Tx } from "../../platform/db/index.ts";
import type { AssetKind } from "./contract.ts";
import { ASSET_COLUMNS, type AssetRecord, type ComponentRecord } from "./rows.ts";

/** Rows counted before a list says "more than". */
export const COUNT_LIMIT = 10_000;

const SORTS = {
  risk: { key: "a.weighted_risk", order: "desc", type: "real" },
  seen: { key: "date_trunc('milliseconds', a.last_seen_at)", order: "desc", type: "timestamptz" },
  name: { key: "a.name", order: "asc", type: "text" },
} as const;
export type AssetSort = keyof typeof SORTS;

/** `%` and `_` in what a person typed mean themselves. */
export const likePattern = (q: string | undefined): string =>
  q === undefined || q === "" ? "%" : `%${q.replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`;

/** What a list of assets is asked for. */
interface AssetSearch {
  readonly q?: string | undefined;
  readonly kind?: AssetKind | undefined;
  readonly label?: string | undefined;
}

/**
 * A search as a condition on the table named `a`, of the company of the first parameter; what it does not ask is not in it: `ilike` may not look at statistics under row-level
 * security, so that the planner would expect two rows and sort all of them.
 */
const searched = ({ q, kind, label }: AssetSearch, value: (v: unknown) => string): string =>
  [
    "a.company_id = $1",
    ...(q === undefined || q === "" ? [] : [`a.name ilike ${value(likePattern(q))}`]),
    ...(kind === undefined ? [] : [`a.kind = ${value(kind)}`]),
    ...(label === undefined ? [] : [`a.labels @> array[${value(label)}]`]),
  ].join(" and ");

/** A page of assets and the sort value of each, after the pair (value, id). */
export const assetsPage = async (
  tx: Tx,
  companyId: number,
  page: AssetSearch & {
    readonly sort: AssetSort;
    readonly limit: number;
    readonly after: readonly [unknown, string] | null;
    readonly offlineAfterSeconds: number;
  },
): Promise<(AssetRecord & { sortValue: unknown })[]> => {
  const { key, order, type } = SORTS[page.sort];
  const values: unknown[] = [companyId, page.offlineAfterSeconds];
  const value = (v: unknown): string => `$${values.push(v)}`;
  let where = searched(page, value);
  if (page.after !== null) {
    const beyond = order === "desc" ? "<" : ">";
    where += ` and (${key}, a.id) ${beyond} (${value(page.after[0])}::${type}, ${value(page.after[1])}::uuid)`;
  }
  // the limit is written out: a plan for any number of rows would be one for a tenth of all
  return await tx.query(
    `select ${ASSET_COLUMNS}, ${key} as "sortValue" from asset a where ${where}
     order by ${key} ${order}, a.id ${order} limit ${Math.trunc(page.limit)}`,
    values,
  );
};

/** How many assets a search has, counted up to COUNT_LIMIT. */
export const countAssets = async (tx: Tx, companyId: number, search: AssetSearch): Promise<number> => {
  const values: unknown[] = [companyId];
  const where = searched(search, (v) => `$${values.push(v)}`);
  const rows = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from asset a where ${where} limit ${COUNT_LIMIT}) x`,
    values,
  );
  return rows[0]?.n ?? 0;
};

/** Branches of one thing that are shown. */
const BRANCHES_MAX = 100;

/** An asset and those of its kind and name, those with the newest inventory first. */
export const assetBranches = (tx: Tx, companyId: number, asset: AssetRecord): Promise<AssetRecord[]> =>
  tx.query(
    `select ${ASSET_COLUMNS} from asset a where a.company_id = $1 and a.kind = $3 and a.name = $4
     order by a.inventory_at desc nulls last, a.branch limit ${BRANCHES_MAX}`,
    [companyId, 0, asset.kind, asset.name],
  );

/** One asset or null. */
export const assetById = async (
  tx: Tx,
  companyId: number,
  id: string,
  offlineAfterSeconds: number,
): Promise<AssetRecord | null> =>
  (
    await tx.query<AssetRecord>(`select ${ASSET_COLUMNS} from asset a where a.company_id = $1 and a.id = $3`, [
      companyId,
      offlineAfterSeconds,
      id,
    ])
  )[0] ?? null;

export interface SourceRecord {
  source: string;
  status: "ok" | "unreadable";
  error: string | null;
  problems: string[];
  componentCount: number;
  takenAt: Date;
}

/** The sources of an asset by name. */
export const assetSources = async (tx: Tx, companyId: number, assetId: string): Promise<SourceRecord[]> =>
  await tx.query(
    `select source, status, error, problems, cardinality(component_ids) as "componentCount", taken_at as "takenAt"
     from inventory where company_id = $1 and asset_id = $2 order by source`,
    [companyId, assetId],
  );

/** What nothing covers on an asset, by the ecosystem that would judge it. Service role with the company set. */
export const assetUncovered = async (
  tx: Tx,
  companyId: number,
  assetId: string,
): Promise<{ ecosystem: string; reason: string; count: number }[]> =>
  await tx.query(
    `select p.ecosystem, c.verdict_reason as reason, count(distinct c.id)::int as count
     from inventory i, unnest(i.component_ids) as u(id) join component c on c.id = u.id join package p on p.id = c.package_id
     where i.company_id = $1 and i.asset_id = $2 and c.verdict = 'unknown' group by 1, 2 order by 3 desc, 1`,
    [companyId, assetId],
  );

/** Findings of a component that VEX statements and decisions close for the company `$1`, and beside these on the asset `$2` alone. */
const CLOSED = `(select count(*) from vex_effect e where e.company_id = $1 and e.component_id = c.id and e.closes)`;
const CLOSED_THERE = `${CLOSED}
  - (select count(distinct d.advisory_id) from decision_asset o
     join decision_finding d on d.company_id = o.company_id and d.decision_id = o.decision_id
     where o.company_id = $1 and o.asset_id = $2::uuid and d.component_id = c.id and d.in_force and not exists (
       select 1 from vex_effect e where e.company_id = $1 and e.component_id = c.id and e.advisory_id = d.advisory_id and e.closes))`;
const columnsWith = (closed: string): string => `c.id, c.purl, c.ecosystem, c.name, c.version, c.source_name as source,
  greatest(0, c.critical + c.high + c.medium + c.low + c.none + c.unknown - ${closed})::int as "findingCount",
  c.max_risk as risk, c.verdict,
  c.verdict_reason as reason, c.owner_ecosystem as "ownerEcosystem", c.owner_name as "ownerName",
  c.owner_version as "ownerVersion"`;
const COMPONENT = columnsWith(CLOSED_THERE);
/** What is read of a component `c` for a company as a whole. */
export const COMPONENT_EVERYWHERE = columnsWith(CLOSED);

/**
 * A page of components of one asset, or of all assets when `assetId` is null, by (name, id). Service role with the company
 * set: row-level security limits the inventories, and only their components are joined.
 */
export const componentsPage = async (
  tx: Tx,
  companyId: number,
  page: { assetId: string | null; q: string | undefined; limit: number; after: [string, number] | null },
): Promise<ComponentRecord[]> =>
  await tx.query(
    `with present as (
       select u.id, count(distinct i.asset_id)::int as assets
       from inventory i, unnest(i.component_ids) as u(id)
       where i.company_id = $1 and ($2::uuid is null or i.asset_id = $2) group by 1)
     select ${COMPONENT}, p.assets as "assetCount", w.paths, w.layer, w.license, w.is_direct as "isDirect", w.is_dev as "isDev"
     from present p join component c on c.id = p.id
     left join component_place w on w.company_id = $1 and w.asset_id = $2 and w.component_id = c.id
     where (c.name ilike $3 or c.source_name ilike $3) and ($4::text is null or (c.name, c.id) > ($4, $5::int))
     order by c.name, c.id limit $6`,
    [companyId, page.assetId, likePattern(page.q), page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** How many components that list has, counted up to COUNT_LIMIT. */
export const countComponents = async (
  tx: Tx,
  companyId: number,
  assetId: string | null,
  q: string | undefined,
): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from (
         select distinct c.id from inventory i, unnest(i.component_ids) as u(id) join component c on c.id = u.id
         where i.company_id = $1 and ($2::uuid is null or i.asset_id = $2) and (c.name ilike $3 or c.source_name ilike $3)
         limit $4) x`,
      [companyId, assetId, likePattern(q), COUNT_LIMIT],
    )
  )[0]?.n ?? 0;

/** Components named in one change. */
const DELTA_NAMES = 50;

export interface DeltaRecord {
  id: string;
  at: Date;
  source: string;
  added: string[] | null;
  removed: string[] | null;
  addedCount: number;
  removedCount: number;
}

/** Changes of an asset, newest first, each with its first purls. Service role with the company set. */
export const deltasPage = async (
  tx: Tx,
  companyId: number,
  page: { assetId: string; limit: number; before: string | null },
): Promise<DeltaRecord[]> =>
  await tx.query(
    `select d.id::text as id, d.at, d.source, cardinality(d.added) as "addedCount", cardinality(d.removed) as "removedCount",
       (select array_agg(c.purl order by c.purl) from component c where c.id = any(d.added[1:${DELTA_NAMES}])) as added,
       (select array_agg(c.purl order by c.purl) from component c where c.id = any(d.removed[1:${DELTA_NAMES}])) as removed
     from inventory_delta d
     where d.company_id = $1 and d.asset_id = $2 and ($3::bigint is null or d.id < $3) order by d.id desc limit $4`,
    [companyId, page.assetId, page.before, page.limit],
  );

/** How many changes an asset has had. */
export const countDeltas = async (tx: Tx, companyId: number, assetId: string): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from inventory_delta where company_id = $1 and asset_id = $2",
      [companyId, assetId],
    )
  )[0]?.n ?? 0;
