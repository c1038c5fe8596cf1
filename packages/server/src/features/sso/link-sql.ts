import type { Tx } from "../../platform/db/index.ts";

/** Which person an identity of a provider is. */
export interface Link {
  readonly personId: string;
  /** The membership ended because the provider's groups gave no role any more. */
  readonly lostRole: boolean;
}

/** The link of an identity, locked until the transaction ends; null where there is none. */
export const linkOf = async (tx: Tx, companyId: number, providerId: string, subject: string): Promise<Link | null> => {
  const [row] = await tx.query<Link>(
    `select person_id as "personId", lost_role_at is not null as "lostRole" from identity_link
     where company_id = $1 and provider_id = $2 and subject = $3 for update`,
    [companyId, providerId, subject],
  );
  return row ?? null;
};

/** Stores a link; false where the person has another identity of this provider already, or the identity another person. */
export const insertLink = async (
  tx: Tx,
  companyId: number,
  link: { providerId: string; subject: string; personId: string },
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into identity_link (company_id, provider_id, subject, person_id) values ($1, $2, $3, $4)
     on conflict do nothing returning subject`,
    [companyId, link.providerId, link.subject, link.personId],
  );
  return rows.length === 1;
};

/** Notes a use of an identity, and whether its groups gave it a role. */
export const noteUse = async (
  tx: Tx,
  companyId: number,
  link: { providerId: string; subject: string; lostRole: boolean; now: Date },
): Promise<void> => {
  await tx.query(
    `update identity_link set last_used_at = $4, lost_role_at = case when $5 then coalesce(lost_role_at, $4) end
     where company_id = $1 and provider_id = $2 and subject = $3`,
    [companyId, link.providerId, link.subject, link.now, link.lostRole],
  );
};

/** Forgets the identity that a person has at a provider; null when there is none. */
export const deleteLink = async (
  tx: Tx,
  companyId: number,
  providerId: string,
  personId: string,
): Promise<string | null> => {
  const [row] = await tx.query<{ subject: string }>(
    `delete from identity_link where company_id = $1 and provider_id = $2 and person_id = $3 returning subject`,
    [companyId, providerId, personId],
  );
  return row?.subject ?? null;
};

/** The people that have an identity at a provider. */
export const peopleOfProvider = async (tx: Tx, companyId: number, providerId: string): Promise<string[]> => {
  const rows = await tx.query<{ personId: string }>(
    `select person_id as "personId" from identity_link where company_id = $1 and provider_id = $2`,
    [companyId, providerId],
  );
  return rows.map(({ personId }) => personId);
};
