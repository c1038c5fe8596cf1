import type { Tx } from "../db/index.ts";

/** How many devices that an enrollment token brought are in force. */
export const countEnrolledBy = async (tx: Tx, companyId: number, tokenId: string): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from credential where company_id = $1 and enrolled_by = $2 and revoked_at is null`,
    [companyId, tokenId],
  );
  return row?.n ?? 0;
};

/** Revokes every device that an enrollment token brought; answers them, each id to be given to `forget` after commit. */
export const revokeEnrolledBy = (
  tx: Tx,
  companyId: number,
  tokenId: string,
  now: Date,
): Promise<{ id: string; label: string; assetId: string | null }[]> =>
  tx.query(
    `update credential set revoked_at = $3
     where company_id = $1 and enrolled_by = $2 and revoked_at is null returning id, label, asset_id as "assetId"`,
    [companyId, tokenId, now],
  );
