import type { Tx } from "../../platform/db/index.ts";

/** The name of a company; empty when there is none. */
export const companyName = async (tx: Tx, companyId: number): Promise<string> => {
  const [row] = await tx.query<{ name: string }>(`select name from company where id = $1`, [companyId]);
  return row?.name ?? "";
};
