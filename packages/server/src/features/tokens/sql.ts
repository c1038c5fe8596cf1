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
