import type { Tx } from "../../../platform/db/index.ts";

/** When a session was opened; null for none. */
export const openedAt = async (tx: Tx, companyId: number, credentialId: string): Promise<Date | null> => {
  const [row] = await tx.query<{ at: Date }>(
    `select created_at as at from credential where company_id = $1 and id = $2 and kind = 'session'`,
    [companyId, credentialId],
  );
  return row?.at ?? null;
};
