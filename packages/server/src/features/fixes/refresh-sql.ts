import type { FixVerification } from "@zerotrace/core/fix/work";
import type { Tx } from "../../platform/db/index.ts";
import { decidedCounts, IS_CLOSED, isDecidedSomewhere } from "../findings/index.ts";
import { componentsOfFixes, type DecidedAway, decidedAway, type FixComponents } from "./assets-sql.ts";
import { FROM_PARTS, partsOf } from "./parts-sql.ts";
import type { FixKey } from "./sql.ts";

/** Fixes whose findings are sorted in the memory that every statement has (count). */
const SORTED_MAX = 50;
/** Works that are checked at a time, what changed last first (count). */
const CLAIMS_MAX = 500;

/** Keys as three arrays for `unnest`. */
const listsOf = (keys: readonly FixKey[]): [string[], string[], boolean[]] => [
  keys.map((key) => key.ecosystem),
  keys.map((key) => key.package),
  keys.map((key) => key.hasFix),
];
const GIVEN = "unnest($2::text[], $3::text[], $4::boolean[]) as g(ecosystem, package, has_fix)";
const KEY = `ecosystem, package, has_fix as "hasFix"`;
const isGiven = (table: string, given: readonly FixKey[] | null): string =>
  given === null
    ? "true"
    : `(${table}.ecosystem, ${table}.package, ${table}.has_fix) in (select g.ecosystem, g.package, g.has_fix from ${GIVEN})`;
const valuesOf = (companyId: number, given: readonly FixKey[] | null): unknown[] => [
  companyId,
  ...(given === null ? [] : listsOf(given)),
];

const OPEN_ALL = `select distinct f.component_id, f.ecosystem, coalesce(f.source, f.package) as package,
    f.fixed_in is not null as has_fix from finding f where f.company_id = $1 and f.status = 'open'`;
/** A look into an index for each component, whatever the planner thinks of how many there are; of each kind the first that is found tells. */
const OPEN_TOUCHED = `select t.id as component_id, f.ecosystem, f.package, k.has_fix
    from unnest($2::int[]) as t(id) cross join (values (true), (false)) as k(has_fix) cross join lateral (
      select f.ecosystem, coalesce(f.source, f.package) as package from (
        select f.ecosystem, f.source, f.package, f.fixed_in, f.status from finding f
        where f.company_id = $1 and f.component_id = t.id offset 0) f
      where f.status = 'open' and (f.fixed_in is not null) = k.has_fix limit 1) f`;

/** Makes the components of fixes true, of some components or of all. Returns the fixes that these concern or concerned, each once. */
export const refreshComponents = (tx: Tx, companyId: number, touched: readonly number[] | null): Promise<FixKey[]> =>
  tx.query(
    `with open as materialized (${touched === null ? OPEN_ALL : OPEN_TOUCHED}),
       gone as (
         delete from fix_component c where c.company_id = $1 ${touched === null ? "" : "and c.component_id = any($2)"}
           and not exists (select 1 from open o where o.component_id = c.component_id and o.has_fix = c.has_fix)
         returning c.ecosystem, c.package, c.has_fix),
       added as (
         insert into fix_component (company_id, component_id, ecosystem, package, has_fix)
         select $1, component_id, ecosystem, package, has_fix from open on conflict do nothing)
     select ${KEY} from open union select ${KEY} from gone`,
    touched === null ? [companyId] : [companyId, touched],
  );

/** What is closed of each fix, and what on some assets alone, with these assets: a table `d`, made once. */
const DECIDED = `with assets as materialized (
    select decision_id, bit_xor(uuid_hash_extended(asset_id, 0)) as key from decision_asset where company_id = $1 group by 1),
  said as materialized (
    select component_id, advisory_id, hashint8extended((component_id::bigint << 32) | advisory_id, 0) as key
    from vex_effect where company_id = $1 and closes
    union all
    select c.component_id, c.advisory_id,
      hash_record_extended(row(c.component_id, c.advisory_id, c.decision_id, c.decided_count, a.key), 0)
    from decision_finding c join assets a using (decision_id)
    where c.company_id = $1 and c.in_force and not c.closes and c.decided_count > 0),
  d as materialized (
    select f.ecosystem, coalesce(f.source, f.package) as package, f.fixed_in is not null as has_fix, bit_xor(e.key) as key
    from said e join finding f on f.company_id = $1 and f.component_id = e.component_id and f.advisory_id = e.advisory_id
    where f.status = 'open' group by 1, 2, 3)`;

/** Fixes of which statements or decisions close something else than when they were summed last. */
export const decidedAnew = (tx: Tx, companyId: number): Promise<FixKey[]> =>
  tx.query(
    `${DECIDED}
     select ${KEY} from d full join (
       select ecosystem, package, has_fix, decided_key from fix where company_id = $1 and decided_key is not null) x
       using (ecosystem, package, has_fix)
     where d.key is distinct from x.decided_key`,
    [companyId],
  );

/** Each component's findings are read once, also where both its fixes are asked for. */
const FINDINGS_GIVEN = `(
    select f.* from (
      select c.component_id, array_agg(c.has_fix) as kinds from ${GIVEN}
      join fix_component c on c.company_id = $1 and c.ecosystem = g.ecosystem and c.package = g.package and c.has_fix = g.has_fix
      group by 1) c
    cross join lateral (
      select * from finding f where f.company_id = $1 and f.component_id = c.component_id offset 0) f
    where f.status = 'open' and (f.fixed_in is not null) = any(c.kinds)) f`;

/** Sums the open findings of some fixes, or of all, into a temporary table. */
export const stageParts = async (tx: Tx, companyId: number, given: readonly FixKey[] | null): Promise<void> => {
  const where = `f.company_id = $1 and f.status = 'open' and not ${IS_CLOSED}`;
  // of many there are millions: sorted on the disk they take several times as long
  if (given === null || given.length > SORTED_MAX) await tx.query("set local work_mem = '256MB'");
  const decided = (await isDecidedSomewhere(tx, companyId)) ? decidedCounts(tx) : null;
  const parts = partsOf(given === null ? "finding f" : FINDINGS_GIVEN, where, { hasContent: true, decided });
  await tx.query(`create temp table part_stage on commit drop as ${parts}`, valuesOf(companyId, given));
};

/** Stores the parts that differ from what is stored, and forgets those that are gone. */
export const writeParts = async (tx: Tx, companyId: number, given: readonly FixKey[] | null): Promise<void> => {
  await tx.query(
    `delete from fix_part p where p.company_id = $1 and ${isGiven("p", given)} and not exists (
       select 1 from part_stage s where s.ecosystem = p.ecosystem and s.package = p.package and s.has_fix = p.has_fix
         and s.severity_rank = p.severity_rank and s.is_kev = p.is_kev)`,
    valuesOf(companyId, given),
  );
  await tx.query(
    `insert into fix_part as p (company_id, ecosystem, package, has_fix, severity_rank, is_kev, fixes, finding_count,
       advisory_count, weight, max_risk, advisories, since, kev_since)
     select $1, ecosystem, package, has_fix, severity_rank, is_kev, fixes,
       finding_count, advisory_count, weight, max_risk, advisories, since, kev_since from part_stage
     on conflict (company_id, ecosystem, package, has_fix, severity_rank, is_kev) do update set fixes = excluded.fixes,
       finding_count = excluded.finding_count, advisory_count = excluded.advisory_count, weight = excluded.weight,
       max_risk = excluded.max_risk, advisories = excluded.advisories, since = excluded.since,
       kev_since = excluded.kev_since
     where (p.fixes, p.finding_count, p.advisory_count, p.weight, p.max_risk, p.advisories, p.since, p.kev_since)
       is distinct from (excluded.fixes, excluded.finding_count, excluded.advisory_count, excluded.weight,
         excluded.max_risk, excluded.advisories, excluded.since, excluded.kev_since)`,
    [companyId],
  );
};

/** Every fixed version of each fix that was summed, a line each. */
export const stagedFixes = (tx: Tx): Promise<(FixKey & { fixes: string | null })[]> =>
  tx.query(`select ${KEY}, string_agg(fixes, e'\\n') as fixes from part_stage group by 1, 2, 3`);

/** Components that the fixes concern which are summed, of some or of all. */
export const stagedComponents = (
  tx: Tx,
  companyId: number,
  given: readonly FixKey[] | null,
): Promise<FixComponents[]> => componentsOfFixes(tx, isGiven("c", given), valuesOf(companyId, given));

/** Assets that need the fixes no more which are summed, as decisions stand there. */
export const stagedAway = (tx: Tx, companyId: number, given: readonly FixKey[] | null): Promise<DecidedAway[]> =>
  decidedAway(tx, companyId, { where: isGiven("c", given), values: valuesOf(companyId, given) });

const SUMMED = `fixed_in, finding_count, advisory_count, asset_count, kev_count, critical, high, medium, low, none, unknown, weight, max_risk,
  advisories, critical_since, high_since, medium_since, low_since, kev_since, content, decided_key`;
const listed = (table: string): string => SUMMED.replaceAll(/\w+/g, (column) => `${table}.${column}`);

/** Stores the fixes that differ from what is stored, with the highest fixed version and the assets of each. Returns which. */
export const writeFixes = async (
  tx: Tx,
  companyId: number,
  given: readonly FixKey[] | null,
  facts: readonly (FixKey & { fixedIn: string | null; assetCount: number })[],
): Promise<FixKey[]> => {
  const gone = await tx.query<FixKey>(
    `delete from fix x where x.company_id = $1 and ${isGiven("x", given)}
       and not exists (select 1 from part_stage s
         where s.ecosystem = x.ecosystem and s.package = x.package and s.has_fix = x.has_fix)
       and x.decided_key is null returning ${KEY}`,
    valuesOf(companyId, given),
  );
  const lists = listsOf(facts);
  const written = await tx.query<FixKey>(
    `with summed as (
       select ${FROM_PARTS}, bit_xor(p.content) as content from part_stage p group by 1, 2, 3)
     insert into fix as x (company_id, ecosystem, package, has_fix, ${SUMMED})
     select $1, s.ecosystem, s.package, s.has_fix, v.fixed_in, s.finding_count, s.advisory_count, v.asset_count, s.kev_count, s.critical, s.high,
       s.medium, s.low, s.none, s.unknown, s.weight, s.max_risk, (string_to_array(s.advisories, e'\\n'))[1:10],
       s.critical_since, s.high_since, s.medium_since, s.low_since, s.kev_since, s.content, o.decided_key
     from summed s join unnest($2::text[], $3::text[], $4::boolean[], $5::text[], $6::int[])
       as v(ecosystem, package, has_fix, fixed_in, asset_count)
       using (ecosystem, package, has_fix)
     left join fix o on o.company_id = $1 and o.ecosystem = s.ecosystem and o.package = s.package and o.has_fix = s.has_fix
     on conflict (company_id, ecosystem, package, has_fix) do update
       set (${SUMMED}) = row(${listed("excluded")})
     where (${listed("x")}) is distinct from (${listed("excluded")})
     returning x.ecosystem, x.package, x.has_fix as "hasFix"`,
    [companyId, ...lists, facts.map((one) => one.fixedIn), facts.map((one) => one.assetCount)],
  );
  return [...gone, ...written];
};

/** Remembers what statements and decisions close of each fix: one of which all is closed stays, with nothing open. */
export const writeDecided = async (tx: Tx, companyId: number, given: readonly FixKey[]): Promise<void> => {
  await tx.query(
    `${DECIDED}
     insert into fix as x (company_id, ecosystem, package, has_fix, finding_count, asset_count, kev_count, critical, high,
       medium, low, none, unknown, weight, max_risk, advisories, decided_key)
     select $1, d.ecosystem, d.package, d.has_fix, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', d.key from d
     where ${isGiven("d", given)}
     on conflict (company_id, ecosystem, package, has_fix) do update set decided_key = excluded.decided_key`,
    valuesOf(companyId, given),
  );
  await tx.query(
    `${DECIDED}
     update fix x set decided_key = null where x.company_id = $1 and x.decided_key is not null and ${isGiven("x", given)}
       and not exists (select 1 from d
         where d.ecosystem = x.ecosystem and d.package = x.package and d.has_fix = x.has_fix)`,
    valuesOf(companyId, given),
  );
};

/** Of fixes of which nothing is open any more but all was decided: nothing is summed. */
export const emptyDecided = async (tx: Tx, companyId: number, given: readonly FixKey[]): Promise<void> => {
  await tx.query(
    `update fix x set fixed_in = null, finding_count = 0, advisory_count = 0, asset_count = 0, kev_count = 0, critical = 0, high = 0, medium = 0,
       low = 0, none = 0, unknown = 0, weight = 0, max_risk = 0, advisories = '{}', critical_since = null, high_since = null,
       medium_since = null, low_since = null, kev_since = null
     where x.company_id = $1 and x.finding_count > 0 and ${isGiven("x", given)} and not exists (
       select 1 from part_stage s where s.ecosystem = x.ecosystem and s.package = x.package and s.has_fix = x.has_fix)`,
    valuesOf(companyId, given),
  );
};

/** A work that was called done, with what is stored of its verification. */
export interface Claim extends FixKey {
  readonly claimedAt: Date;
  readonly claimedVersion: string | null;
  readonly verification: FixVerification | null;
  readonly verifiedAt: Date | null;
  readonly leftFindingCount: number;
  readonly notFixedCount: number;
  readonly waitingCount: number;
  /** Every fixed version of what is open of it. */
  readonly fixes: string[];
}

/** What was called done, what changed last first. */
export const claims = (tx: Tx, companyId: number): Promise<Claim[]> =>
  tx.query(
    `select w.ecosystem, w.package, w.has_fix as "hasFix", w.claimed_at as "claimedAt", w.claimed_version as "claimedVersion",
       w.verification, w.verified_at as "verifiedAt", w.left_finding_count as "leftFindingCount",
       w.not_fixed_count as "notFixedCount", w.waiting_count as "waitingCount",
       coalesce((select array_agg(distinct v) from fix_part p cross join lateral unnest(string_to_array(p.fixes, e'\\n') || array['']) as v
         where p.company_id = w.company_id and p.ecosystem = w.ecosystem and p.package = w.package
           and p.has_fix = w.has_fix), '{}') as fixes
     from fix_work w where w.company_id = $1 and w.claimed_at is not null order by w.updated_at desc limit ${CLAIMS_MAX}`,
    [companyId],
  );

/** What is open of a fix whose fixed version is one of these, or of any where none is known. */
export const leftOf = async (
  tx: Tx,
  companyId: number,
  { key, fixes, claimedAt }: { key: FixKey; fixes: readonly string[]; claimedAt: Date },
): Promise<{ findingCount: number; isReopened: boolean; components: number[] }> => {
  const [row] = await tx.query<{ findingCount: number; isReopened: boolean; components: number[] }>(
    `select count(*)::int as "findingCount", coalesce(bool_or(f.reopened_at > $6), false) as "isReopened",
       coalesce(array_agg(distinct f.component_id), '{}') as components
     from fix_component c cross join lateral (
       select * from finding f where f.company_id = $1 and f.component_id = c.component_id offset 0) f
     where c.company_id = $1 and c.ecosystem = $2 and c.package = $3 and c.has_fix = $4 and f.status = 'open'
       and (f.fixed_in is not null) = c.has_fix and (f.fixed_in is null or f.fixed_in = any($5::text[])) and not ${IS_CLOSED}`,
    [companyId, key.ecosystem, key.package, key.hasFix, fixes, claimedAt],
  );
  return row as { findingCount: number; isReopened: boolean; components: number[] };
};

/** Assets that need no more what is left of a fix, as decisions stand there. */
export const leftAway = async (
  tx: Tx,
  companyId: number,
  { key, fixes }: { readonly key: FixKey; readonly fixes: readonly string[] },
): Promise<ReadonlySet<string>> => {
  const away = await decidedAway(tx, companyId, {
    where: "c.ecosystem = $2 and c.package = $3 and c.has_fix = $4",
    of: "(f.fixed_in is null or f.fixed_in = any($5::text[]))",
    values: [companyId, key.ecosystem, key.package, key.hasFix, fixes],
  });
  return new Set(away.flatMap(({ assets }) => assets));
};

/** Of assets, how many have reported since a moment, and how many have not. */
export const reportedSince = async (
  tx: Tx,
  companyId: number,
  assets: readonly string[],
  at: Date,
): Promise<{ since: number; before: number }> => {
  const [row] = await tx.query<{ since: number; before: number }>(
    `select count(*) filter (where a.inventory_at > $3)::int as since,
       count(*) filter (where a.inventory_at <= $3 or a.inventory_at is null)::int as before
     from asset a where a.company_id = $1 and a.id = any($2::uuid[])`,
    [companyId, assets, at],
  );
  return row as { since: number; before: number };
};

/** Assets that have one of some components, where nobody remembers it. */
export const assetsHolding = async (tx: Tx, companyId: number, components: readonly number[]): Promise<string[]> =>
  (
    await tx.query<{ id: string }>(
      `select distinct i.asset_id as id from inventory i cross join lateral unnest(i.component_ids) as u(component_id)
       where i.company_id = $1 and u.component_id = any($2::int[])`,
      [companyId, components],
    )
  ).map(({ id }) => id);

/** Stores what inventories say of a work that was called done. */
export const writeVerification = async (
  tx: Tx,
  companyId: number,
  key: FixKey,
  said: {
    verification: FixVerification;
    leftFindingCount: number;
    notFixedCount: number;
    waitingCount: number;
    components: readonly number[];
  },
): Promise<void> => {
  await tx.query(
    `update fix_work w set verification = $5, left_finding_count = $6, not_fixed_count = $7, waiting_count = $8,
       left_components = $9, verified_at = case when $5 = 'verified' then coalesce(w.verified_at, now()) else w.verified_at end
     where w.company_id = $1 and w.ecosystem = $2 and w.package = $3 and w.has_fix = $4`,
    [
      companyId,
      key.ecosystem,
      key.package,
      key.hasFix,
      said.verification,
      said.leftFindingCount,
      said.notFixedCount,
      said.waitingCount,
      said.components,
    ],
  );
};
