import type { Permission } from "@zerotrace/core";
import type { Database, Tx } from "../db/index.ts";
import type { SignInMethod } from "./identity.ts";
import type { CredentialKind } from "./token.ts";

/** A stored credential; the secret itself is never stored. */
export interface Credential {
  readonly id: string;
  readonly companyId: number;
  readonly kind: CredentialKind;
  readonly subject: string;
  readonly label: string;
  readonly permissions: readonly Permission[];
  readonly assetId: string | null;
  readonly personId: string | null;
  /** Of an enrollment token: what its assets get; of others: which assets they reach, null for all. */
  readonly labels: readonly string[] | null;
  readonly method: SignInMethod | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Of a session: it may set up a second factor and nothing else. */
  readonly awaitsFactor: boolean;
  /** Of an enrollment token: the addresses it may be used from (CIDR); null for any. */
  readonly ranges: readonly string[] | null;
  /** The token that brought it: an enrollment token its device, an API token a sign-in link and the session of that. */
  readonly enrolledBy: string | null;
  /** Of an enrollment token: agents in force at one time; null for as many as it has uses. */
  readonly agentsMax: number | null;
  readonly createdAt: Date;
  readonly rotatedAt: Date | null;
  /** Of an API token: until when its former secret holds beside the new one. */
  readonly previousUntil: Date | null;
  readonly expiresAt: Date | null;
  readonly usesLeft: number | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** What is read of a credential. */
export const CREDENTIAL_COLUMNS = `id, company_id as "companyId", kind, subject, label, permissions, asset_id as "assetId",
  person_id as "personId", labels, method, ip, user_agent as "userAgent", awaits_factor as "awaitsFactor",
  created_at as "createdAt", rotated_at as "rotatedAt", expires_at as "expiresAt", uses_left as "usesLeft",
  ranges, agents_max as "agentsMax", enrolled_by as "enrolledBy", previous_until as "previousUntil", last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;
/**
 * How long a replaced secret still holds, in ms. A device whose new one was lost on the way notices by its time-out of 30 s
 * and comes again; its former one ends as soon as the new one is used.
 */
export const OLD_SECRET_MS = { session: 30_000, device: 120_000 } as const;
const ALIVE = `revoked_at is null and (uses_left is null or uses_left > 0)`;
/** The state of the company that $1 names. */
export const COMPANY_STATE = `(select co.state from company co where co.id = $1)`;

/** Whether a company's credentials are in force: only while it is `active`. */
export type CompanyState = "active" | "suspended" | "deleting";
/** A credential with the state of its company. */
export type FoundCredential = Credential & { readonly companyState: CompanyState };

export interface NewCredential {
  readonly companyId: number;
  readonly kind: CredentialKind;
  readonly hash: Buffer;
  readonly subject: string;
  readonly label?: string;
  readonly permissions: readonly Permission[];
  readonly assetId?: string;
  readonly expiresAt?: Date;
  readonly usesLeft?: number;
  readonly personId?: string;
  readonly labels?: readonly string[] | null;
  readonly method?: SignInMethod;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly awaitsFactor?: boolean;
  readonly ranges?: readonly string[] | null;
  readonly agentsMax?: number;
  /** Of a device: the enrollment token that brought it. */
  readonly enrolledBy?: string;
}

/** Stores a credential. */
export const insertCredential = async (tx: Tx, c: NewCredential): Promise<Credential> => {
  const [row] = await tx.query<Credential>(
    `insert into credential (company_id, kind, hash, subject, label, permissions, asset_id, expires_at, uses_left,
       person_id, labels, method, ip, user_agent, ranges, agents_max, enrolled_by, awaits_factor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning ${CREDENTIAL_COLUMNS}`,
    [
      c.companyId,
      c.kind,
      c.hash,
      c.subject,
      c.label ?? "",
      c.permissions,
      c.assetId ?? null,
      c.expiresAt ?? null,
      c.usesLeft ?? null,
      c.personId ?? null,
      c.labels ?? null,
      c.method ?? null,
      c.ip ?? null,
      c.userAgent ?? null,
      c.ranges ?? null,
      c.agentsMax ?? null,
      c.enrolledBy ?? null,
      c.awaitsFactor ?? false,
    ],
  );
  return row as Credential;
};

/** The credential with this hash that is neither revoked, used up nor expired at `now`; null when there is none. */
export const findCredential = async (
  tx: Tx,
  companyId: number,
  hash: Buffer,
  now: Date,
): Promise<FoundCredential | null> => {
  const [row] = await tx.prepared<FoundCredential>(
    "credential_by_hash",
    `select ${CREDENTIAL_COLUMNS}, ${COMPANY_STATE} as "companyState" from credential
     where company_id = $1 and hash = $2 and ${ALIVE} and (expires_at is null or expires_at > $3)`,
    [companyId, hash, now],
  );
  return row ?? null;
};

/** The credential whose secret was replaced after `since`, by its former hash; null when there is none. */
export const findRotated = async (
  tx: Tx,
  companyId: number,
  kind: "session" | "device",
  hash: Buffer,
  since: Date,
  now: Date,
): Promise<FoundCredential | null> => {
  const [row] = await tx.prepared<FoundCredential>(
    "credential_by_previous_hash",
    `select ${CREDENTIAL_COLUMNS}, ${COMPANY_STATE} as "companyState" from credential
     where company_id = $1 and previous_hash = $2 and rotated_at > $3 and kind = $5 and ${ALIVE}
       and (expires_at is null or expires_at > $4)`,
    [companyId, hash, since, now, kind],
  );
  return row ?? null;
};

/** Ends the former secret of a credential: the new one is in use. */
export const endFormerSecret = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query(
    `update credential set previous_hash = null where company_id = $1 and id = $2 and previous_hash is not null`,
    [companyId, id],
  );
};

/** Takes one use of a credential of an active company that counts its uses, atomically; null when it is not valid (any more). */
export const useCredential = async (
  tx: Tx,
  companyId: number,
  kind: CredentialKind,
  hash: Buffer,
  now: Date,
): Promise<Credential | null> => {
  const [row] = await tx.query<Credential>(
    `update credential set uses_left = uses_left - 1, last_used_at = $4
     where company_id = $1 and kind = $2 and hash = $3 and ${ALIVE} and (expires_at is null or expires_at > $4)
       and ${COMPANY_STATE} = 'active'
     returning ${CREDENTIAL_COLUMNS}`,
    [companyId, kind, hash, now],
  );
  return row ?? null;
};

/**
 * Replaces a secret; false when another request replaced it first. The former hash is kept as `previous_hash`; of a device
 * whose newest secret was never used, the one before it: that is the one which the device holds.
 */
export const rotateCredential = async (
  tx: Tx,
  companyId: number,
  change: { id: string; from: Buffer; to: Buffer; now: Date },
): Promise<boolean> => {
  const rows = await tx.query<{ id: string }>(
    `update credential set hash = $4, rotated_at = $5,
       previous_hash = case when kind = 'device' and rotated_at > $6 then coalesce(previous_hash, hash) else hash end
     where company_id = $1 and id = $2 and hash = $3 and revoked_at is null returning id`,
    [companyId, change.id, change.from, change.to, change.now, new Date(change.now.getTime() - OLD_SECRET_MS.device)],
  );
  return rows.length === 1;
};

/** Lets a session do what its person may: there is a second factor now. Call `forget(id)` after commit. */
export const endFactorWait = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query(`update credential set awaits_factor = false where company_id = $1 and id = $2`, [companyId, id]);
};

/** Notes a use; the caller sees to it that this is at most once a minute. */
export const touchCredential = async (tx: Tx, companyId: number, id: string, now: Date): Promise<void> => {
  await tx.query(`update credential set last_used_at = $3 where company_id = $1 and id = $2`, [companyId, id, now]);
};

/** Revokes a credential of one of `kinds`; null when there is none that is not revoked yet. Call `forget(id)` after commit. */
export const revokeCredential = async (
  tx: Tx,
  companyId: number,
  id: string,
  kinds: readonly CredentialKind[],
  now: Date,
): Promise<Credential | null> => {
  const [row] = await tx.query<Credential>(
    `update credential set revoked_at = $4
     where company_id = $1 and id = $2 and kind = any($3) and revoked_at is null returning ${CREDENTIAL_COLUMNS}`,
    [companyId, id, kinds, now],
  );
  return row ?? null;
};

/** Revokes every credential of an asset; answers their ids, each to be given to `forget` after commit. */
export const revokeAssetCredentials = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  now: Date,
): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `update credential set revoked_at = $3
     where company_id = $1 and asset_id = $2 and revoked_at is null returning id`,
    [companyId, assetId, now],
  );
  return rows.map((row) => row.id);
};

/** Credentials of `kinds`, newest first, after the pair `(createdAt, id)`. */
export const listCredentials = (
  tx: Tx,
  companyId: number,
  kinds: readonly CredentialKind[],
  page: { limit: number; after?: { createdAt: Date; id: string } },
): Promise<Credential[]> =>
  tx.query<Credential>(
    // a Date has milliseconds and the column microseconds: both sides are compared in milliseconds
    `select ${CREDENTIAL_COLUMNS} from credential
     where company_id = $1 and kind = any($2)
       and ($3::timestamptz is null or (date_trunc('milliseconds', created_at), id) < ($3, $4::uuid))
     order by date_trunc('milliseconds', created_at) desc, id desc limit $5`,
    [companyId, kinds, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  );

/** Whether a credential is neither revoked, used up nor expired at `now`, and its company active. */
export const isCredentialAlive = async (
  db: Pick<Database, "readCompany">,
  companyId: number,
  id: string,
  now: Date,
): Promise<boolean> => {
  const rows = await db.readCompany(companyId, {
    name: "credential_alive",
    text: `select id from credential
     where company_id = $1 and id = $2 and ${ALIVE} and (expires_at is null or expires_at > $3)
       and ${COMPANY_STATE} = 'active'`,
    values: [companyId, id, now],
  });
  return rows.length === 1;
};

/**
 * Deletes up to `limit` of the company's sessions, sign-in links and tokens that expired, were revoked or were used up more than
 * `days` ago; answers how many. Device credentials stay: they are the history of the agents.
 */
export const expireCredentials = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from credential c using (
         select id from credential
         where company_id = $1 and kind <> 'device' and now() - make_interval(days => $2) >
           least(expires_at, revoked_at, case when uses_left <= 0 then coalesce(last_used_at, created_at) end) limit $3) old
       where c.company_id = $1 and c.id = old.id returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};
