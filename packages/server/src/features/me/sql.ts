import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";

/** An open session. */
export interface OpenSession {
  readonly id: string;
  readonly subject: string;
  readonly personId: string | null;
  readonly method: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

/** Which sessions: the limits after which one counts as ended though its row is there. */
export interface OpenFilter {
  readonly now: Date;
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly personId: string | null;
}

const COLUMNS = `id, subject, person_id as "personId", method, ip, user_agent as "userAgent",
  date_trunc('milliseconds', created_at) as "createdAt", last_used_at as "lastUsedAt", expires_at as "expiresAt"`;
const OPEN = `company_id = $1 and kind = 'session' and revoked_at is null and (expires_at is null or expires_at > $2)
  and created_at > $3 and coalesce(last_used_at, created_at) > $4 and ($5::uuid is null or person_id = $5)`;

const openValues = (companyId: number, { now, idleMs, absoluteMs, personId }: OpenFilter): unknown[] => [
  companyId,
  now,
  new Date(now.getTime() - absoluteMs),
  new Date(now.getTime() - idleMs),
  personId,
];

/** A page of open sessions, newest first, after the pair (createdAt, id). */
export const openSessions = (
  tx: Tx,
  companyId: number,
  filter: OpenFilter,
  { limit, after }: { limit: number; after: readonly [string, string] | null },
): Promise<OpenSession[]> =>
  tx.query<OpenSession>(
    `select ${COLUMNS} from credential where ${OPEN}
       and ($6::timestamptz is null or (date_trunc('milliseconds', created_at), id) < ($6, $7::uuid))
     order by date_trunc('milliseconds', created_at) desc, id desc limit $8`,
    [...openValues(companyId, filter), after?.[0] ?? null, after?.[1] ?? null, limit],
  );

/** How many sessions are open, counted up to COUNT_LIMIT. */
export const countOpenSessions = async (tx: Tx, companyId: number, filter: OpenFilter): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from credential where ${OPEN} limit $6) x`,
    [...openValues(companyId, filter), COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** Whose session an id is; null for none that is not revoked. */
export const sessionOwner = async (
  tx: Tx,
  companyId: number,
  id: string,
): Promise<{ personId: string | null; subject: string } | null> => {
  const [row] = await tx.query<{ personId: string | null; subject: string }>(
    `select person_id as "personId", subject from credential
     where company_id = $1 and id = $2 and kind = 'session' and revoked_at is null`,
    [companyId, id],
  );
  return row ?? null;
};
