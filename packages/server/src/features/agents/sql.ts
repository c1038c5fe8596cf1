import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import type { Holder } from "./presence-sql.ts";

/** An agent: the asset's device credential, joined with the asset. */
export interface AgentRecord {
  readonly id: string;
  readonly assetId: string;
  readonly hostname: string;
  readonly os: string;
  readonly agentVersion: string;
  readonly online: boolean;
  readonly enrolledAt: Date;
  readonly lastSeenAt: Date;
  readonly revokedAt: Date | null;
  readonly labels: string[];
  readonly restoredAt: Date | null;
  readonly clonedAt: Date | null;
  readonly clone: readonly Holder[] | null;
  /** `lastSeenAt` in microseconds, as a page needs it. */
  readonly seenKey: string;
}

// an asset enrolled again has several device credentials: the one in force stands for its agent, else the newest
const DEVICE = `cross join lateral (
    select c.id, c.created_at, c.revoked_at from credential c
    where c.company_id = a.company_id and c.asset_id = a.id and c.kind = 'device'
    order by (c.revoked_at is null) desc, c.created_at desc, c.id desc limit 1) c`;

/** A page of agents, last seen first, after the pair (seenKey, assetId). */
export const agentsPage = (
  tx: Tx,
  companyId: number,
  page: { limit: number; after: [string, string] | null; offlineAfterSeconds: number },
): Promise<AgentRecord[]> =>
  tx.query<AgentRecord>(
    `select c.id, a.id as "assetId", a.name as hostname, a.os, a.agent_version as "agentVersion",
       c.revoked_at is null and a.last_seen_at > now() - make_interval(secs => $2) as online,
       c.created_at as "enrolledAt", a.last_seen_at as "lastSeenAt", c.revoked_at as "revokedAt",
       a.labels, h.restored_at as "restoredAt", h.cloned_at as "clonedAt", h.clone,
       to_char(a.last_seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "seenKey"
     from asset a ${DEVICE} left join agent_chain h on h.company_id = a.company_id and h.agent_id = c.id
     where a.company_id = $1 and ($3::timestamptz is null or (a.last_seen_at, a.id) < ($3, $4::uuid))
     order by a.last_seen_at desc, a.id desc limit $5`,
    [companyId, page.offlineAfterSeconds, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** How many agents there are, counted up to COUNT_LIMIT. */
export const countAgents = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (
       select 1 from asset a where a.company_id = $1 and a.id in (
         select c.asset_id from credential c where c.company_id = $1 and c.kind = 'device' and c.asset_id is not null)
       limit $2) x`,
    [companyId, COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** The asset and the stored hash of an agent whose credential is in force; null when there is none. */
export const activeAgent = async (
  tx: Tx,
  companyId: number,
  agentId: string,
): Promise<{ assetId: string; hash: Buffer } | null> => {
  const [row] = await tx.query<{ assetId: string; hash: Buffer }>(
    `select asset_id as "assetId", hash from credential
     where company_id = $1 and id = $2 and kind = 'device' and asset_id is not null and revoked_at is null`,
    [companyId, agentId],
  );
  return row ?? null;
};

/** The agent of an asset whose credential is in force, other than `exceptId`; null when there is none. */
export const otherAgentOf = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  exceptId: string | null,
): Promise<{ id: string; hostname: string; lastSeenAt: Date } | null> => {
  const [row] = await tx.query<{ id: string; hostname: string; lastSeenAt: Date }>(
    `select c.id, c.label as hostname, coalesce(h.seen_at, c.last_used_at, c.created_at) as "lastSeenAt"
     from credential c left join agent_chain h on h.company_id = c.company_id and h.agent_id = c.id
     where c.company_id = $1 and c.asset_id = $2 and c.kind = 'device' and c.revoked_at is null
       and c.id is distinct from $3::uuid
     order by c.created_at desc, c.id desc limit 1`,
    [companyId, assetId, exceptId],
  );
  return row ?? null;
};
