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

/** The person who made a token; null where nobody is known. */
export const makerOf = async (tx: Tx, companyId: number, id: string): Promise<string | null> => {
  const sql = "select person_id as maker from credential where company_id = $1 and id = $2 and kind = 'api'";
  return (await tx.query<{ maker: string | null }>(sql, [companyId, id]))[0]?.maker ?? null;
};

/** Revokes the tokens that a person made, and what API tokens among them opened. Answers the ids of all that ended. */
export const revokeMadeBy = async (tx: Tx, companyId: number, personId: string, now: Date): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `with made as (
       update credential set revoked_at = $3
       where company_id = $1 and person_id = $2 and kind in ('api', 'enrollment') and revoked_at is null returning id, kind)
     , opened as (
       update credential c set revoked_at = $3 from made m
       where c.company_id = $1 and c.enrolled_by = m.id and m.kind = 'api' and c.kind in ('session', 'signin')
         and c.revoked_at is null returning c.id)
     select id from made union all select id from opened`,
    [companyId, personId, now],
  );
  return rows.map(({ id }) => id);
};
