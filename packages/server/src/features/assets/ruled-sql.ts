import type { Tx } from "../../platform/db/index.ts";
import type { OpenSums } from "./sql.ts";

const BY_SEVERITY = ["critical", "high", "medium", "low", "none", "unknown"];
/** The sums of the matches `m` with advisory `a` for which nothing closes them, by the column or table that says so. */
const leftOf = (isOpen: string): string =>
  `${BY_SEVERITY.map((one) => `count(*) filter (where a.severity = '${one}' and ${isOpen})::int as "${one}"`).join(", ")},
  count(a.kev_added_at) filter (where ${isOpen})::int as kev_count,
  coalesce(max(m.risk) filter (where ${isOpen}), 0) as max_risk`;
const CLOSED = `left join vex_effect e on e.company_id = $1 and e.component_id = m.component_id
    and e.advisory_id = m.advisory_id and e.closes`;

const LEFT = `select m.component_id, ${leftOf("e.closes is null")}
  from component_match m join advisory a on a.id = m.advisory_id ${CLOSED}`;
/** Of the components that VEX statements and decisions of a company speak of: what they leave of each. */
export const RULED = `${LEFT}
  where m.component_id in (select component_id from vex_effect where company_id = $1 and closes) group by 1`;

/** The decisions of each asset on which some stand that do not stand on all assets. */
export const DECIDED_ASSETS = `select asset_id, array_agg(decision_id order by decision_id) as decisions
  from decision_asset where company_id = $1 group by 1`;

/**
 * Of the components of which such decisions close something: what they leave of each on the assets that have those decisions. Many
 * assets have the same ones: it is computed once for all of them. `decided` is the table of DECIDED_ASSETS.
 */
export const RULED_THERE = `select s.decisions, m.component_id, ${leftOf("e.closes is null and there.decided is null")}
  from (select distinct decisions from decided) s
  cross join lateral (
    select distinct f.component_id from decision_finding f
    where f.company_id = $1 and f.decision_id = any(s.decisions) and f.in_force and not f.closes) c
  join component_match m on m.component_id = c.component_id join advisory a on a.id = m.advisory_id ${CLOSED}
  left join lateral (
    select true as decided from decision_finding f
    where f.company_id = $1 and f.component_id = m.component_id and f.advisory_id = m.advisory_id
      and f.decision_id = any(s.decisions) and f.in_force limit 1) there on true
  group by 1, 2`;

const SUMS = `component_id as id, critical, high, medium, low, none, unknown, kev_count as kev, max_risk as risk`;

/** The components of which VEX statements and decisions of a company close something, each with a number for what that is. */
export const ruledKeys = (tx: Tx, companyId: number): Promise<{ id: number; key: string }[]> =>
  tx.query(
    `select component_id as id, concat(count(*), ' ', bit_xor(hashint8extended(advisory_id, 0))) as key
     from vex_effect where company_id = $1 and closes group by 1`,
    [companyId],
  );

/** What statements and decisions leave of some components, of those that have a match. */
export const ruledSums = (
  tx: Tx,
  companyId: number,
  components: readonly number[],
): Promise<(OpenSums & { readonly id: number })[]> =>
  tx.query(`select ${SUMS} from (${LEFT} where m.component_id = any($2::int[]) group by 1) r`, [
    companyId,
    `{${components.join(",")}}`,
  ]);

/** What decisions leave of components on some assets alone: `key` says which of `assets` it is true of. */
export interface RuledThere {
  readonly assets: readonly { readonly id: string; readonly key: string }[];
  readonly sums: readonly (OpenSums & { readonly id: number; readonly key: string })[];
}

/** Of assets on which decisions stand that do not stand on all: what they leave of components there. */
export const ruledThere = async (tx: Tx, companyId: number): Promise<RuledThere> => {
  const assets = await tx.query<{ id: string; key: string }>(
    `select asset_id as id, decisions::text as key from (${DECIDED_ASSETS}) d`,
    [companyId],
  );
  if (assets.length === 0) return { assets, sums: [] };
  const sums = await tx.query<OpenSums & { id: number; key: string }>(
    `with decided as materialized (${DECIDED_ASSETS}) select decisions::text as key, ${SUMS} from (${RULED_THERE}) r`,
    [companyId],
  );
  return { assets, sums };
};
