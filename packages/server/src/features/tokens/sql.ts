import type { Tx } from "../../platform/db/index.ts";
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
