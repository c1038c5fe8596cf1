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

/**
 * Revokes the sign-in links that an API token made, and the sessions that these opened: none of them outlasts it. Answers their ids, each to
 * be given to `forget` after commit.
 */
export const revokeOpenedBy = async (tx: Tx, companyId: number, tokenId: string, now: Date): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `update credential set revoked_at = $3
     where company_id = $1 and enrolled_by = $2 and kind in ('signin', 'session') and revoked_at is null returning id`,
    [companyId, tokenId, now],
  );
  return rows.map(({ id }) => id);
};

/** Whether a token is in force, and until when (null: until it is revoked); for what it opened. */
export const tokenInForce = async (
  tx: Tx,
  companyId: number,
  tokenId: string,
  now: Date,
): Promise<{ expiresAt: Date | null } | null> => {
  const [row] = await tx.query<{ expiresAt: Date | null }>(
    `select expires_at as "expiresAt" from credential
     where company_id = $1 and id = $2 and revoked_at is null and (expires_at is null or expires_at > $3) for share`,
    [companyId, tokenId, now],
  );
  return row ?? null;
};

/** The API token that a session came from by way of a link; null for a person's. */
export const openedBy = async (tx: Tx, companyId: number, id: string): Promise<string | null> => {
  const [row] = await tx.query<{ token: string | null }>(
    `select enrolled_by as token from credential where company_id = $1 and id = $2`,
    [companyId, id],
  );
  return row?.token ?? null;
};
