import type { Component } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";

/** A component as the dictionary keeps it: all texts, empty where there is none. */
export interface DictionaryEntry {
  readonly component: Component;
  /** The package by which it is judged: its own, or its owner's. */
  readonly packageEcosystem: string;
  readonly packageName: string;
  readonly judgedVersion: string;
  readonly purl: string;
}

const columnsOf = (entries: readonly DictionaryEntry[]): string[][] => [
  entries.map((e) => e.component.ecosystem),
  entries.map((e) => e.component.name),
  entries.map((e) => e.component.version),
  entries.map((e) => e.component.arch ?? ""),
  entries.map((e) => e.component.source?.name ?? ""),
  entries.map((e) => e.component.source?.version ?? ""),
  entries.map((e) => e.component.ownedBy?.ecosystem ?? ""),
  entries.map((e) => e.component.ownedBy?.name ?? ""),
  entries.map((e) => e.component.ownedBy?.version ?? ""),
];

/** The columns that make a component one, in the order of `columnsOf`, and as parameters. */
const IDENTITY = `ecosystem, name, version, arch, source_name, source_version, owner_ecosystem, owner_name, owner_version`;
const IDENTITY_PARAMETERS = Array.from({ length: 9 }, (_, i) => `$${i + 1}::text[]`).join(", ");

/**
 * Adds what is missing to the dictionary and returns the id of each entry, in order. Entries must be sorted, so that two
 * callers lock in the same order and cannot deadlock.
 */
export const internComponents = async (tx: Tx, entries: readonly DictionaryEntry[]): Promise<number[]> => {
  await tx.query(
    `insert into package (ecosystem, name)
     select distinct e, n from unnest($1::text[], $2::text[]) as t(e, n) order by 1, 2
     on conflict do nothing`,
    [entries.map((e) => e.packageEcosystem), entries.map((e) => e.packageName)],
  );
  const columns = columnsOf(entries);
  await tx.query(
    `insert into component (${IDENTITY}, package_id, judged_version, purl)
     select t.e, t.n, t.v, t.a, t.sn, t.sv, t.oe, t.o, t.ov, p.id, t.jv, t.purl
     from unnest(${IDENTITY_PARAMETERS}, $10::text[], $11::text[], $12::text[], $13::text[])
       with ordinality as t(e, n, v, a, sn, sv, oe, o, ov, pe, pn, jv, purl, i)
     join package p on p.ecosystem = t.pe and p.name = t.pn
     order by t.i
     on conflict do nothing`,
    [
      ...columns,
      entries.map((e) => e.packageEcosystem),
      entries.map((e) => e.packageName),
      entries.map((e) => e.judgedVersion),
      entries.map((e) => e.purl),
    ],
  );
  const rows = await tx.query<{ id: number }>(
    `select c.id
     from unnest(${IDENTITY_PARAMETERS}) with ordinality as t(e, n, v, a, sn, sv, oe, o, ov, i)
     join component c on c.ecosystem = t.e and c.name = t.n and c.version = t.v and c.arch = t.a
       and c.source_name = t.sn and c.source_version = t.sv and c.owner_ecosystem = t.oe and c.owner_name = t.o
       and c.owner_version = t.ov
     order by t.i`,
    columns,
  );
  return rows.map((r) => r.id);
};

/** Serializes judging (shared) against the publication of a generation (exclusive) until the transaction ends. */
export const lockJudging = async (tx: Tx, mode: "shared" | "exclusive"): Promise<void> => {
  await tx.query(
    mode === "shared" ? "select pg_advisory_xact_lock_shared(7301)" : "select pg_advisory_xact_lock(7301)",
  );
};

export interface ToJudge {
  readonly id: number;
  readonly ecosystem: string;
  readonly packageName: string;
  readonly version: string;
  /** The package is the owner of the component and not the component itself. */
  readonly isOwned: boolean;
}

/**
 * Components that no generation in force has judged, by id. Locked, so that two judges never take the same; what another is
 * judging is waited for and not skipped, as its matches are needed before the findings can be computed.
 */
export const componentsToJudge = async (tx: Tx, limit: number): Promise<ToJudge[]> =>
  await tx.query<ToJudge>(
    `select c.id, p.ecosystem, p.name as "packageName", c.judged_version as version, c.owner_name <> '' as "isOwned"
     from component c join package p on p.id = c.package_id
     where c.judged_generation is null order by c.id limit $1 for update of c`,
    [limit],
  );

export interface Judged {
  readonly id: number;
  readonly verdict: string;
  readonly reason: string | null;
}

export interface JudgedMatch {
  readonly componentId: number;
  /** The group's name. */
  readonly advisory: string;
  readonly recordId: string;
  readonly fixedIn: string | null;
  readonly urgency: string;
  readonly risk: number;
}

/** A component and an advisory of whose match something is other than before. */
export interface ChangedMatch {
  readonly componentId: number;
  readonly advisoryId: number;
}

/**
 * Makes the matches of these components equal to what was judged: writes the differences alone, and answers them, with those whose
 * advisory is one of `changedAdvisories`.
 */
const replaceMatches = async (
  tx: Tx,
  ids: readonly number[],
  matches: readonly JudgedMatch[],
  changedAdvisories: readonly number[],
): Promise<ChangedMatch[]> =>
  await tx.query<ChangedMatch>(
    `with judged as materialized (
       select t.c as component_id, a.id as advisory_id, t.r as record_id, t.f as fixed_in, t.u as urgency, t.risk
       from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::real[]) as t(c, a, r, f, u, risk)
       join advisory a on a.name = t.a),
     gone as (
       delete from component_match m where m.component_id = any($1::int[]) and not exists (
         select 1 from judged j where j.component_id = m.component_id and j.advisory_id = m.advisory_id)
       returning m.component_id, m.advisory_id),
     put as (
       insert into component_match (component_id, advisory_id, record_id, fixed_in, urgency, risk)
       select j.* from judged j left join component_match o
         on o.component_id = j.component_id and o.advisory_id = j.advisory_id
       where o.component_id is null or (o.record_id, o.fixed_in, o.urgency, o.risk)
         is distinct from (j.record_id, j.fixed_in, j.urgency, j.risk)
       on conflict (component_id, advisory_id) do update set record_id = excluded.record_id,
         fixed_in = excluded.fixed_in, urgency = excluded.urgency, risk = excluded.risk
       returning component_id, advisory_id)
     select component_id as "componentId", advisory_id as "advisoryId" from gone
     union select component_id, advisory_id from put
     union select component_id, advisory_id from judged where advisory_id = any($8::int[])`,
    [
      `{${ids.join(",")}}`,
      matches.map((m) => m.componentId),
      matches.map((m) => m.advisory),
      matches.map((m) => m.recordId),
      matches.map((m) => m.fixedIn),
      matches.map((m) => m.urgency),
      matches.map((m) => m.risk),
      `{${changedAdvisories.join(",")}}`,
    ],
  );

/** What a component adds to the sums of an asset that has it. */
export interface ComponentSums {
  readonly id: number;
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly none: number;
  readonly unknown: number;
  readonly kev: number;
  readonly risk: number;
  /** What its verdict counts as; null for one that counts as nothing. */
  readonly coverage: "covered" | "not_covered" | "unparsable" | null;
  /** By which it is judged. */
  readonly ecosystem: string;
}

const SUMS = `c.id, c.critical, c.high, c.medium, c.low, c.none, c.unknown, c.kev_count as kev, c.max_risk as risk,
  case when c.verdict in ('affected', 'not_affected') then 'covered'
    when c.verdict_reason in ('no_feed', 'end_of_life') then 'not_covered'
    when c.verdict_reason in ('unparsable', 'no_stream') then 'unparsable' end as coverage,
  (select p.ecosystem from package p where p.id = c.package_id) as ecosystem`;

/** The sums of components, in any order. */
export const componentSums = async (tx: Tx, ids: readonly number[]): Promise<ComponentSums[]> =>
  await tx.query(`select ${SUMS} from component c where c.id = any($1::int[])`, [`{${ids.join(",")}}`]);

/** What writing judgements changed. */
export interface Written {
  /** Matches that are other than before, or are of one of the changed advisories, each once. */
  readonly changed: readonly ChangedMatch[];
  /** What the components add to sums now, in any order; null when not asked for. */
  readonly sums: readonly ComponentSums[] | null;
}

/** Replaces the verdicts and matches of these components and their sums, which are answered when `changedAdvisories` is given. */
export const writeJudgements = async (
  tx: Tx,
  generation: number,
  judged: readonly Judged[],
  matches: readonly JudgedMatch[],
  changedAdvisories?: readonly number[],
): Promise<Written> => {
  const ids = judged.map((j) => j.id);
  const changed = await replaceMatches(tx, ids, matches, changedAdvisories ?? []);
  const sums = await tx.query<ComponentSums>(
    `with sums as (
       select m.component_id,
         count(*) filter (where a.severity = 'critical') as critical, count(*) filter (where a.severity = 'high') as high,
         count(*) filter (where a.severity = 'medium') as medium, count(*) filter (where a.severity = 'low') as low,
         count(*) filter (where a.severity = 'none') as none, count(*) filter (where a.severity = 'unknown') as unknown,
         count(a.kev_added_at) as kev, count(m.fixed_in) as fixable, max(m.risk) as risk
       from component_match m join advisory a on a.id = m.advisory_id
       where m.component_id = any($2::int[]) group by 1)
     update component c set judged_generation = $1, verdict = t.verdict, verdict_reason = t.reason,
       critical = coalesce(s.critical, 0), high = coalesce(s.high, 0), medium = coalesce(s.medium, 0),
       low = coalesce(s.low, 0), none = coalesce(s.none, 0), unknown = coalesce(s.unknown, 0),
       kev_count = coalesce(s.kev, 0), fixable = coalesce(s.fixable, 0), max_risk = coalesce(s.risk, 0)
     from unnest($2::int[], $3::text[], $4::text[]) as t(id, verdict, reason)
     left join sums s on s.component_id = t.id
     where c.id = t.id ${changedAdvisories ? `returning ${SUMS}` : ""}`,
    [generation, ids, judged.map((j) => j.verdict), judged.map((j) => j.reason)],
  );
  return { changed, sums: changedAdvisories ? sums : null };
};

/** What a new generation changed; all of it is to be judged again. Returns how many components that is. */
export const forgetJudgements = async (
  tx: Tx,
  changed: {
    packages: readonly { ecosystem: string; name: string }[];
    ecosystems: readonly string[];
    advisoryIds: readonly number[];
  },
): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `with changed as (
       update component c set judged_generation = null
       where c.judged_generation is not null and (
         c.package_id in (
           select p.id from package p join unnest($1::text[], $2::text[]) as t(e, n) on p.ecosystem = t.e and p.name = t.n)
         or c.package_id in (select p.id from package p where p.ecosystem = any($3::text[]))
         or c.id in (select component_id from component_match where advisory_id = any($4::int[])))
       returning 1)
     select count(*)::int as count from changed`,
    [
      changed.packages.map((p) => p.ecosystem),
      changed.packages.map((p) => p.name),
      changed.ecosystems,
      changed.advisoryIds,
    ],
  );
  return rows[0]?.count ?? 0;
};

/** Every ecosystem in the dictionary, sorted. */
export const knownEcosystems = async (tx: Tx): Promise<string[]> =>
  (await tx.query<{ ecosystem: string }>("select distinct ecosystem from package order by 1")).map((r) => r.ecosystem);

/** Every package in the dictionary. */
export const knownPackages = async (tx: Tx): Promise<{ ecosystem: string; name: string }[]> =>
  await tx.query("select ecosystem, name from package");

/** What advisories speak of for a component; null when it does not exist. */
export const judgedComponent = async (
  tx: Tx,
  id: number,
): Promise<{ ecosystem: string; name: string; version: string } | null> =>
  (
    await tx.query<{ ecosystem: string; name: string; version: string }>(
      `select p.ecosystem, p.name, c.judged_version as version from component c join package p on p.id = c.package_id
       where c.id = $1`,
      [id],
    )
  )[0] ?? null;

/**
 * What the components of a company that are called so are judged by, each once: null for those that lie in no package of a
 * system. Service role with the company set.
 */
export const ownersOf = async (
  tx: Tx,
  companyId: number,
  component: Component,
): Promise<(Component["ownedBy"] | null)[]> => {
  const rows = await tx.query<{ ecosystem: string; name: string; version: string }>(
    `select distinct c.owner_ecosystem as ecosystem, c.owner_name as name, c.owner_version as version from component c
     where c.ecosystem = $2 and c.name = $3 and c.version = $4
       and exists (select 1 from inventory i where i.company_id = $1 and c.id = any(i.component_ids))
     order by 1, 2, 3`,
    [companyId, component.ecosystem, component.name, component.version],
  );
  return rows.map((row) => (row.name === "" ? null : row));
};
