import type { AuditRow } from "../../platform/http/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";

/**
 * Appends one row to the audit trail; the database links it into the company's chain when the transaction commits. Nobody can
 * change it afterwards, and nobody remove it within 30 days.
 */
export const insertAuditEvent = async (tx: Tx, row: AuditRow): Promise<void> => {
  tx.later(
    "audit-insert",
    `insert into audit_event (company_id, actor, action, target, detail, ip, before, after)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.companyId,
      row.actor,
      row.action,
      row.target,
      row.detail,
      row.ip,
      row.before === undefined ? null : JSON.stringify(row.before),
      row.after === undefined ? null : JSON.stringify(row.after),
    ],
  );
};

/** As insertAuditEvent, but nothing for a company that does not exist: its number came from somebody unproved. */
export const insertForKnownCompany = async (tx: Tx, row: AuditRow): Promise<void> => {
  await tx.prepared(
    "audit-insert-known",
    `insert into audit_event (company_id, actor, action, target, detail, ip)
     select id, $2, $3, $4, $5, $6 from company where id = $1`,
    [row.companyId, row.actor, row.action, row.target, row.detail, row.ip],
  );
};

/** An audit row as it is shown; `at` has microseconds. */
export interface AuditEvent {
  readonly id: string;
  readonly seq: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly before: unknown;
  readonly after: unknown;
  readonly ip: string;
  readonly hash: string;
}

/** What is looked for; what is not given is not asked. An action that ends in `.*` stands for all that begin so. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** From this time on. */
  readonly from?: string | undefined;
  /** Before this time. */
  readonly until?: string | undefined;
}

const whereOf = (companyId: number, filter: AuditFilter): { sql: string; values: unknown[] } => {
  const values: unknown[] = [companyId];
  const parts = ["e.company_id = $1"];
  const add = (value: string | undefined, condition: string): void => {
    if (value !== undefined) parts.push(condition.replace("?", `$${values.push(value)}`));
  };
  const { action } = filter;
  add(filter.actor, "e.actor = ?");
  add(filter.target, "e.target = ?");
  if (action?.endsWith(".*")) {
    // "/" is the sign after "."
    add(action.slice(0, -1), `e.action collate "C" >= ?`);
    add(`${action.slice(0, -2)}/`, `e.action collate "C" < ?`);
  } else add(action, "e.action = ?");
  add(filter.from, "e.at >= ?::timestamptz");
  add(filter.until, "e.at < ?::timestamptz");
  return { sql: parts.join(" and "), values };
};

/** The company's audit rows by filter, newest first, after the pair (at, id). */
export const searchAudit = (
  tx: Tx,
  companyId: number,
  filter: AuditFilter,
  page: { limit: number; after: readonly [string, string] | null },
): Promise<AuditEvent[]> => {
  const { sql, values } = whereOf(companyId, filter);
  const from =
    page.after === null
      ? ""
      : `and (e.at, e.id) < ($${values.push(page.after[0])}::timestamptz, $${values.push(page.after[1])}::bigint)`;
  return tx.query<AuditEvent>(
    `select e.id::text, l.seq::text, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, e.actor, e.action,
       e.target, e.detail, e.before, e.after, e.ip, encode(l.hash, 'hex') as hash
     from audit_event e join audit_link l on l.company_id = e.company_id and l.event_id = e.id
     where ${sql} ${from} order by e.at desc, e.id desc limit $${values.push(page.limit)}`,
    values,
  );
};

/** How many rows a filter finds, counted up to COUNT_LIMIT. */
export const countAudit = async (tx: Tx, companyId: number, filter: AuditFilter): Promise<number> => {
  const { sql, values } = whereOf(companyId, filter);
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from audit_event e where ${sql} limit $${values.push(COUNT_LIMIT)}) x`,
    values,
  );
  return row?.n ?? 0;
};
