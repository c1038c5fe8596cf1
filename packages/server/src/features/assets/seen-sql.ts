import type { Tx } from "../../platform/db/index.ts";

/** That an agent of an asset was heard. */
export interface AssetSeen {
  readonly assetId: string;
  readonly version: string;
  readonly seenAt: string;
}

/**
 * Notes when many assets of a company were heard; answers which of them still exist and whether an inventory of each is wanted.
 * Locks by id, as inventories do.
 */
export const assetsSeen = (
  tx: Tx,
  companyId: number,
  seen: readonly AssetSeen[],
): Promise<{ id: string; wanted: boolean }[]> =>
  tx.prepared(
    "assets-seen",
    `with given as (select * from unnest($2::uuid[], $3::timestamptz[], $4::text[]) as t(id, seen_at, version)),
     locked as materialized (
       select a.id from asset a where a.company_id = $1 and a.id in (select id from given) order by a.id for no key update)
     update asset a set last_seen_at = greatest(a.last_seen_at, g.seen_at), agent_version = g.version
     from given g join locked l on l.id = g.id where a.company_id = $1 and a.id = g.id
     returning a.id, a.inventory_wanted as wanted`,
    [companyId, seen.map((s) => s.assetId), seen.map((s) => s.seenAt), seen.map((s) => s.version)],
  );
