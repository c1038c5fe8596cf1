import type { Tx } from "../../platform/db/index.ts";
import { IS_CLOSED, isDecidedOn, isDecidedSomewhere } from "../findings/index.ts";
import type { FixKey } from "./sql.ts";

const OPEN_OF = `select 1 from finding f where f.company_id = c.company_id and f.component_id = c.component_id
  and f.status = 'open' and (f.fixed_in is not null) = c.has_fix and not ${IS_CLOSED}`;
/** A component of the table named `c` of which something is open that no statement and no decision closes. */
export const IS_NEEDED = `exists (${OPEN_OF})`;
/** The same on one asset: where a decision on some assets stands, it may be needed on others alone. */
export const isNeededOn = (asset: string): string => `exists (${OPEN_OF} and not ${isDecidedOn(asset)})`;
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

/** Which assets have something of a fix and need it no more, as decisions stand there on all that it closes. */
export interface DecidedAway extends FixKey {
  readonly assets: string[];
}

/**
 * Of fixes that `where` says of the table named `c`: the assets on which decisions stand on everything that each closes, of those that the
 * transaction sees. `of` is a condition on the findings `f` that count. Of all inventories only those of decided assets are read.
 */
export const decidedAway = async (
  tx: Tx,
  companyId: number,
  { where, values, of = "true" }: { readonly where: string; readonly values: unknown[]; readonly of?: string },
): Promise<DecidedAway[]> => {
  if (!(await isDecidedSomewhere(tx, companyId))) return [];
  return await tx.query(
    `with concerned as materialized (
       select distinct c.ecosystem, c.package, c.has_fix from fix_component c
       where c.company_id = $1 and ${where} and c.component_id in (
         select component_id from decision_finding where company_id = $1 and in_force and not closes and decided_count > 0)),
     own as materialized (
       select c.* from concerned join fix_component c using (ecosystem, package, has_fix) where c.company_id = $1),
     there as materialized (
       select distinct i.asset_id, u.id as component_id from inventory i cross join lateral unnest(i.component_ids) as u(id)
       where i.company_id = $1 and i.asset_id in (select asset_id from decision_asset where company_id = $1)
         and u.id in (select component_id from own)),
     decided as materialized (
       select t.asset_id, d.component_id, d.advisory_id from decision_finding d join there t using (component_id)
       where d.company_id = $1 and d.in_force and not d.closes and d.decided_count > 0
         and (d.decision_id, t.asset_id) in (select decision_id, asset_id from decision_asset where company_id = $1)),
     open as (
       select c.ecosystem, c.package, c.has_fix, t.asset_id,
         (t.asset_id, f.component_id, f.advisory_id) in (select asset_id, component_id, advisory_id from decided) as is_decided
       from own c join there t using (component_id)
       cross join lateral (
         select f.component_id, f.advisory_id from finding f where f.company_id = $1 and f.component_id = c.component_id
           and f.status = 'open' and (f.fixed_in is not null) = c.has_fix and not ${IS_CLOSED} and ${of} offset 0) f)
     select ecosystem, package, has_fix as "hasFix", array_agg(asset_id) as assets from (
       select ecosystem, package, has_fix, asset_id from open group by 1, 2, 3, 4 having bool_and(is_decided)) x
     group by 1, 2, 3`,
    values,
  );
};

/** How many assets need each of some fixes, by every inventory that the transaction may see, in their order. */
export const countAssetsOf = async (tx: Tx, companyId: number, keys: readonly FixKey[]): Promise<number[]> => {
  if (keys.length === 0) return [];
  const lists = [keys.map((key) => key.ecosystem), keys.map((key) => key.package), keys.map((key) => key.hasFix)];
  const where = `(c.ecosystem, c.package, c.has_fix) in (select * from unnest($2::text[], $3::text[], $4::boolean[])) and ${IS_NEEDED}`;
  const found = await componentsWhere(tx, where, [companyId, ...lists]);
  const nameOf = ({ ecosystem, package: name, hasFix }: FixKey): string => `${ecosystem}\n${name}\n${hasFix}`;
  const byName = new Map(found.map((one) => [nameOf(one), one.components]));
  const groups = keys.map((key) => byName.get(nameOf(key)) ?? []);
  const counts = await countHolders(tx, companyId, groups);
  const away = await decidedAway(tx, companyId, { where, values: [companyId, ...lists] });
  const awayOf = new Map(away.map((one) => [nameOf(one), one.assets.length]));
  return counts.map((count, place) => count - (awayOf.get(nameOf(keys[place] as FixKey)) ?? 0));
};
