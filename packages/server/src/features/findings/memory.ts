import type { Tx } from "../../platform/db/index.ts";
import { type Selector, selectorOf, type Tallies, type TallyStore } from "../tallies/index.ts";
import { assetOf, choiceOfFilter } from "./choice.ts";
import type { FindingFilter } from "./rules.ts";

/** What is open in memory, and what a filter leaves of it. */
export interface Remembered {
  readonly tallies: Tallies;
  readonly selector: Selector;
}

/** A decision stands on the asset alone that the filter asks for: it leaves findings out there that others have. */
const isDecidedThere = async (tx: Tx, companyId: number, filter: FindingFilter): Promise<boolean> => {
  const asset = filter.mayBeClosed ? assetOf(filter) : null;
  if (asset === null) return false;
  const rows = await tx.query(
    "select 1 from decision_asset o where o.company_id = $1 and o.asset_id = $2::uuid limit 1",
    [companyId, asset],
  );
  return rows.length > 0;
};

/** The findings of a filter as they are remembered; null where memory cannot tell, or not to who sees some assets only. */
export const remembered = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  store: TallyStore,
): Promise<Remembered | null> => {
  if (tx.labels !== null) return null;
  const tallies = await store.of(companyId);
  const choice = tallies && choiceOfFilter(filter, tallies);
  const selector = tallies && choice && selectorOf(choice, tallies.end);
  if (selector === null || tallies === null || (await isDecidedThere(tx, companyId, filter))) return null;
  return { tallies, selector };
};
