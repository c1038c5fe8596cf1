import type { Tx } from "../../platform/db/index.ts";
import { filterOf } from "./rules.ts";
import { informed, openIds } from "./sql.ts";

/**
 * The ids of the open findings that a query names, or of those named one by one, that the caller sees; at most `limit`. Throws
 * BAD_REQUEST for a query that is none.
 */
export const idsNamed = async (
  tx: Tx,
  companyId: number,
  { query, ids, limit }: { query?: string | undefined; ids?: readonly string[] | undefined; limit: number },
): Promise<string[]> => {
  // who names one by one has seen what each is: also what a decision closes
  const status = ids === undefined ? "open" : "all";
  const filter = await informed(tx, companyId, filterOf({ query, status }));
  return openIds(tx, companyId, filter, { ids: ids ?? null, limit });
};
