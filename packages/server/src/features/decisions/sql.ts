import type { DecisionKind, DecisionState } from "@zerotrace/core/decision/decision";
import type { Tx } from "../../platform/db/index.ts";

export interface DecisionRecord {
  id: string;
  kind: DecisionKind;
  scope: string;
  byAsset: boolean;
  reason: string;
  owner: string;
  createdAt: Date;
  createdBy: string;
  needsApproval: boolean;
  approvedAt: Date | null;
  approvedBy: string | null;
  expiresAt: Date;
  revokedAt: Date | null;
  revokedBy: string | null;
  /** Findings on which it stands now, those of them that it closes, and those that became worse than what was decided. */
  findingCount: number;
  closedCount: number;
  lapsedCount: number;
}

const RECORD = `d.id, d.kind, d.scope, d.by_asset as "byAsset", d.reason, d.owner,
  date_trunc('milliseconds', d.created_at) as "createdAt", d.created_by as "createdBy", d.needs_approval as "needsApproval",
  d.approved_at as "approvedAt", d.approved_by as "approvedBy", d.expires_at as "expiresAt", d.revoked_at as "revokedAt",
  d.revoked_by as "revokedBy", coalesce(n.findings, 0)::int as "findingCount", coalesce(n.closed, 0)::int as "closedCount",
  coalesce(n.lapsed, 0)::int as "lapsedCount"`;
const COUNTS = `left join lateral (
  select count(*) filter (where f.in_force) as findings, count(*) filter (where f.closes) as closed, count(f.lapsed_at) as lapsed
  from decision_finding f where f.company_id = d.company_id and f.decision_id = d.id) n on true`;

/** As `stateOf` says it of a record. */
const STATES: Readonly<Record<DecisionState, string>> = {
  revoked: "d.revoked_at is not null",
  expired: "d.revoked_at is null and d.expires_at <= now()",
  proposed: "d.revoked_at is null and d.expires_at > now() and d.needs_approval and d.approved_at is null",
  active: "d.revoked_at is null and d.expires_at > now() and (not d.needs_approval or d.approved_at is not null)",
};

/** A page of decisions after the pair (created, id), newest first; of one state where one is named. */
export const decisionsPage = (
  tx: Tx,
  companyId: number,
  page: { state: DecisionState | null; limit: number; after: [string, string] | null },
): Promise<DecisionRecord[]> =>
  tx.query(
    `select ${RECORD} from decision d ${COUNTS}
     where d.company_id = $1 ${page.state === null ? "" : `and ${STATES[page.state]}`}
       and ($2::timestamptz is null or (date_trunc('milliseconds', d.created_at), d.id) < ($2, $3::uuid))
     order by date_trunc('milliseconds', d.created_at) desc, d.id desc limit $4`,
    [companyId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** How many decisions there are, of one state where one is named. */
export const countDecisions = async (tx: Tx, companyId: number, state: DecisionState | null): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from decision d where d.company_id = $1 ${state === null ? "" : `and ${STATES[state]}`}`,
      [companyId],
    )
  )[0]?.n ?? 0;

/** One decision or null. */
export const decisionById = async (tx: Tx, companyId: number, id: string): Promise<DecisionRecord | null> =>
  (
    await tx.query<DecisionRecord>(`select ${RECORD} from decision d ${COUNTS} where d.company_id = $1 and d.id = $2`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** What a decision is made of. */
export interface NewDecision {
  readonly kind: DecisionKind;
  readonly scope: string;
  readonly byAsset: boolean;
  readonly reason: string;
  readonly owner: string;
  readonly createdBy: string;
  readonly needsApproval: boolean;
  readonly expiresAt: Date;
}

/** Stores a decision. Returns its id. */
export const insertDecision = async (tx: Tx, companyId: number, d: NewDecision): Promise<string> => {
  const rows = await tx.query<{ id: string }>(
    `insert into decision (company_id, kind, scope, by_asset, reason, owner, created_by, needs_approval, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [companyId, d.kind, d.scope, d.byAsset, d.reason, d.owner, d.createdBy, d.needsApproval, d.expiresAt],
  );
  return (rows[0] as { id: string }).id;
};

/** A second person says yes. */
export const approveDecision = async (tx: Tx, companyId: number, id: string, by: string): Promise<void> => {
  await tx.query("update decision set approved_at = now(), approved_by = $3 where company_id = $1 and id = $2", [
    companyId,
    id,
    by,
  ]);
};

/** Takes a decision back. */
export const revokeDecision = async (tx: Tx, companyId: number, id: string, by: string): Promise<void> => {
  await tx.query("update decision set revoked_at = now(), revoked_by = $3 where company_id = $1 and id = $2", [
    companyId,
    id,
    by,
  ]);
};

/** Changes until when a decision stands, and whose it is. */
export const changeDecision = async (
  tx: Tx,
  companyId: number,
  id: string,
  change: { expiresAt: Date; owner: string },
): Promise<void> => {
  await tx.query("update decision set expires_at = $3, owner = $4 where company_id = $1 and id = $2", [
    companyId,
    id,
    change.expiresAt,
    change.owner,
  ]);
};

/** Whether a decision of the company ran out that still closes findings. */
export const isAnyOver = async (tx: Tx, companyId: number): Promise<boolean> =>
  (
    await tx.query<{ is: boolean }>(
      `select exists (select 1 from decision where company_id = $1 and ended_at is null and expires_at <= now()) as is`,
      [companyId],
    )
  )[0]?.is ?? false;

/** What a decision says of one product: a row for each advisory and package that it closes for the whole company. */
export interface StatementRecord {
  kind: DecisionKind;
  reason: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  advisory: string;
  aliases: string[];
  purls: string[];
}

/** What decisions close now, by decision and advisory, sorted; at most `limit` rows. */
export const decidedStatements = (tx: Tx, companyId: number, limit: number): Promise<StatementRecord[]> =>
  tx.query(
    `select d.kind, d.reason, d.created_by as "createdBy", d.created_at as "createdAt", d.expires_at as "expiresAt",
       f.advisory, f.aliases, array_agg(distinct f.purl order by f.purl) as purls
     from vex_effect e join decision d on d.company_id = e.company_id and d.id = e.decision_id
     join finding f on f.company_id = e.company_id and f.component_id = e.component_id and f.advisory_id = e.advisory_id
     where e.company_id = $1 and e.closes and f.status = 'open'
     group by d.id, d.kind, d.reason, d.created_by, d.created_at, d.expires_at, f.advisory, f.aliases
     order by f.advisory, d.created_at, d.id limit $2`,
    [companyId, limit],
  );
