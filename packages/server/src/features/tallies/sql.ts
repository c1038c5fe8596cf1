import type { Tx } from "../../platform/db/index.ts";
import { type ComponentFindings, NEVER, type TallyKey } from "./pack.ts";

/** Parts in which fixes are compared (count). */
export const PARTS = 256;
const PART = `(hashtext(x.package) & ${PARTS - 1})`;

/** A number for each part that has fixes, another one when the findings of any of these are other ones. */
export const partDigests = async (tx: Tx, companyId: number): Promise<Map<number, string>> => {
  const rows = await tx.query<{ part: number; digest: string }>(
    `select ${PART} as part, bit_xor(hash_record_extended(row(x.ecosystem, x.package, x.has_fix, x.content), 0))::text as digest
     from fix x where x.company_id = $1 and x.finding_count > 0 group by 1`,
    [companyId],
  );
  return new Map(rows.map(({ part, digest }) => [part, digest]));
};

/** A fix, with the number for what its findings are. */
export interface FixMark extends TallyKey {
  readonly part: number;
  readonly content: string | null;
  readonly findingCount: number;
}

/** The fixes of some parts. */
export const marksIn = (tx: Tx, companyId: number, parts: readonly number[]): Promise<FixMark[]> =>
  tx.query(
    `select x.ecosystem, x.package, x.has_fix as "hasFix", ${PART} as part, x.content::text as content, x.finding_count as "findingCount"
     from fix x where x.company_id = $1 and x.finding_count > 0 and ${PART} = any($2::int[])`,
    [companyId, parts],
  );

/** How many open findings the fixes of a company have together. */
export const findingCount = async (tx: Tx, companyId: number): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select coalesce(sum(finding_count), 0)::float8 as n from fix where company_id = $1",
      [companyId],
    )
  )[0]?.n ?? 0;

const IS_CLOSED = `exists (select 1 from vex_effect e where e.company_id = $1 and e.component_id = f.component_id
  and e.advisory_id = f.advisory_id and e.closes)`;

/** The open findings of some fixes that nothing closes, by component. Each component's are looked for in an index, once. */
export const findingsOf = (
  tx: Tx,
  companyId: number,
  keys: readonly TallyKey[],
): Promise<(TallyKey & ComponentFindings)[]> =>
  tx.query(
    `select c.ecosystem, c.package, f.fixed_in is not null as "hasFix", c.component_id as component, min(f.version) as version,
       string_agg(int4send(f.advisory_id) || int4send(f.severity_rank) || int4send(coalesce(f.kev_added_at - date '2000-01-01', ${NEVER}))
         || float4send(f.risk) || timestamptz_send(greatest(f.first_seen_at, f.reopened_at))
         || int4send(coalesce(d.assets, 0)), '') as bytes,
       string_agg(coalesce(f.fixed_in, ''), e'\\n') as fixes
     from (
       select c.component_id, g.ecosystem, g.package, array_agg(g.has_fix) as kinds
       from unnest($2::text[], $3::text[], $4::boolean[]) as g(ecosystem, package, has_fix)
       join fix_component c on c.company_id = $1 and c.ecosystem = g.ecosystem and c.package = g.package and c.has_fix = g.has_fix
       group by 1, 2, 3) c
     cross join lateral (
       select * from finding f where f.company_id = $1 and f.component_id = c.component_id offset 0) f
     left join (
       select component_id, advisory_id, max(decided_count) as assets from decision_finding
       where company_id = $1 and in_force and not closes and decided_count > 0 group by 1, 2) d
       on d.component_id = f.component_id and d.advisory_id = f.advisory_id
     where f.status = 'open' and (f.fixed_in is not null) = any(c.kinds) and not ${IS_CLOSED}
     group by 4, 3, 1, 2`,
    [companyId, keys.map((k) => k.ecosystem), keys.map((k) => k.package), keys.map((k) => k.hasFix)],
  );

/** What advisories are called. */
export const namesOf = async (tx: Tx, ids: readonly number[]): Promise<Map<number, string>> => {
  const rows = await tx.query<{ id: number; name: string }>("select id, name from advisory where id = any($1::int[])", [
    `{${ids.join(",")}}`,
  ]);
  return new Map(rows.map(({ id, name }) => [id, name]));
};
