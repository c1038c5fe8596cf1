import type { Tx } from "../../platform/db/index.ts";

/** The distinct components of a company's inventories, by id. Service role with the company set. */
export const presentComponentIds = async (tx: Tx, companyId: number): Promise<number[]> =>
  (
    await tx.query<{ id: number }>(
      `select distinct u.id from inventory i, unnest(i.component_ids) as u(id) where i.company_id = $1 order by 1`,
      [companyId],
    )
  ).map((row) => row.id);

/** A component with what is said of it now. */
export interface JudgedComponent {
  readonly ecosystem: string;
  readonly packageName: string;
  readonly version: string;
  /** The package is the owner of the component and not the component itself. */
  readonly isOwned: boolean;
  /** Null: not judged yet. */
  readonly verdict: string | null;
  readonly matches: readonly { readonly advisory: string; readonly fixedIn: string | null; readonly risk: number }[];
}

/** These components as the generation in force judges them, by id. Service role. */
export const componentsAsJudged = async (tx: Tx, ids: readonly number[]): Promise<JudgedComponent[]> =>
  await tx.query(
    `select p.ecosystem, p.name as "packageName", c.judged_version as version, c.owner_name <> '' as "isOwned", c.verdict,
       coalesce(m.matches, '[]') as matches
     from component c join package p on p.id = c.package_id
     left join lateral (
       select jsonb_agg(jsonb_build_object('advisory', a.name, 'fixedIn', m.fixed_in, 'risk', m.risk)) as matches
       from component_match m join advisory a on a.id = m.advisory_id where m.component_id = c.id) m on true
     where c.id = any($1::int[]) order by c.id`,
    [ids],
  );
