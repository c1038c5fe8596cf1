import type { QueryNode } from "@zerotrace/core/query/language/index";
import type { Tx } from "../../platform/db/index.ts";
import { IS_CLOSED, queryCondition } from "../findings/index.ts";

/** What happened, as the transaction noted it in which it did. */
export interface EventRecord {
  readonly id: string;
  readonly kind: string;
  /** In ISO 8601, and as PostgreSQL writes it: findings that the transaction changed carry the very same. */
  readonly at: Date;
  readonly exactAt: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Notes an event in the transaction of what happened, where a webhook wants one of these kinds. Costs one look where none does. */
export const noteEvent = async (
  tx: Tx,
  companyId: number,
  event: {
    readonly kind: string;
    readonly detail: Readonly<Record<string, unknown>>;
    readonly wanted: readonly string[];
  },
): Promise<void> => {
  await tx.prepared("webhook-note", "select note_webhook_event($1, $2, $3::jsonb, $4::text[])", [
    companyId,
    event.kind,
    JSON.stringify(event.detail),
    event.wanted,
  ]);
};

/** Events that wait, oldest first. */
export const waitingEvents = (tx: Tx, companyId: number, limit: number): Promise<EventRecord[]> =>
  tx.query(
    'select id, kind, at, at::text as "exactAt", detail from webhook_event where company_id = $1 order by id limit $2',
    [companyId, limit],
  );

/** Takes an event away; false where another job did before. */
export const takeEvent = async (tx: Tx, companyId: number, id: string): Promise<boolean> =>
  (await tx.query("delete from webhook_event where company_id = $1 and id = $2 returning id", [companyId, id])).length >
  0;

/** Whether anything waits: an event, or a message whose time and whose webhook's time has come. */
export const isAnythingDue = async (tx: Tx, companyId: number): Promise<boolean> =>
  (
    await tx.prepared<{ due: boolean }>(
      "webhook-due",
      `select exists (select 1 from webhook_event where company_id = $1) or exists (
         select 1 from webhook w join webhook_delivery d on d.company_id = w.company_id and d.webhook_id = w.id
         where w.company_id = $1 and w.is_on and w.next_try_at <= now() and d.state = 'waiting' and d.next_try_at <= now()) as due`,
      [companyId],
    )
  )[0]?.due ?? false;

/** A finding as a message tells it. */
export interface ToldFinding {
  readonly id: string;
  readonly advisory: string;
  readonly package: string;
  readonly version: string;
  readonly ecosystem: string;
  readonly severity: string;
  readonly risk: number;
  readonly isKnownExploited: boolean;
  readonly fixedIn: string | null;
  readonly assetCount: number;
}

const CHANGED = {
  "finding.opened": `f.severity_rank = any('{1,2,3,4,5,6}'::smallint[]) and f.first_seen_at = $2::timestamptz and not ${IS_CLOSED}`,
  "finding.reopened": `f.reopened_at = $2::timestamptz and not ${IS_CLOSED}`,
  "finding.closed": "f.fixed_at = $2::timestamptz",
} as const;
export type FindingKind = keyof typeof CHANGED;
export const FINDING_KINDS = Object.keys(CHANGED) as readonly FindingKind[];

/** The findings that an event changed in a way, of those that a query names, the riskiest first; at most `limit`, and how many. */
export const changedFindings = async (
  tx: Tx,
  companyId: number,
  asked: {
    readonly exactAt: string;
    readonly kind: FindingKind;
    readonly query: QueryNode | null;
    readonly limit: number;
  },
): Promise<{ readonly count: number; readonly findings: ToldFinding[] }> => {
  const values: unknown[] = [companyId, asked.exactAt, asked.limit];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const more = asked.query === null ? "" : `and ${queryCondition(asked.query, value)}`;
  const rows = await tx.query<ToldFinding & { n: number }>(
    `select f.id, f.advisory, f.package, f.version, f.ecosystem, f.severity, round(f.risk::numeric, 1)::float8 as risk,
       f.kev_added_at is not null as "isKnownExploited", f.fixed_in as "fixedIn", f.asset_count as "assetCount",
       count(*) over ()::int as n
     from finding f where f.company_id = $1 and ${CHANGED[asked.kind]} ${more}
     order by f.risk desc, f.id limit $3`,
    values,
  );
  return { count: rows[0]?.n ?? 0, findings: rows.map(({ n: _, ...finding }) => finding) };
};

/** Whether the caller's scope shows an asset. */
export const seesAsset = async (tx: Tx, companyId: number, id: string): Promise<boolean> =>
  (await tx.query("select 1 from asset where company_id = $1 and id = $2", [companyId, id])).length > 0;

/** Whether the caller's scope shows an asset that needs a fix. */
export const seesFix = async (
  tx: Tx,
  companyId: number,
  fix: { readonly ecosystem?: string; readonly package?: string },
): Promise<boolean> =>
  (
    await tx.query("select 1 from fix_component where company_id = $1 and ecosystem = $2 and package = $3 limit 1", [
      companyId,
      fix.ecosystem,
      fix.package,
    ])
  ).length > 0;
