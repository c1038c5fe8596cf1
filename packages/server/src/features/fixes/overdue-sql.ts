import type { Tx } from "../../platform/db/index.ts";
import type { FixKey } from "./sql.ts";

/** A fix with the day (`YYYY-MM-DD`) on which it was due, and whose it is. */
export interface OverdueFix extends FixKey {
  readonly day: string;
  readonly assignee: { readonly name: string; readonly email: string } | null;
}

/** Notes that these are told, in their order and at most `limit`; answers those of which this day was not told before. */
export const tellOverdue = (
  tx: Tx,
  companyId: number,
  due: readonly (FixKey & { readonly day: string })[],
  limit: number,
): Promise<OverdueFix[]> =>
  tx.query(
    `with given as (
       select * from unnest($2::text[], $3::text[], $4::boolean[], $5::date[]) with ordinality
         as g(ecosystem, package, has_fix, day, place)),
     anew as (
       select g.* from given g join fix_work w on w.company_id = $1 and w.ecosystem = g.ecosystem and w.package = g.package
         and w.has_fix = g.has_fix
       where w.overdue_told_on is distinct from g.day order by g.place limit $6)
     update fix_work w set overdue_told_on = a.day from anew a
     where w.company_id = $1 and w.ecosystem = a.ecosystem and w.package = a.package and w.has_fix = a.has_fix
     returning w.ecosystem, w.package, w.has_fix as "hasFix", w.overdue_told_on::text as day,
       (select json_build_object('name', m.name, 'email', m.email) from membership m
        where m.company_id = w.company_id and m.person_id = w.assignee_id) as assignee`,
    [
      companyId,
      due.map((one) => one.ecosystem),
      due.map((one) => one.package),
      due.map((one) => one.hasFix),
      due.map((one) => one.day),
      limit,
    ],
  );
