import type { Tx } from "../db/index.ts";
import { LEEWAY_SECONDS } from "./access-token.ts";
import { COMPANY_STATE, CREDENTIAL_COLUMNS, type FoundCredential } from "./sql.ts";

/** An access token that was issued. */
export interface IssuedToken {
  readonly id: string;
  readonly credentialId: string;
  /** The label of the API token that it was got for. */
  readonly label: string;
  readonly audience: string;
  readonly createdAt: Date;
  readonly endsAt: Date;
}

const ISSUED = `t.id, t.credential_id as "credentialId", c.label, t.audience, t.created_at as "createdAt", t.ends_at as "endsAt"`;
const IN_FORCE = `t.revoked_at is null and t.ends_at > $2`;

/**
 * The credential that an access token hangs on, where both are in force at `now`; null otherwise. A token that was never stored is not.
 */
export const findByAccessToken = async (
  tx: Tx,
  companyId: number,
  { id, credentialId }: { id: string; credentialId: string },
  now: Date,
): Promise<FoundCredential | null> => {
  const [row] = await tx.prepared<FoundCredential>(
    "credential_by_access_token",
    `select ${CREDENTIAL_COLUMNS}, ${COMPANY_STATE} as "companyState" from credential
     where company_id = $1 and id = $3 and kind = 'api' and revoked_at is null
       and (expires_at is null or expires_at > $4) and exists (
         select 1 from access_token t where t.company_id = $1 and t.id = $2 and t.credential_id = $3
           and t.revoked_at is null and t.ends_at > $4::timestamptz - make_interval(secs => $5))`,
    [companyId, id, credentialId, now, LEEWAY_SECONDS],
  );
  return row ?? null;
};

/** Stores an access token; only then is it worth something. */
export const insertAccessToken = async (
  tx: Tx,
  companyId: number,
  t: Pick<IssuedToken, "id" | "credentialId" | "audience" | "endsAt">,
): Promise<void> => {
  await tx.query(
    `insert into access_token (company_id, id, credential_id, audience, ends_at) values ($1, $2, $3, $4, $5)`,
    [companyId, t.id, t.credentialId, t.audience, t.endsAt],
  );
};

/** Access tokens in force, the newest first, after the pair `(createdAt, id)`. */
export const listAccessTokens = (
  tx: Tx,
  companyId: number,
  now: Date,
  page: { limit: number; after?: { createdAt: Date; id: string } },
): Promise<IssuedToken[]> =>
  tx.query<IssuedToken>(
    // a Date has milliseconds and the column microseconds: both sides are compared in milliseconds
    `select ${ISSUED} from access_token t join credential c on c.company_id = t.company_id and c.id = t.credential_id
     where t.company_id = $1 and ${IN_FORCE} and c.revoked_at is null
       and ($3::timestamptz is null or (date_trunc('milliseconds', t.created_at), t.id) < ($3, $4::uuid))
     order by date_trunc('milliseconds', t.created_at) desc, t.id desc limit $5`,
    [companyId, now, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  );

/** How many access tokens are in force, counted up to `limit`. */
export const countAccessTokens = async (tx: Tx, companyId: number, now: Date, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (
       select 1 from access_token t join credential c on c.company_id = t.company_id and c.id = t.credential_id
       where t.company_id = $1 and ${IN_FORCE} and c.revoked_at is null limit $3) x`,
    [companyId, now, limit],
  );
  return row?.n ?? 0;
};

/** Revokes an access token in force of an API token that is seen; null when there is none of this id. Call `forget(id)` after the commit. */
export const revokeAccessToken = async (
  tx: Tx,
  companyId: number,
  id: string,
  now: Date,
): Promise<Omit<IssuedToken, "label"> | null> => {
  const [row] = await tx.query<Omit<IssuedToken, "label">>(
    `update access_token t set revoked_at = $2 where t.company_id = $1 and t.id = $3 and ${IN_FORCE}
       and exists (select 1 from credential c where c.company_id = $1 and c.id = t.credential_id)
     returning t.id, t.credential_id as "credentialId", t.audience, t.created_at as "createdAt", t.ends_at as "endsAt"`,
    [companyId, now, id],
  );
  return row ?? null;
};

/** Revokes every access token that an API token was exchanged for. Call `forget(credentialId)` after the commit. */
export const revokeAccessTokensOf = async (
  tx: Tx,
  companyId: number,
  credentialId: string,
  now: Date,
): Promise<void> => {
  await tx.query(
    `update access_token t set revoked_at = $2 where t.company_id = $1 and t.credential_id = $3 and ${IN_FORCE}`,
    [companyId, now, credentialId],
  );
};

/** Deletes up to `limit` access tokens that ended more than `days` ago; answers how many. */
export const expireAccessTokens = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const rows = await tx.query(
    `delete from access_token t using (
       select id from access_token where company_id = $1 and ends_at < now() - make_interval(days => $2) limit $3) old
     where t.company_id = $1 and t.id = old.id returning t.id`,
    [companyId, days, limit],
  );
  return rows.length;
};
