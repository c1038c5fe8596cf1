import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";

/** An invitation; its secret is not stored. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly roleName: string | null;
  readonly labels: readonly string[] | null;
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly revokedAt: Date | null;
}

const SELECT = `select i.id, i.email, i.role, r.name as "roleName", i.labels, i.invited_by as "invitedBy",
    date_trunc('milliseconds', i.created_at) as "createdAt", i.expires_at as "expiresAt", i.accepted_at as "acceptedAt",
    i.revoked_at as "revokedAt"
  from invitation i left join role r on r.company_id = i.company_id and r.id::text = i.role`;
/** Of either link: the one that was shown, and the one that went out by mail. */
const SHOWN = "$2 in (hash, mailed_hash)";
const OPEN = "accepted_at is null and revoked_at is null and expires_at > $3";

/** An invitation as whoever has its link may see it. */
export type OpenInvitation = Invitation & {
  readonly companyName: string;
  /** The link went out by mail alone: who shows it reads the mails of the address. */
  readonly isMailed: boolean;
};

/** Stores an invitation; answers its id. */
export const insertInvitation = async (
  tx: Tx,
  companyId: number,
  i: Pick<Invitation, "email" | "role" | "labels" | "invitedBy" | "expiresAt"> & {
    readonly hash: Buffer;
    /** Of the link that goes out by mail; left out where none does. */
    readonly mailedHash?: Buffer;
  },
): Promise<string> => {
  const [row] = await tx.query<{ id: string }>(
    `insert into invitation (company_id, email, role, labels, hash, invited_by, expires_at, mailed_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [companyId, i.email, i.role, i.labels, i.hash, i.invitedBy, i.expiresAt, i.mailedHash ?? null],
  );
  return (row as { id: string }).id;
};

/** A page of invitations, newest first, after the pair (createdAt, id). */
export const invitationsPage = (
  tx: Tx,
  companyId: number,
  { limit, after }: { limit: number; after: readonly [string, string] | null },
): Promise<Invitation[]> =>
  tx.query<Invitation>(
    `${SELECT} where i.company_id = $1
       and ($2::timestamptz is null or (date_trunc('milliseconds', i.created_at), i.id) < ($2, $3::uuid))
     order by date_trunc('milliseconds', i.created_at) desc, i.id desc limit $4`,
    [companyId, after?.[0] ?? null, after?.[1] ?? null, limit],
  );

/** How many invitations there are, counted up to COUNT_LIMIT. */
export const countInvitations = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from invitation where company_id = $1 limit $2) x`,
    [companyId, COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** How many invitations are open. */
export const countOpen = async (tx: Tx, companyId: number, now: Date): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from invitation where company_id = $1 and ${OPEN.replace("$3", "$2")}`,
    [companyId, now],
  );
  return row?.n ?? 0;
};

/** Takes an open invitation back; null when there is none. */
export const endInvitation = async (
  tx: Tx,
  companyId: number,
  id: string,
  now: Date,
): Promise<Pick<Invitation, "email" | "role" | "labels"> | null> => {
  const [row] = await tx.query<Pick<Invitation, "email" | "role" | "labels">>(
    `update invitation set revoked_at = $3 where company_id = $1 and id = $2 and ${OPEN} returning email, role, labels`,
    [companyId, id, now],
  );
  return row ?? null;
};

/** The open invitation with a hash; null for none. */
export const openInvitation = async (
  tx: Tx,
  companyId: number,
  hash: Buffer,
  now: Date,
): Promise<OpenInvitation | null> => {
  const [row] = await tx.query<OpenInvitation>(
    `select i.*, c.name as "companyName", exists (
         select 1 from invitation m where m.company_id = $1 and m.id = i.id and m.mailed_hash = $2) as "isMailed"
     from (${SELECT} where i.company_id = $1 and ${SHOWN}
       and i.accepted_at is null and i.revoked_at is null and i.expires_at > $3) i
     join company c on c.id = $1 and c.state = 'active'`,
    [companyId, hash, now],
  );
  return row ?? null;
};

/** Uses an invitation up; of several at once for one only it is true. */
export const useInvitation = async (tx: Tx, companyId: number, hash: Buffer, now: Date): Promise<boolean> => {
  const rows = await tx.query<{ id: string }>(
    `update invitation set accepted_at = $3 where company_id = $1 and ${SHOWN} and ${OPEN} returning id`,
    [companyId, hash, now],
  );
  return rows.length === 1;
};
