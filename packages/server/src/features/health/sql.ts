import type { Tx } from "../../platform/db/index.ts";

/** Whether a company is the one that runs the platform. */
export const runsPlatform = async (tx: Tx, companyId: number): Promise<boolean> => {
  const rows = await tx.prepared("runs-platform", "select 1 from company where id = $1 and is_provider", [companyId]);
  return rows.length === 1;
};
