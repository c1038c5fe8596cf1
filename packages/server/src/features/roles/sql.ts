import type { Permission } from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";

/** One of a company's own roles. */
export interface OwnRole {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly permissions: readonly Permission[];
}

const COLUMNS = "id, name, summary, permissions";

/** A company's own roles by name. */
export const ownRoles = (tx: Tx, companyId: number): Promise<OwnRole[]> =>
  tx.query<OwnRole>(`select ${COLUMNS} from role where company_id = $1 order by name, id`, [companyId]);

/**
 * One of a company's own roles; null for none. It is locked until the transaction ends: against its end by whoever gives it, whole
 * by whoever changes it.
 */
export const lockRole = async (
  tx: Tx,
  companyId: number,
  id: string,
  purpose: "give" | "change",
): Promise<OwnRole | null> => {
  const [row] = await tx.query<OwnRole>(
    `select ${COLUMNS} from role where company_id = $1 and id::text = $2 for ${purpose === "give" ? "share" : "update"}`,
    [companyId, id],
  );
  return row ?? null;
};

/** Stores a role; null when its name is taken. */
export const insertRole = async (tx: Tx, companyId: number, role: Omit<OwnRole, "id">): Promise<string | null> => {
  const [row] = await tx.query<{ id: string }>(
    `insert into role (company_id, name, summary, permissions) values ($1, $2, $3, $4)
     on conflict (company_id, name) do nothing returning id`,
    [companyId, role.name, role.summary, role.permissions],
  );
  return row?.id ?? null;
};

/** Changes a role; false when another has its name. */
export const updateRole = async (tx: Tx, companyId: number, role: OwnRole): Promise<boolean> => {
  const rows = await tx.query<{ id: string }>(
    `update role set name = $3, summary = $4, permissions = $5
     where company_id = $1 and id = $2
       and not exists (select 1 from role o where o.company_id = $1 and o.name = $3 and o.id <> $2) returning id`,
    [companyId, role.id, role.name, role.summary, role.permissions],
  );
  return rows.length === 1;
};

/** Deletes a role. */
export const removeRole = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query(`delete from role where company_id = $1 and id = $2`, [companyId, id]);
};

/** How many members have each role, by its id; deactivated ones too. */
export const countByRole = async (tx: Tx, companyId: number): Promise<Map<string, number>> => {
  const rows = await tx.query<{ role: string; n: number }>(
    `select role, count(*)::int as n from membership where company_id = $1 group by role`,
    [companyId],
  );
  return new Map(rows.map(({ role, n }) => [role, n]));
};

/** How many open invitations give a role. */
export const countInvitationsOf = async (tx: Tx, companyId: number, role: string): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from invitation
     where company_id = $1 and role = $2 and accepted_at is null and revoked_at is null and expires_at > now()`,
    [companyId, role],
  );
  return row?.n ?? 0;
};

/** Whether a company runs the platform. */
export const isProviderCompany = async (tx: Tx, companyId: number): Promise<boolean> => {
  const [row] = await tx.query<{ yes: boolean }>(`select is_provider as yes from company where id = $1`, [companyId]);
  return row?.yes ?? false;
};
