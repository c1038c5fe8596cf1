import type { Tx } from "../../platform/db/index.ts";

/** Transactions further back than this are not told from later ones by their 32-bit numbers. */
const XIDS_MAX = 2_147_483_648;

/** Up to where a company is computed. */
export interface Computed {
  /** Every transaction before this one was over, and what it wrote is in the findings. */
  readonly horizon: string;
}

/**
 * Takes the mark of a company, which says that everything follows from what was stored at its horizon: nothing is marked until
 * `markComputed`. `now`: the horizon of what is read from here on. `mark`: null where there was none; of another `formula`; or where
 * the row was not written by the transaction that it names, as in a database that was restored from its rows: what it says of transactions
 * is true of the one where it was written.
 */
export const takeMark = async (
  tx: Tx,
  companyId: number,
  formula: string,
): Promise<{ now: Computed; mark: Computed | null }> => {
  const [row] = await tx.prepared<{ now: string; mark: string | null }>(
    "take-computed-mark",
    `with taken as (
       delete from company_computed c where c.company_id = $1
       returning c.horizon, c.formula = $2 and c.written_by::xid = c.xmin
         and pg_snapshot_xmin(pg_current_snapshot())::text::numeric - c.horizon::text::numeric between 0 and ${XIDS_MAX} as holds)
     select pg_snapshot_xmin(pg_current_snapshot())::text as now, (select horizon::text from taken where holds) as mark`,
    [companyId, formula],
  );
  const { now, mark } = row as { now: string; mark: string | null };
  return { now: { horizon: now }, mark: mark === null ? null : { horizon: mark } };
};

/** Says that everything of a company follows from what was stored at this horizon. The last of what is computed, in its transaction. */
export const markComputed = async (
  tx: Tx,
  companyId: number,
  { horizon, formula }: Computed & { readonly formula: string },
): Promise<void> => {
  await tx.prepared(
    "put-computed-mark",
    `insert into company_computed (company_id, formula, horizon, written_by) values ($1, $2, $3::xid8, pg_current_xact_id())
     on conflict (company_id) do update set formula = excluded.formula, horizon = excluded.horizon, written_by = excluded.written_by`,
    [companyId, formula, horizon],
  );
};

/** Of all that is seen what was written by transactions from a horizon on: parts of a transaction have numbers of their own, all above its. */
const isWrittenSince = (horizon: string): string => `age(xmin) <= (select age(${horizon}::xid8::xid))`;

/** What may have been written after a horizon: assets of which a source was, and components that were judged, of all companies. */
export const writtenSince = async (
  tx: Tx,
  companyId: number,
  { horizon }: Computed,
): Promise<{ assets: string[]; components: number[] }> => {
  const assets = await tx.query<{ id: string }>(
    `select distinct asset_id as id from inventory where company_id = $1 and ${isWrittenSince("$2")}`,
    [companyId, horizon],
  );
  const components = await tx.query<{ id: number }>(`select id from component where ${isWrittenSince("$1")}`, [
    horizon,
  ]);
  return { assets: assets.map(({ id }) => id), components: components.map(({ id }) => id) };
};
