import type { Tx } from "../db/index.ts";
import type { SignInMethod } from "./identity.ts";

/**
 * Revokes the sessions and sign-in links of people in a company, or only those that were opened by one method; answers the ids, each
 * to be given to `forget` after the commit.
 */
export const revokeSessionsOf = async (
  tx: Tx,
  companyId: number,
  personIds: readonly string[],
  { now, method, keep }: { now: Date; method?: SignInMethod; /** One that stays. */ keep?: string },
): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `update credential set revoked_at = $3
     where company_id = $1 and person_id = any($2::uuid[]) and kind in ('session', 'signin') and revoked_at is null
       and ($4::text is null or method = $4) and id is distinct from $5::uuid returning id`,
    [companyId, personIds, now, method ?? null, keep ?? null],
  );
  return rows.map(({ id }) => id);
};
