import type { Tx } from "../../platform/db/index.ts";
import { likePattern } from "../assets/index.ts";

/** Packages looked for by one question, and components of the dictionary that bear their names. */
export const CANDIDATES_MAX = 20_000;

export interface Candidate {
  readonly id: number;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly judgedEcosystem: string;
  readonly judgedVersion: string;
  readonly isOwned: boolean;
  readonly verdict: "affected" | "not_affected" | "unknown" | null;
  readonly reason: string | null;
  /** Of the advisory that is asked for: whether it matches, where it is fixed, and whether a statement closes it. */
  readonly isMatch: boolean;
  readonly fixedIn: string | null;
  readonly isClosed: boolean;
  /** Open findings of any advisory. */
  readonly findingCount: number;
}

const COLUMNS = `c.id, c.ecosystem, c.name, c.version, c.purl, p.ecosystem as "judgedEcosystem",
  c.judged_version as "judgedVersion", c.owner_name <> '' as "isOwned", c.verdict, c.verdict_reason as reason,
  m.component_id is not null as "isMatch", m.fixed_in as "fixedIn", e.closes is not null as "isClosed",
  greatest(0, c.critical + c.high + c.medium + c.low + c.none + c.unknown - (
    select count(*) from vex_effect x where x.company_id = $1 and x.component_id = c.id and x.closes))::int as "findingCount"`;
const JOINS = `join package p on p.id = c.package_id
  left join component_match m on m.component_id = c.id and m.advisory_id = $2::int
  left join vex_effect e on e.company_id = $1 and e.component_id = c.id and e.advisory_id = $2::int and e.closes`;

/**
 * Components of the dictionary that bear a name themselves or by their source, in any case; looked for where the index component_words
 * finds the name at all. Service role with the company set.
 */
export const candidatesByName = (
  tx: Tx,
  companyId: number,
  asked: { readonly name: string; readonly ecosystem: string | null },
): Promise<Candidate[]> =>
  tx.query(
    `select ${COLUMNS} from (select * from component c where lower(c.name || ' ' || c.source_name) like lower($5) offset 0) c ${JOINS}
     where (lower(c.name) = lower($3) or lower(c.source_name) = lower($3)
         or ($4::text is null and c.ecosystem = 'Maven' and lower(split_part(c.name, ':', 2)) = lower($3)))
       and ($4::text is null or c.ecosystem = $4 or c.ecosystem like replace(replace($4, '%', ''), '_', '\\_') || ':%')
     order by c.id limit ${CANDIDATES_MAX + 1}`,
    [companyId, null, asked.name, asked.ecosystem, likePattern(asked.name)],
  );

/** Components that an advisory matches, and all others of the packages that it speaks of. Service role with the company set. */
export const candidatesOfAdvisory = (
  tx: Tx,
  companyId: number,
  advisoryId: number,
  packages: readonly { readonly ecosystem: string; readonly name: string }[],
): Promise<Candidate[]> =>
  tx.query(
    `with asked as (
       select component_id as id from component_match where advisory_id = $2::int
       union select c.id from unnest($3::text[], $4::text[]) as t(e, n)
         join package p on p.name = t.n and split_part(p.ecosystem, ':', 1) = t.e join component c on c.package_id = p.id)
     select ${COLUMNS} from asked a join component c on c.id = a.id ${JOINS} order by c.id limit ${CANDIDATES_MAX + 1}`,
    [companyId, advisoryId, packages.map((one) => one.ecosystem), packages.map((one) => one.name)],
  );

/** The number of an advisory by its own name. Service role. */
export const advisoryNumber = async (tx: Tx, name: string): Promise<number | null> =>
  (await tx.query<{ id: number }>("select id from advisory where name = $1", [name]))[0]?.id ?? null;

export interface Holder {
  readonly assetId: string;
  readonly kind: "host" | "image" | "repository";
  readonly name: string;
  readonly branch: string;
  readonly risk: number;
  readonly ids: number[];
}

/** The assets of a company that have some of these components. */
export const holdersOf = (tx: Tx, companyId: number, ids: readonly number[]): Promise<Holder[]> =>
  tx.query(
    `with held as (
       select i.asset_id, array_agg(distinct u.id) as ids from inventory i, unnest(i.component_ids) as u(id)
       where i.company_id = $1 and u.id = any($2::int[]) group by 1)
     select a.id as "assetId", a.kind, a.name, a.branch, a.weighted_risk::float8 as risk, h.ids
     from held h join asset a on a.company_id = $1 and a.id = h.asset_id`,
    [companyId, `{${ids.join(",")}}`],
  );

const ROUNDED = "(floor(a.weighted_risk::float8 * 10 + 0.5) / 10)";

/** Of these assets those after a place, highest risk first, then by name and id. */
export const holderRows = (
  tx: Tx,
  companyId: number,
  ids: readonly string[],
  page: {
    readonly limit: number;
    readonly after: { readonly risk: number; readonly name: string; readonly assetId: string } | null;
  },
): Promise<Omit<Holder, "ids">[]> =>
  tx.query(
    `select a.id as "assetId", a.kind, a.name, a.branch, ${ROUNDED} as risk from asset a
     where a.company_id = $1 and a.id = any($2::uuid[])
       and ($3::float8 is null or (-${ROUNDED}, a.name, a.id) > (-$3::float8, $4::text, $5::uuid))
     order by -${ROUNDED}, a.name, a.id limit $6`,
    [
      companyId,
      `{${ids.join(",")}}`,
      page.after?.risk ?? null,
      page.after?.name ?? null,
      page.after?.assetId ?? null,
      page.limit,
    ],
  );

/** What of a company's assets could not be looked at. */
export const assetCoverage = async (
  tx: Tx,
  companyId: number,
): Promise<{ assetCount: number; withoutInventory: number; partly: number }> => {
  const [row] = await tx.query<{ assetCount: number; withoutInventory: number; partly: number }>(
    `select count(*)::int as "assetCount", (count(*) filter (where a.inventory_at is null))::int as "withoutInventory",
       (count(*) filter (where a.inventory_at is not null and a.id in (
         select i.asset_id from inventory i where i.company_id = $1
           and (i.status = 'unreadable' or cardinality(i.problems) > 0))))::int as partly
     from asset a where a.company_id = $1`,
    [companyId],
  );
  return row ?? { assetCount: 0, withoutInventory: 0, partly: 0 };
};
