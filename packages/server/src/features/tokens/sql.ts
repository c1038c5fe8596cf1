import type { Tx } from "../../platform/db/index.ts";
import { SOON_MS, SOON_SHARE } from "./rules.ts";
import { COUNT_LIMIT } from "../assets/index.ts";

/** How many enrollment and API tokens there are, counted up to COUNT_LIMIT. */
export const countTokens = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (
       select 1 from credential where company_id = $1 and kind in ('enrollment', 'api') limit $2) x`,
    [companyId, COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** How many API tokens end soon, as the rule `endsSoon` has it, counted up to COUNT_LIMIT. */
export const countEndingSoon = async (tx: Tx, companyId: number, now: Date): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (
       select 1 from credential
       where company_id = $1 and kind = 'api' and revoked_at is null and expires_at > $2
         and expires_at - $2 < least(make_interval(secs => $3), (expires_at - coalesce(rotated_at, created_at)) * $4::float8)
       limit $5) x`,
    [companyId, now, SOON_MS / 1000, SOON_SHARE, COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** How many agents in force each of these enrollment tokens brought; one without any is not in the answer. */
export const agentCounts = async (
  tx: Tx,
  companyId: number,
  tokenIds: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.query<{ id: string; n: number }>(
    `select enrolled_by as id, count(*)::int as n from credential
     where company_id = $1 and enrolled_by = any($2::uuid[]) and revoked_at is null group by 1`,
    [companyId, tokenIds],
  );
  return new Map(rows.map(({ id, n }) => [id, n]));
};
