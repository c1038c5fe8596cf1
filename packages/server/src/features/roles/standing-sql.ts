import type { Permission } from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";

/** The role and scope of an active member of an active company; null when there is none. */
export const activeMembership = async (
  tx: Tx,
  companyId: number,
  personId: string,
): Promise<{ role: string; labels: string[] | null; permissions: Permission[] | null } | null> => {
  const [row] = await tx.prepared<{ role: string; labels: string[] | null; permissions: Permission[] | null }>(
    "active_membership",
    `select m.role, m.labels, r.permissions from membership m
     join company c on c.id = m.company_id and c.state = 'active'
     left join role r on r.company_id = m.company_id and r.id::text = m.role
     where m.company_id = $1 and m.person_id = $2 and m.deactivated_at is null`,
    [companyId, personId],
  );
  return row ?? null;
};

/** The roles of a company's active members who see every asset, by person. */
export const unscopedMembers = (
  tx: Tx,
  companyId: number,
): Promise<{ personId: string; email: string; role: string; permissions: Permission[] | null }[]> =>
  tx.query(
    `select m.person_id as "personId", m.email, m.role, r.permissions from membership m
     join company c on c.id = m.company_id and c.state = 'active'
     left join role r on r.company_id = m.company_id and r.id::text = m.role
     where m.company_id = $1 and m.deactivated_at is null and m.labels is null order by m.person_id`,
    [companyId],
  );
