import type { Tx } from "../../../platform/db/index.ts";
import { COUNT_LIMIT } from "../../assets/index.ts";

/** Any constant, beside the id of a company. */
const MEMBERS_LOCK = 7_305_014;

/** A member as it is shown. */
export interface MemberRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** Of one of the company's own roles; null for a built-in one. */
  readonly roleName: string | null;
  readonly labels: readonly string[] | null;
  readonly isOwner: boolean;
  readonly source: string;
  /** A mail proved the address, or the company's own provider or directory vouches for it. */
  readonly isEmailProved: boolean;
  readonly createdAt: Date;
  readonly lastSeenAt: Date | null;
  readonly deactivatedAt: Date | null;
  /** Tokens in force that they made. */
  readonly tokenCount: number;
}

const SELECT = `select m.person_id as id, m.email, m.name, m.role, r.name as "roleName", m.labels, m.is_owner as "isOwner", m.source,
    m.source in ('sso', 'scim') or email_is_proved(m.person_id) as "isEmailProved",
    m.created_at as "createdAt", m.last_seen_at as "lastSeenAt", m.deactivated_at as "deactivatedAt",
    (select count(*)::int from credential c where c.company_id = m.company_id and c.person_id = m.person_id
       and c.kind in ('api', 'enrollment') and c.revoked_at is null and c.expires_at > now()) as "tokenCount"
  from membership m left join role r on r.company_id = m.company_id and r.id::text = m.role`;

/** Which members. */
export interface MemberFilter {
  /** Part of the email or name. */
  readonly q?: string | undefined;
  readonly state: "all" | "active" | "deactivated";
}

const WHERE = `m.company_id = $1 and ($2::text is null or position(lower($2) in lower(m.email || ' ' || m.name)) > 0)
  and ($3 = 'all' or (m.deactivated_at is null) = ($3 = 'active'))`;

/** A page of members by email, after an email. */
export const membersPage = (
  tx: Tx,
  companyId: number,
  filter: MemberFilter,
  { limit, after }: { limit: number; after: string | null },
): Promise<MemberRow[]> =>
  tx.query<MemberRow>(
    `${SELECT} where ${WHERE} and ($4::text is null or m.email collate "C" > $4) order by m.email collate "C" limit $5`,
    [companyId, filter.q ?? null, filter.state, after, limit],
  );

/** How many members a filter finds, counted up to COUNT_LIMIT. */
export const countMembers = async (tx: Tx, companyId: number, filter: MemberFilter): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from membership m where ${WHERE} limit $4) x`,
    [companyId, filter.q ?? null, filter.state, COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** One member; null for none. With `lock`, nobody else changes it until the transaction ends. */
export const memberRowOf = async (
  tx: Tx,
  companyId: number,
  personId: string,
  { lock = false } = {},
): Promise<MemberRow | null> => {
  const sql = `${SELECT} where m.company_id = $1 and m.person_id = $2 ${lock ? "for update of m" : ""}`;
  const [row] = await tx.query<MemberRow>(sql, [companyId, personId]);
  return row ?? null;
};

/** Takes somebody out of a company; an owner never. */
export const deleteMember = async (tx: Tx, companyId: number, personId: string): Promise<boolean> => {
  const rows = await tx.query<{ id: string }>(
    `delete from membership where company_id = $1 and person_id = $2 and not is_owner returning person_id as id`,
    [companyId, personId],
  );
  return rows.length === 1;
};

/** The owner of a company, locked until the transaction ends; null for none. */
export const lockOwner = async (tx: Tx, companyId: number): Promise<string | null> => {
  const [row] = await tx.query<{ id: string }>(
    `select person_id as id from membership where company_id = $1 and is_owner for update`,
    [companyId],
  );
  return row?.id ?? null;
};

/** Makes an active member the owner with a role and every asset in scope; who was it before stays with the role they had. */
export const setOwner = async (tx: Tx, companyId: number, personId: string, role: string): Promise<void> => {
  await tx.query(`update membership set is_owner = false where company_id = $1 and is_owner`, [companyId]);
  await tx.query(
    `update membership set is_owner = true, role = $3, labels = null where company_id = $1 and person_id = $2`,
    [companyId, personId, role],
  );
};

/** Locks a company until the transaction ends; whether it has no member yet. For the service role. */
export const lockCompany = async (tx: Tx, companyId: number): Promise<boolean> => {
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [MEMBERS_LOCK, companyId]);
  return hasNoMembers(tx, companyId);
};

/** Whether nobody belongs to the company yet: who joins first owns it. */
export const hasNoMembers = async (tx: Tx, companyId: number): Promise<boolean> => {
  const [row] = await tx.query<{ none: boolean }>(
    `select not exists (select 1 from membership where company_id = $1) as none`,
    [companyId],
  );
  return row?.none ?? false;
};

/** Stores a member by invitation, in place of what single sign-on made of the same person. */
export const insertMember = async (
  tx: Tx,
  companyId: number,
  m: Pick<MemberRow, "email" | "name" | "role" | "labels" | "isOwner"> & { readonly personId: string },
): Promise<void> => {
  await tx.query(
    `insert into membership (company_id, person_id, email, name, role, labels, source, is_owner)
     values ($1, $2, $3, $4, $5, $6, 'invitation', $7)
     on conflict (company_id, person_id) do update set role = excluded.role, labels = excluded.labels,
       source = excluded.source`,
    [companyId, m.personId, m.email, m.name, m.role, m.labels, m.isOwner],
  );
};

/** Gives a member a name; answers the former, null for none. */
export const renameMember = async (
  tx: Tx,
  companyId: number,
  personId: string,
  name: string,
): Promise<string | null> => {
  const [row] = await tx.query<{ former: string }>(
    `update membership m set name = $3 from (
       select company_id, person_id, name as former from membership where company_id = $1 and person_id = $2 for update) o
     where m.company_id = o.company_id and m.person_id = o.person_id returning o.former`,
    [companyId, personId, name],
  );
  return row?.former ?? null;
};
