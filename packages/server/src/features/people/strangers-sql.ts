import type { Tx } from "../../platform/db/index.ts";

/**
 * Deletes the accounts among these that belong to no company (any more); answers how many. What something of another company still
 * names, such as an entry, stays. Service role, without a company.
 */
export const removeStrangers = async (tx: Tx, people: readonly string[]): Promise<number> => {
  let count = 0;
  for (const person of people) {
    await tx.query("savepoint stranger");
    try {
      const gone = await tx.query(
        `delete from person p where id = $1 and not exists (select 1 from membership m where m.person_id = p.id)
         returning id`,
        [person],
      );
      count += gone.length;
      await tx.query("release savepoint stranger");
    } catch {
      await tx.query("rollback to savepoint stranger");
    }
  }
  return count;
};
