import type { Tx } from "../../platform/db/index.ts";

/** Whether a company runs the platform. */
export const isProvider = async (tx: Tx, companyId: number): Promise<boolean> => {
  const [row] = await tx.query<{ yes: boolean }>(`select is_provider as yes from company where id = $1`, [companyId]);
  return row?.yes ?? false;
};

/** The name of a company; empty when there is none. */
export const companyName = async (tx: Tx, companyId: number): Promise<string> => {
  const [row] = await tx.query<{ name: string }>(`select name from company where id = $1`, [companyId]);
  return row?.name ?? "";
};

/** A person as a member of a company, with the name of one of the company's own roles; null for none. */
export const memberOf = async (
  tx: Tx,
  companyId: number,
  personId: string,
): Promise<{ name: string; email: string; role: string; roleName: string | null; isOwner: boolean } | null> => {
  const [row] = await tx.query<{
    name: string;
    email: string;
    role: string;
    roleName: string | null;
    isOwner: boolean;
  }>(
    `select m.name, m.email, m.role, r.name as "roleName", m.is_owner as "isOwner" from membership m
     left join role r on r.company_id = m.company_id and r.id::text = m.role
     where m.company_id = $1 and m.person_id = $2`,
    [companyId, personId],
  );
  return row ?? null;
};

/**
 * The active companies that a person may enter by password or passkey, by name; for the service role without a company. A membership
 * that single sign-on made holds for that alone.
 */
export const companiesOfPerson = (tx: Tx, personId: string): Promise<{ id: number; name: string }[]> =>
  tx.query(
    `select c.id, c.name from membership m join company c on c.id = m.company_id and c.state = 'active'
     where m.person_id = $1 and m.deactivated_at is null and m.source in ('invitation', 'server') order by c.name, c.id`,
    [personId],
  );
