import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";

/** An entry of somebody of the provider into a company. */
export interface Entry {
  readonly id: string;
  readonly personId: string;
  readonly email: string;
  readonly reason: string;
  readonly role: string;
  readonly credentialId: string;
  readonly homeCredentialId: string | null;
  readonly enteredAt: Date;
  readonly endsAt: Date;
  readonly leftAt: Date | null;
}

const COLUMNS = `id, person_id as "personId", email, reason, role, credential_id as "credentialId",
  home_credential_id as "homeCredentialId", entered_at as "enteredAt", ends_at as "endsAt", left_at as "leftAt"`;

/** Notes an entry. */
export const insertEntry = async (tx: Tx, companyId: number, e: Omit<Entry, "id" | "leftAt">): Promise<string> => {
  const [row] = await tx.query<{ id: string }>(
    `insert into provider_entry (company_id, person_id, email, reason, role, credential_id, home_credential_id, entered_at,
       ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [companyId, e.personId, e.email, e.reason, e.role, e.credentialId, e.homeCredentialId, e.enteredAt, e.endsAt],
  );
  return (row as { id: string }).id;
};

/** The entry that a session came from; null when it came from none. */
export const entryOfSession = async (tx: Tx, companyId: number, credentialId: string): Promise<Entry | null> => {
  const sql = `select ${COLUMNS} from provider_entry where company_id = $1 and credential_id = $2`;
  return (await tx.query<Entry>(sql, [companyId, credentialId]))[0] ?? null;
};

/** Ends an entry that is under way; null when there is none with this id. */
export const leaveEntry = async (tx: Tx, companyId: number, id: string, now: Date): Promise<Entry | null> => {
  const [row] = await tx.query<Entry>(
    `update provider_entry set left_at = $3 where company_id = $1 and id = $2 and left_at is null and ends_at > $3
     returning ${COLUMNS}`,
    [companyId, id, now],
  );
  return row ?? null;
};

/** A page of entries, newest first, after the pair (entered, id). */
export const entriesPage = (
  tx: Tx,
  companyId: number,
  page: { limit: number; after: readonly [string, string] | null },
): Promise<Entry[]> =>
  tx.query<Entry>(
    `select ${COLUMNS} from provider_entry
     where company_id = $1 and ($2::timestamptz is null
       or (date_trunc('milliseconds', entered_at), id) < ($2::timestamptz, $3::uuid))
     order by date_trunc('milliseconds', entered_at) desc, id desc limit $4`,
    [companyId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** How many entries there are, counted up to COUNT_LIMIT. */
export const countEntries = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    "select count(*)::int as n from (select 1 from provider_entry where company_id = $1 limit $2) x",
    [companyId, COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** Deletes up to `limit` entries older than `days`; answers how many. Service role. */
export const expireEntries = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from provider_entry e using (
         select id from provider_entry where company_id = $1 and ends_at < now() - make_interval(days => $2) limit $3) old
       where e.company_id = $1 and e.id = old.id returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};

/** The email of an active member; null when the person is none. */
export const memberEmail = async (tx: Tx, companyId: number, personId: string): Promise<string | null> => {
  const [row] = await tx.query<{ email: string }>(
    "select email from membership where company_id = $1 and person_id = $2 and deactivated_at is null",
    [companyId, personId],
  );
  return row?.email ?? null;
};

/** What is needed to give a session back: how its person signed in, and its end; null when it is not in force. */
export const sessionInForce = async (
  tx: Tx,
  companyId: number,
  id: string,
  now: Date,
): Promise<{ subject: string; method: "password" | "passkey" | "sso" | "link" | null; expiresAt: Date } | null> => {
  const [row] = await tx.query<{ subject: string; method: "password" | null; expiresAt: Date }>(
    `select subject, method, expires_at as "expiresAt" from credential
     where company_id = $1 and id = $2 and kind = 'session' and revoked_at is null and expires_at > $3`,
    [companyId, id, now],
  );
  return row ?? null;
};

/** Whether a person is the owner of a company. */
export const isOwner = async (tx: Tx, companyId: number, personId: string): Promise<boolean> => {
  const rows = await tx.query(
    "select 1 from membership where company_id = $1 and person_id = $2 and is_owner and deactivated_at is null",
    [companyId, personId],
  );
  return rows.length === 1;
};
