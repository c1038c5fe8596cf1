import type { Tx } from "../../platform/db/index.ts";
import type { Day } from "./sql.ts";

/** The figures of an asset on a day. */
export interface AssetDay extends Day {
  readonly componentCount: number;
  readonly kevCount: number;
  readonly notCovered: number;
}

const FIGURES = "component_count, critical, high, medium, low, none, unknown, kev_count, not_covered";

/** Writes today's (UTC) figures of these assets; run again, it replaces them. */
export const recordAssetDays = async (tx: Tx, companyId: number, assetIds: readonly string[]): Promise<void> => {
  if (assetIds.length === 0) return;
  await tx.query(
    `insert into asset_day (company_id, asset_id, day, risk, ${FIGURES})
     select $1, id, (now() at time zone 'UTC')::date, weighted_risk, ${FIGURES} from asset where company_id = $1 and id = any($2::uuid[]) order by id
     on conflict (company_id, asset_id, day) do update set risk = excluded.risk,
       component_count = excluded.component_count, critical = excluded.critical, high = excluded.high,
       medium = excluded.medium, low = excluded.low, none = excluded.none, unknown = excluded.unknown,
       kev_count = excluded.kev_count, not_covered = excluded.not_covered`,
    [companyId, assetIds],
  );
};

const AS_DAY = `critical, high, medium, low, none, unknown, component_count as "componentCount",
  kev_count as "kevCount", not_covered as "notCovered"`;

/** The recorded days of an asset in the last `days`, and the one before them; oldest first. */
export const assetDays = (tx: Tx, companyId: number, assetId: string, days: number): Promise<AssetDay[]> =>
  tx.query(
    `select to_char(day, 'YYYY-MM-DD') as day, risk, ${AS_DAY} from asset_day
     where company_id = $1 and asset_id = $2 and day >= coalesce((
       select max(day) from asset_day where company_id = $1 and asset_id = $2
         and day <= (now() at time zone 'UTC')::date - $3::int), '-infinity') order by asset_day.day`,
    [companyId, assetId, days],
  );

/** An asset's figures as they are, today's day (UTC), and the day that it was first seen; null when there is no such asset. */
export const assetToday = async (
  tx: Tx,
  companyId: number,
  assetId: string,
): Promise<(AssetDay & { readonly firstDay: string }) | null> =>
  (
    await tx.query<AssetDay & { readonly firstDay: string }>(
      `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as day,
         to_char(first_seen_at at time zone 'UTC', 'YYYY-MM-DD') as "firstDay", weighted_risk as risk, ${AS_DAY}
       from asset where company_id = $1 and id = $2`,
      [companyId, assetId],
    )
  )[0] ?? null;

/**
 * Deletes up to `limit` of the company's days of assets that are more than `days` back (UTC) and do not tell what held since then;
 * answers how many.
 */
export const expireAssetDays = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (
       delete from asset_day s using (
         select o.asset_id, o.day from asset_day o
         where o.company_id = $1 and o.day < (now() at time zone 'UTC')::date - $2::int and exists (
           select 1 from asset_day n where n.company_id = $1 and n.asset_id = o.asset_id and n.day > o.day
             and n.day <= (now() at time zone 'UTC')::date - $2::int)
         limit $3) old
       where s.company_id = $1 and s.asset_id = old.asset_id and s.day = old.day returning 1)
     select count(*)::int as n from gone`,
    [companyId, days, limit],
  );
  return row?.n ?? 0;
};
