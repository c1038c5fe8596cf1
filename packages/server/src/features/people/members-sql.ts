import type { Tx } from "../../platform/db/index.ts";

/** A person in a company. */
export interface Member {
  readonly personId: string;
  /** As the company has it; the account's own may differ. */
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** Null: every asset. */
  readonly labels: readonly string[] | null;
  readonly source: "invitation" | "sso" | "scim" | "server";
  readonly externalId: string | null;
  readonly isOwner: boolean;
  readonly deactivatedAt: Date | null;
}

const COLUMNS = `person_id as "personId", email, name, role, labels, source, external_id as "externalId", is_owner as "isOwner",
  deactivated_at as "deactivatedAt"`;

/** What a member is made with. */
export interface NewMember {
  /** In small letters. */
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly labels: readonly string[] | null;
  readonly source: Member["source"];
  readonly externalId?: string | null;
}

/** A person's membership of a company, active or not; null for none. */
export const memberOfPerson = async (tx: Tx, companyId: number, personId: string): Promise<Member | null> => {
  const [row] = await tx.query<Member>(
    `select ${COLUMNS} from membership where company_id = $1 and person_id = $2 for update`,
    [companyId, personId],
  );
  return row ?? null;
};

/** The member of a company with an email in small letters, active or not; null for none. */
export const memberByEmail = async (tx: Tx, companyId: number, email: string): Promise<Member | null> => {
  const [row] = await tx.query<Member>(
    `select ${COLUMNS} from membership where company_id = $1 and email = $2 for update`,
    [companyId, email],
  );
  return row ?? null;
};

/** The account of an email, made without a password when there is none. For the service role. */
export const ensurePerson = async (
  tx: Tx,
  { email, name }: Pick<NewMember, "email" | "name">,
): Promise<{ id: string; isActive: boolean }> => {
  await tx.query(`insert into person (email, name) values ($1, $2) on conflict (email) do nothing`, [email, name]);
  const [row] = await tx.query<{ id: string; isActive: boolean }>(
    `select id, deactivated_at is null as "isActive" from person where email = $1`,
    [email],
  );
  return row as { id: string; isActive: boolean };
};

/**
 * Makes the person of an email a member, or gives the member that is there already this name, role and labels and makes them active
 * again; an owner keeps role and labels. For the service role with the company set. The account itself is never changed.
 */
export const upsertMember = async (tx: Tx, companyId: number, member: NewMember): Promise<Member> => {
  const known = await memberByEmail(tx, companyId, member.email);
  const personId = known?.personId ?? (await ensurePerson(tx, member)).id;
  const [row] = await tx.query<Member>(
    `insert into membership as m (company_id, person_id, email, name, role, labels, source, external_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (company_id, person_id) do update set name = excluded.name, email = excluded.email, deactivated_at = null,
       role = case when m.is_owner then m.role else excluded.role end,
       labels = case when m.is_owner then m.labels else excluded.labels end,
       external_id = coalesce(excluded.external_id, m.external_id)
     returning ${COLUMNS}`,
    [
      companyId,
      personId,
      member.email,
      member.name,
      member.role,
      member.labels,
      member.source,
      member.externalId ?? null,
    ],
  );
  return row as Member;
};

/** Changes what is given of a member; an owner keeps role and labels. Null when there is no such member. */
export const changeMember = async (
  tx: Tx,
  companyId: number,
  personId: string,
  change: Partial<Pick<Member, "email" | "name" | "role" | "labels" | "externalId">>,
): Promise<Member | null> => {
  const [row] = await tx.query<Member>(
    `update membership set email = coalesce($3, email), name = coalesce($4, name),
       role = case when is_owner then role else coalesce($5, role) end,
       labels = case when is_owner or not $6 then labels else $7::text[] end,
       external_id = case when $8 then $9 else external_id end
     where company_id = $1 and person_id = $2 returning ${COLUMNS}`,
    [
      companyId,
      personId,
      change.email ?? null,
      change.name ?? null,
      change.role ?? null,
      change.labels !== undefined,
      change.labels ?? null,
      change.externalId !== undefined,
      change.externalId ?? null,
    ],
  );
  return row ?? null;
};

/** Ends a membership (an owner's never) or, with null, makes it active again; null when nothing changed. */
export const deactivateMember = async (
  tx: Tx,
  companyId: number,
  personId: string,
  at: Date | null,
): Promise<Member | null> => {
  const [row] = await tx.query<Member>(
    `update membership set deactivated_at = $3
     where company_id = $1 and person_id = $2 and (deactivated_at is null) = ($3::timestamptz is not null)
       and not (is_owner and $3::timestamptz is not null) returning ${COLUMNS}`,
    [companyId, personId, at],
  );
  return row ?? null;
};

/** Whether an account may be used at all. For the service role. */
export const isPersonActive = async (tx: Tx, personId: string): Promise<boolean> =>
  (await tx.query(`select id from person where id = $1 and deactivated_at is null`, [personId])).length === 1;
