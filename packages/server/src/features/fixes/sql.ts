import type { FixState, FixVerification } from "@zerotrace/core/fix/work";
import type { OpenSince } from "@zerotrace/core/fix/sla";
import type { Tx } from "../../platform/db/index.ts";
import { decidedCounts, type FindingFilter, findings, IS_CLOSED, isDecidedSomewhere } from "../findings/index.ts";
import { countAssetsOf, IS_NEEDED, isNeededOn } from "./assets-sql.ts";
import { fixesOf, isEverything, partsOf } from "./parts-sql.ts";

/** What names a fix. `hasFix`: of its findings a fixed version is known. */
export interface FixKey {
  readonly ecosystem: string;
  readonly package: string;
  readonly hasFix: boolean;
}

/** What people do about a fix, and what inventories say of it. */
export interface WorkRecord extends FixKey {
  readonly state: FixState;
  readonly assigneeId: string | null;
  readonly assigneeName: string | null;
  readonly assigneeEmail: string | null;
  /** A day, `YYYY-MM-DD`. */
  readonly dueOn: string | null;
  readonly note: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly updatedBy: string;
  readonly claimedAt: Date | null;
  readonly claimedBy: string | null;
  readonly claimedVersion: string | null;
  readonly verification: FixVerification | null;
  readonly verifiedAt: Date | null;
  readonly leftFindingCount: number;
  readonly notFixedCount: number;
  readonly waitingCount: number;
}

/** A fix as it stands. */
export interface FixRecord extends FixKey {
  /** Every fixed version, a line each. */
  readonly fixes: string;
  readonly findingCount: number;
  readonly advisoryCount: number;
  readonly assetCount: number;
  readonly kevCount: number;
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly none: number;
  readonly unknown: number;
  readonly weight: number;
  readonly maxRisk: number;
  readonly advisories: string | string[];
  readonly since: { readonly [K in keyof OpenSince]: string | null };
  readonly work: WorkJson | null;
}
/** A work inside another row: its times as PostgreSQL writes them in JSON. */
export type WorkJson = {
  readonly [K in keyof WorkRecord]: WorkRecord[K] extends Date | null
    ? WorkRecord[K] extends Date
      ? string
      : string | null
    : WorkRecord[K];
};

const FIX = `g.ecosystem, g.package, g.has_fix as "hasFix", g.fixes, g.finding_count as "findingCount", g.advisory_count as "advisoryCount",
  g.kev_count as "kevCount", g.critical, g.high, g.medium, g.low, g.none, g.unknown, g.weight, g.max_risk as "maxRisk",
  g.advisories, json_build_object('critical', g.critical_since, 'high', g.high_since, 'medium', g.medium_since, 'low',
    g.low_since, 'kev', g.kev_since) as since`;
const WORK = `w.ecosystem, w.package, w.has_fix as "hasFix", w.state, w.assignee_id as "assigneeId", m.name as "assigneeName",
  m.email as "assigneeEmail", w.due_on::text as "dueOn", w.note, w.created_at as "createdAt",
  date_trunc('milliseconds', w.updated_at) as "updatedAt", w.updated_by as "updatedBy", w.claimed_at as "claimedAt",
  w.claimed_by as "claimedBy", w.claimed_version as "claimedVersion", w.verification, w.verified_at as "verifiedAt",
  w.left_finding_count as "leftFindingCount", w.not_fixed_count as "notFixedCount", w.waiting_count as "waitingCount"`;
const MEMBER = "left join membership m on m.company_id = w.company_id and m.person_id = w.assignee_id";
const WITH_WORK = `left join lateral (
  select ${WORK} from fix_work w ${MEMBER}
  where w.company_id = $1 and w.ecosystem = g.ecosystem and w.package = g.package and w.has_fix = g.has_fix) w on true`;

/**
 * Fixes with the assets that need them, each asset once, whatever a filter leaves of their findings. Kept with the sums of the company; who
 * sees some assets only is told of those, which are counted.
 */
const withAssets = async <F extends FixKey & { keptCount: number | null }>(
  tx: Tx,
  companyId: number,
  rows: readonly F[],
): Promise<(Omit<F, "keptCount"> & { assetCount: number })[]> => {
  const isKept = tx.labels === null && rows.every(({ keptCount }) => keptCount !== null);
  const counts = isKept ? rows.map(({ keptCount }) => keptCount ?? 0) : await countAssetsOf(tx, companyId, rows);
  return rows.map(({ keptCount: _, ...row }, place) => ({ ...row, assetCount: counts[place] ?? 0 }));
};
type Uncounted = Omit<FixRecord, "assetCount"> & { readonly keptCount: number | null };
const KEPT = `(select x.asset_count from fix x where x.company_id = $1 and x.ecosystem = g.ecosystem and x.package = g.package
  and x.has_fix = g.has_fix) as "keptCount"`;

/** A place in the list of fixes: weight, ecosystem, package, with a fix. */
export type FixPlace = readonly [number, string, string, boolean];

/** What the whole list is, beside a page of it. */
export interface FixTotals {
  readonly count: number;
  readonly allWeight: number;
}

/**
 * A page of a filter's fixes after a place, most risk removed first. Each row has the totals of the whole list too, where it is made
 * of sums or findings: to group them once more would take as long again.
 */
export const fixesPage = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  page: { limit: number; after: FixPlace | null; summed: boolean },
): Promise<(FixRecord & FixTotals)[]> => {
  const values: unknown[] = [companyId];
  const groups = fixesOf(tx, companyId, filter, { values, summed: page.summed });
  const [weight, ecosystem, named, hasFix] = page.after ?? [];
  const at =
    page.after === null
      ? "true"
      : `(-g.weight, g.ecosystem, g.package, g.has_fix) > (-$${values.push(weight)}::float8, $${values.push(ecosystem)}::text,
          $${values.push(named)}::text, $${values.push(hasFix)}::boolean)`;
  // of stored sums reading them twice is less than putting all of them aside
  const isUsual = page.summed && isEverything(filter);
  const text = `with g as ${isUsual ? "not " : ""}materialized (${groups}),
       p as materialized (
         select ${FIX}, g.has_fix, ${KEPT} from g where ${at}
         order by -g.weight, g.ecosystem, g.package, g.has_fix limit $${values.push(page.limit)})
     select p.*, to_json(w) as work, t.count, t."allWeight" from p
     cross join (select count(*)::int as count, coalesce(sum(weight), 0)::float8 as "allWeight" from g) t
     left join lateral (
       select ${WORK} from fix_work w ${MEMBER}
       where w.company_id = $1 and w.ecosystem = p.ecosystem and w.package = p.package and w.has_fix = p.has_fix) w on true
     order by -p.weight, p.ecosystem, p.package, p.has_fix`;
  // the list that everybody opens is planned once: planning takes longer than the answer
  type Row = Uncounted & FixTotals;
  const name = page.after === null ? "fixes-first" : "fixes-next";
  const rows = isUsual ? await tx.prepared<Row>(name, text, values) : await tx.query<Row>(text, values);
  return withAssets(tx, companyId, rows);
};

/** Fixes with what is done about them and the assets that need them. */
export const withWork = async (
  tx: Tx,
  companyId: number,
  fixes: readonly Omit<FixRecord, "assetCount" | "work">[],
): Promise<FixRecord[]> => {
  const rows = await tx.query<{ keptCount: number | null; work: WorkJson | null }>(
    `select ${KEPT}, to_json(w) as work
     from unnest($2::text[], $3::text[], $4::boolean[]) with ordinality as g(ecosystem, package, has_fix, n) ${WITH_WORK} order by g.n`,
    [companyId, fixes.map((f) => f.ecosystem), fixes.map((f) => f.package), fixes.map((f) => f.hasFix)],
  );
  const whole = fixes.map((fix, i) => ({ ...fix, keptCount: rows[i]?.keptCount ?? null, work: rows[i]?.work ?? null }));
  return await withAssets(tx, companyId, whole);
};

/** How many fixes a filter has, and the risk of all of them. */
export const fixTotals = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  summed: boolean,
): Promise<FixTotals> => {
  const values: unknown[] = [];
  const groups = fixesOf(tx, companyId, filter, { values, summed });
  const [row] = await tx.query<FixTotals>(
    `select count(*)::int as count, coalesce(sum(g.weight), 0)::float8 as "allWeight" from (${groups}) g`,
    values,
  );
  return row as FixTotals;
};

/** What of the risk of all that is open, by which fixes are ranked, goes with these findings. */
export const weightWith = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<number> => {
  const decided = (await isDecidedSomewhere(tx, companyId)) ? decidedCounts(tx) : null;
  const weight = (where: string): string => {
    const parts = partsOf(
      `${findings(tx)} f`,
      `f.company_id = $1 and f.status = 'open' and not ${IS_CLOSED} and ${where}
         and (f.ecosystem, coalesce(f.source, f.package), f.fixed_in is not null) in (select ecosystem, package, has_fix from touched)`,
      { decided },
    );
    return `select coalesce(sum(p.weight), 0) from (${parts}) p`;
  };
  const [row] = await tx.query<{ taken: number }>(
    `with gone as materialized (select id from unnest($2::uuid[]) as g(id)),
     touched as materialized (
       select distinct f.ecosystem, coalesce(f.source, f.package) as package, f.fixed_in is not null as has_fix
       from finding f where f.company_id = $1 and f.id in (select id from gone))
     select ((${weight("true")}) - (${weight("f.id not in (select id from gone)")}))::float8 as taken`,
    [companyId, ids],
  );
  return row?.taken ?? 0;
};

/** One fix, with what is done about it; null where neither is. `fix` null: nothing that it closes is open. */
export const fixByKey = async (
  tx: Tx,
  companyId: number,
  key: FixKey,
  { filter, summed }: { filter: FindingFilter; summed: boolean },
): Promise<FixRecord | null> => {
  const values: unknown[] = [companyId];
  const one = { ...filter, ecosystem: key.ecosystem, package: key.package, fix: key.hasFix };
  const groups = fixesOf(tx, companyId, one, { values, summed });
  const rows = await tx.query<Uncounted>(
    `select ${FIX}, ${KEPT}, to_json(w) as work from (${groups}) g ${WITH_WORK}`,
    values,
  );
  return (await withAssets(tx, companyId, rows))[0] ?? null;
};

const OF_KEY = "w.company_id = $1 and w.ecosystem = $2 and w.package = $3 and w.has_fix = $4";
const valuesOf = (companyId: number, key: FixKey): unknown[] => [companyId, key.ecosystem, key.package, key.hasFix];

/** What is done about one fix; null: nothing was said. */
export const workOn = async (tx: Tx, companyId: number, key: FixKey): Promise<WorkRecord | null> =>
  (
    await tx.query<WorkRecord>(`select ${WORK} from fix_work w ${MEMBER} where ${OF_KEY}`, valuesOf(companyId, key))
  )[0] ?? null;

/** A filter of work. */
export interface WorkFilter {
  readonly state: FixState | null;
  readonly verification: FixVerification | null;
  readonly assigneeId: string | null;
}

/** A page of what is done about fixes after a place, what changed last first; with the fix where something of it is open. */
export const workPage = (
  tx: Tx,
  companyId: number,
  filter: WorkFilter,
  page: { limit: number; after: readonly [string, string, string, boolean] | null },
): Promise<(WorkRecord & { findingCount: number; assetCount: number; fixedIn: string | null })[]> =>
  tx.query(
    `select ${WORK}, coalesce(g.finding_count, 0) as "findingCount", coalesce(g.asset_count, 0) as "assetCount",
       coalesce(g.fixed_in, w.claimed_version) as "fixedIn"
     from fix_work w ${MEMBER}
     left join fix g on g.company_id = w.company_id and g.ecosystem = w.ecosystem and g.package = w.package
       and g.has_fix = w.has_fix
     where w.company_id = $1 and ($2::text is null or w.state = $2) and ($3::text is null or w.verification = $3)
       and ($4::uuid is null or w.assignee_id = $4)
       and ($5::timestamptz is null or
         (date_trunc('milliseconds', w.updated_at), w.ecosystem, w.package, w.has_fix) < ($5, $6, $7, $8))
     order by date_trunc('milliseconds', w.updated_at) desc, w.ecosystem desc, w.package desc, w.has_fix desc limit $9`,
    [
      companyId,
      filter.state,
      filter.verification,
      filter.assigneeId,
      ...(page.after ?? [null, null, null, null]),
      page.limit,
    ],
  );

/** How many works a filter has. */
export const countWork = async (tx: Tx, companyId: number, filter: WorkFilter): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from fix_work w where w.company_id = $1 and ($2::text is null or w.state = $2)
         and ($3::text is null or w.verification = $3) and ($4::uuid is null or w.assignee_id = $4)`,
      [companyId, filter.state, filter.verification, filter.assigneeId],
    )
  )[0]?.n ?? 0;

/** A member who may be given work; null where the company has none such. */
export const memberOf = async (
  tx: Tx,
  companyId: number,
  personId: string,
): Promise<{ id: string; name: string } | null> =>
  (
    await tx.query<{ id: string; name: string }>(
      "select person_id as id, name from membership where company_id = $1 and person_id = $2 and deactivated_at is null",
      [companyId, personId],
    )
  )[0] ?? null;

/** Every member who may be given work, by name (count: 500). */
export const membersOf = (tx: Tx, companyId: number): Promise<{ id: string; name: string; email: string }[]> =>
  tx.query(
    `select person_id as id, name, email from membership where company_id = $1 and deactivated_at is null
     order by name, person_id limit 500`,
    [companyId],
  );

/** What a person says of the work. */
export interface WorkSaid {
  readonly state: FixState;
  readonly assigneeId: string | null;
  readonly dueOn: string | null;
  readonly note: string;
  readonly by: string;
  /** Called done just now: of this version. False: as it was; null: no longer. */
  readonly claim: { readonly version: string | null } | false | null;
}

/** Stores what is done about a fix. */
export const putWork = async (tx: Tx, companyId: number, key: FixKey, said: WorkSaid): Promise<void> => {
  const { state, assigneeId, dueOn, note, by, claim } = said;
  await tx.query(
    `insert into fix_work as w (company_id, ecosystem, package, has_fix, state, assignee_id, due_on, note, updated_by,
       claimed_at, claimed_by, claimed_version, verification)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $10 then now() end, case when $10 then $9 end, $11,
       case when $10 then 'waiting' end)
     on conflict (company_id, ecosystem, package, has_fix) do update set state = excluded.state,
       assignee_id = excluded.assignee_id, due_on = excluded.due_on, note = excluded.note, updated_at = now(),
       updated_by = excluded.updated_by`,
    [
      ...valuesOf(companyId, key),
      state,
      assigneeId,
      dueOn,
      note,
      by,
      claim !== null && claim !== false,
      claim ? claim.version : null,
    ],
  );
  if (claim === false) return;
  await tx.query(
    `update fix_work w set claimed_at = case when $5 then now() end, claimed_by = case when $5 then $6::text end,
       claimed_version = $7, verification = case when $5 then 'waiting' end, verified_at = null, left_finding_count = 0,
       not_fixed_count = 0, waiting_count = 0, left_components = '{}' where ${OF_KEY}`,
    [...valuesOf(companyId, key), claim !== null, by, claim?.version ?? null],
  );
};

/** Names of the installed packages of a fix, sorted (count: 50). */
export const installedOf = async (tx: Tx, companyId: number, key: FixKey): Promise<string[]> =>
  (
    await tx.query<{ package: string }>(
      `select distinct f.package from (
         select c.component_id from fix_component c
         where c.company_id = $1 and c.ecosystem = $2 and c.package = $3 and c.has_fix = $4 limit 500) c
       cross join lateral (
         select f.package from finding f where f.company_id = $1 and f.component_id = c.component_id limit 1) f
       order by 1 limit 50`,
      valuesOf(companyId, key),
    )
  ).map((row) => row.package);

/** Assets that have a component of a fix, or need it still after it was called done, by (name, id). Not those where it is decided otherwise. */
export const fixAssets = async (
  tx: Tx,
  companyId: number,
  key: FixKey,
  page: { limit: number; after: readonly [string, string] | null; left: boolean },
): Promise<{ id: string; name: string; kind: string; os: string; inventoryAt: Date | null; versions: string[] }[]> => {
  const needed = page.left
    ? `select w.company_id, unnest(w.left_components) as component_id, w.has_fix from fix_work w where ${OF_KEY}`
    : `select c.company_id, c.component_id, c.has_fix from fix_component c where ${OF_KEY.replaceAll("w.", "c.")} and ${IS_NEEDED}`;
  const there = (await isDecidedSomewhere(tx, companyId)) ? isNeededOn("a.id") : "true";
  return await tx.query(
    `with needed as materialized (${needed})
     select a.id, a.name, a.kind, a.os, a.inventory_at as "inventoryAt", x.versions from asset a
     cross join lateral (
       select array_agg(distinct f.version order by f.version) as versions from inventory i
       cross join lateral unnest(i.component_ids) u(component_id)
       join needed c on c.component_id = u.component_id
       cross join lateral (
         select f.version from finding f where f.company_id = $1 and f.component_id = u.component_id limit 1) f
       where i.company_id = $1 and i.asset_id = a.id and ${there}) x
     where a.company_id = $1 and x.versions is not null and ($5::text is null or (a.name, a.id) > ($5, $6::uuid))
     order by a.name, a.id limit $7`,
    [...valuesOf(companyId, key), page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
};
