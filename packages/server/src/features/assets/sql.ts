import { AppError } from "@zerotrace/core";
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Tx } from "../../platform/db/index.ts";
import type { hostFacts } from "../agents/contract.ts";
import type { AssetKind } from "./contract.ts";
import { DECIDED_ASSETS, RULED, RULED_THERE } from "./ruled-sql.ts";

type Facts = z.output<typeof hostFacts>;

/** What a report says of the asset itself. */
export interface ReportedAsset {
  /** When it was looked at (ISO). */
  readonly takenAt: string;
  readonly name: string;
  /** The operating system in words, and its ecosystem; empty when there is none. */
  readonly os: string;
  readonly ecosystem: string;
  /** A digest, a commit, a release; empty when it does not say. */
  readonly version: string;
  readonly facts: object;
}

/** Makes the asset of a machine, or finds it by its machine id; its facts are brought up to date. Returns its id. */
export const upsertHost = async (tx: Tx, companyId: number, facts: Facts, agentVersion: string): Promise<string> => {
  const rows = await tx.query<{ id: string }>(
    `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (company_id, machine_id) do update set name = excluded.name, os = excluded.os,
       ecosystem = excluded.ecosystem, facts = excluded.facts, agent_version = excluded.agent_version, last_seen_at = now()
     returning id`,
    [companyId, facts.hostname, facts.machineId, facts.os.prettyName, facts.os.ecosystem, facts, agentVersion],
  );
  return (rows[0] as { id: string }).id;
};

/** An asset that no agent reports, as an upload names it. */
export interface UploadedAsset {
  readonly kind: AssetKind;
  readonly name: string;
  /** Empty when none was named. */
  readonly branch: string;
  /** The labels to which its uploader is bound: a new one gets them. Null or absent: none. */
  readonly labels?: readonly string[] | null;
}

/**
 * Longer than an agent's machine id can be, so that neither can take the other's asset.
 */
const uploadedId = ({ kind, name, branch }: UploadedAsset): string =>
  `upload:${createHash("sha512").update([kind, name, branch].join("\0")).digest("hex")}`;

/**
 * Makes the asset of an upload, or finds it by its kind, name and branch. Returns its id. Throws CONFLICT for one that has none of the
 * labels of its uploader.
 */
export const upsertUploaded = async (tx: Tx, companyId: number, asset: UploadedAsset): Promise<string> => {
  const rows = await tx.query<{ id: string }>(
    `insert into asset (company_id, kind, name, branch, machine_id, os, ecosystem, facts, agent_version, inventory_wanted, labels)
     values ($1, $2, $3, $4, $5, '', '', '{}', '', false, coalesce($6::text[], '{}'))
     on conflict (company_id, machine_id) do update set last_seen_at = now()
     where $6::text[] is null or asset.labels && $6::text[] returning id`,
    [companyId, asset.kind, asset.name, asset.branch, uploadedId(asset), asset.labels ?? null],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new AppError("CONFLICT", "An asset of this name is beyond what you see: choose another name.", {
      field: "name",
    });
  }
  return row.id;
};

/** What the newest report said of an asset; null when there is no such asset. */
export const reportedOf = async (tx: Tx, companyId: number, id: string): Promise<ReportedAsset | null> =>
  (
    await tx.query<ReportedAsset>(
      `select name, os, ecosystem, version, facts, inventory_taken_at::text as "takenAt" from asset
       where company_id = $1 and id = $2`,
      [companyId, id],
    )
  )[0] ?? null;

/** Locks the asset until the transaction ends. Throws NOT_FOUND. */
export const assetForInventory = async (
  tx: Tx,
  companyId: number,
  assetId: string,
): Promise<{ inventoryTakenAt: string | null; componentCount: number }> => {
  const rows = await tx.prepared<{ inventoryTakenAt: string | null; componentCount: number }>(
    "asset-lock",
    `select inventory_taken_at as "inventoryTakenAt", component_count as "componentCount" from asset
     where company_id = $1 and id = $2 for no key update`,
    [companyId, assetId],
  );
  if (!rows[0]) throw new AppError("NOT_FOUND", "This agent's asset does not exist any more; enroll the agent again.");
  return rows[0];
};

/** Records, with the next statement, that an inventory of the asset was stored. */
export const assetReported = (
  tx: Tx,
  companyId: number,
  assetId: string,
  r: ReportedAsset & { componentCount: number; dirty: boolean; unreadableSources: readonly string[] },
): void => {
  tx.later(
    "asset-reported",
    `update asset set name = $3, os = $4, ecosystem = $5, facts = $6, inventory_taken_at = $7, inventory_at = now(),
       last_seen_at = now(), component_count = $8, dirty = dirty or $9, unreadable_sources = $10, inventory_wanted = false,
       version = $11
     where company_id = $1 and id = $2`,
    [
      companyId,
      assetId,
      r.name,
      r.os,
      r.ecosystem,
      r.facts,
      r.takenAt,
      r.componentCount,
      r.dirty,
      r.unreadableSources,
      r.version,
    ],
  );
};

/** Asks for an inventory with the next heartbeat. False when there is no such asset. */
export const wantInventory = async (tx: Tx, companyId: number, assetId: string): Promise<boolean> =>
  (
    await tx.query("update asset set inventory_wanted = true where company_id = $1 and id = $2 returning id", [
      companyId,
      assetId,
    ])
  ).length > 0;

/**
 * Marks the assets of a company whose sums must be computed again after a feed changed. Locks by id, as inventories do, so
 * that the two cannot deadlock.
 */
export const markAllDirty = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query(
    `update asset a set dirty = true
     from (select id from asset where company_id = $1 order by id for no key update) o where a.company_id = $1 and a.id = o.id`,
    [companyId],
  );
};

const BY_SEVERITY = ["critical", "high", "medium", "low", "none", "unknown"];
const SUMS = [...BY_SEVERITY, "kev_count"]
  .map((one) => `sum(coalesce(o."${one}", r."${one}", c."${one}")) as "${one}"`)
  .join(", ");

/**
 * Computes the sums of every dirty asset from the components it has and writes those that differ. Needs the service role
 * with the company set. Returns the ids that were dirty. What VEX statements and decisions close is not counted. The sums are
 * materialized: without figures about the table, which a first large intake outruns, the planner would compute them once
 * for each asset.
 */
export const refreshDirtyAssets = async (tx: Tx, companyId: number): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `with dirty as (select id from asset where company_id = $1 and dirty order by id for no key update),
     parts as (
       select distinct i.asset_id, c.id as component_id
       from inventory i join dirty d on d.id = i.asset_id, unnest(i.component_ids) as c(id) where i.company_id = $1),
     ruled as materialized (${RULED}),
     decided as materialized (${DECIDED_ASSETS}),
     ruled_there as materialized (${RULED_THERE}),
     sums as materialized (
       select p.asset_id, ${SUMS}, max(coalesce(o.max_risk, r.max_risk, c.max_risk)) as risk,
         count(*) filter (where c.verdict in ('affected', 'not_affected')) as covered,
         count(*) filter (where c.verdict_reason in ('no_feed', 'end_of_life')) as not_covered,
         count(*) filter (where c.verdict_reason in ('unparsable', 'no_stream')) as unparsable
       from parts p join component c on c.id = p.component_id left join ruled r on r.component_id = p.component_id
       left join decided k on k.asset_id = p.asset_id
       left join ruled_there o on o.decisions = k.decisions and o.component_id = p.component_id
       group by 1)
     update asset a set dirty = false, critical = coalesce(s.critical, 0), high = coalesce(s.high, 0),
       medium = coalesce(s.medium, 0), low = coalesce(s.low, 0), none = coalesce(s.none, 0),
       unknown = coalesce(s.unknown, 0), kev_count = coalesce(s.kev_count, 0), risk = coalesce(s.risk, 0),
       covered = coalesce(s.covered, 0), not_covered = coalesce(s.not_covered, 0), unparsable = coalesce(s.unparsable, 0)
     from dirty d left join sums s on s.asset_id = d.id
     where a.company_id = $1 and a.id = d.id returning a.id`,
    [companyId],
  );
  return rows.map((r) => r.id).sort();
};

/** Counts of an asset or a component: what is open by severity, what is known to be exploited, and the highest risk. */
export interface OpenSums {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly none: number;
  readonly unknown: number;
  readonly kev: number;
  readonly risk: number;
}

/** Ids of all assets of a company. */
export const assetIds = async (tx: Tx, companyId: number): Promise<string[]> =>
  (await tx.query<{ id: string }>("select id from asset where company_id = $1", [companyId])).map((r) => r.id);

/** Ids of the assets whose sums must be computed again. */
export const dirtyAssets = async (tx: Tx, companyId: number): Promise<string[]> =>
  (await tx.query<{ id: string }>("select id from asset where company_id = $1 and dirty", [companyId])).map(
    (r) => r.id,
  );

export interface AssetSums extends OpenSums {
  readonly id: string;
  readonly covered: number;
  readonly notCovered: number;
  readonly unparsable: number;
}

/** In the order of the columns below, after the id. */
const SUM_KEYS = [
  "id",
  "critical",
  "high",
  "medium",
  "low",
  "none",
  "unknown",
  "kev",
  "risk",
  "covered",
  "notCovered",
  "unparsable",
] as const;
const SUM_COLUMNS = "critical, high, medium, low, none, unknown, kev_count, risk, covered, not_covered, unparsable";

const columnsOf = (table: string): string => SUM_COLUMNS.replaceAll(/\w+/g, (column) => `${table}.${column}`);

/** Writes the sums that differ; the assets are not dirty any more. Locks by id, as inventories do. Returns the ids whose sums changed. */
export const writeAssetSums = async (tx: Tx, companyId: number, sums: readonly AssetSums[]): Promise<string[]> => {
  // As PostgreSQL's text, made at once: the driver's own would be made when the statement's turn has come.
  const list = (key: keyof AssetSums): string => `{${sums.map((s) => s[key]).join(",")}}`;
  const rows = await tx.query<{ id: string; changed: boolean }>(
    `with given as (
       select * from unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[],
         $10::real[], $11::int[], $12::int[], $13::int[]) as t(id, ${SUM_COLUMNS})),
     former as materialized (
       select a.id, row(${columnsOf("a")}) as sums from asset a join given g on g.id = a.id
       where a.company_id = $1 and (a.dirty or row(${columnsOf("a")}) is distinct from row(${columnsOf("g")}))
       order by a.id for no key update of a)
     update asset a set dirty = false, (${SUM_COLUMNS}) = (select ${columnsOf("g")})
     from given g join former f on f.id = g.id where a.company_id = $1 and a.id = g.id
     returning a.id, f.sums is distinct from row(${columnsOf("a")}) as changed`,
    [companyId, ...SUM_KEYS.map(list)],
  );
  return rows
    .filter((r) => r.changed)
    .map((r) => r.id)
    .sort();
};

/** Components that all assets of a company hold together: a measure of its size. */
export const heldComponents = async (tx: Tx, companyId: number): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select coalesce(sum(component_count), 0)::int as n from asset where company_id = $1",
      [companyId],
    )
  )[0]?.n ?? 0;
