import type { Tx } from "../../platform/db/index.ts";
import { IS_CLOSED } from "../findings/index.ts";
import type { FixKey } from "./sql.ts";

/** A component of the table named `c` of which something is open that no statement and no decision closes. */
export const IS_NEEDED = `exists (select 1 from finding f where f.company_id = c.company_id and f.component_id = c.component_id
  and f.status = 'open' and (f.fixed_in is not null) = c.has_fix and not ${IS_CLOSED})`;
const OF_FIX =
  "x.company_id = c.company_id and x.ecosystem = c.ecosystem and x.package = c.package and x.has_fix = c.has_fix";

/** A fix with the components that it concerns. */
export interface FixComponents extends FixKey {
  readonly components: number[];
}

/** Components that fixes concern, of those that `where` says of the table named `c`. */
const componentsWhere = (tx: Tx, where: string, values: unknown[]): Promise<FixComponents[]> =>
  tx.query(
    `select c.ecosystem, c.package, c.has_fix as "hasFix", array_agg(c.component_id) as components from fix_component c
     where c.company_id = $1 and ${where} group by 1, 2, 3`,
    values,
  );

/** Components that fixes concern, of some or of all. What is decided on is only looked at where something is: to plan that costs more than the rest. */
export const componentsOfFixes = async (tx: Tx, where: string, values: unknown[]): Promise<FixComponents[]> => {
  const decided = await tx.query("select 1 from fix where company_id = $1 and decided_key is not null limit 1", [
    values[0],
  ]);
  if (decided.length === 0) return componentsWhere(tx, where, values);
  const isDecided = `exists (select 1 from fix x where ${OF_FIX} and x.decided_key is not null)`;
  return componentsWhere(tx, `${where} and (not ${isDecided} or ${IS_NEEDED})`, values);
};

/** Of each group of components how many assets have one of them, by every inventory that the transaction may see. */
export const countHolders = async (
  tx: Tx,
  companyId: number,
  groups: readonly (readonly number[])[],
): Promise<number[]> => {
  const places = groups.flatMap((group, place) => group.map(() => place));
  const rows = await tx.query<{ place: number; n: number }>(
    `with wanted as materialized (select * from unnest($2::int[], $3::int[]) as w(place, component_id))
     select w.place, count(distinct i.asset_id)::int as n
     from inventory i cross join lateral unnest(i.component_ids) as u(component_id) join wanted w using (component_id)
     where i.company_id = $1 group by 1`,
    [companyId, places, groups.flat()],
  );
  const counts = groups.map(() => 0);
  for (const { place, n } of rows) counts[place] = n;
  return counts;
};

/** How many assets need each of some fixes, by every inventory that the transaction may see, in their order. */
export const countAssetsOf = async (tx: Tx, companyId: number, keys: readonly FixKey[]): Promise<number[]> => {
  if (keys.length === 0) return [];
  const lists = [keys.map((key) => key.ecosystem), keys.map((key) => key.package), keys.map((key) => key.hasFix)];
  const where = `(c.ecosystem, c.package, c.has_fix) in (select * from unnest($2::text[], $3::text[], $4::boolean[])) and ${IS_NEEDED}`;
  const found = await componentsWhere(tx, where, [companyId, ...lists]);
  const nameOf = ({ ecosystem, package: name, hasFix }: FixKey): string => `${ecosystem}\n${name}\n${hasFix}`;
  const byName = new Map(found.map((one) => [nameOf(one), one.components]));
  return countHolders(
    tx,
    companyId,
    keys.map((key) => byName.get(nameOf(key)) ?? []),
  );
};
