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
