import type { z } from "zod";
import type { Tx } from "../../platform/db/index.ts";
import type { removeAsset } from "./contract.ts";

export type Removal = z.output<(typeof removeAsset)["answer"]>;

/** What removing an asset does, which is locked; null when the company has none of this id. What VEX statements close is no open finding. */
export const removalOf = async (tx: Tx, companyId: number, id: string): Promise<Removal | null> =>
  (
    await tx.query<Removal>(
      `with held as (
         select distinct u.id from inventory i, unnest(i.component_ids) as u(id) where i.company_id = $1 and i.asset_id = $2),
       open as (
         select f.asset_count from finding f join held h on h.id = f.component_id
         where f.company_id = $1 and f.status = 'open' and not exists (
           select 1 from vex_effect e where e.company_id = $1 and e.component_id = f.component_id
             and e.advisory_id = f.advisory_id and e.closes))
       select a.kind, a.name, a.branch, a.component_count as "componentCount",
         (select count(*)::int from open) as "findingCount",
         (select count(*)::int from open where asset_count <= 1) as "closedCount",
         (select count(*)::int from inventory_delta d where d.company_id = $1 and d.asset_id = $2) as "deltaCount",
         (select count(*)::int from credential c
           where c.company_id = $1 and c.asset_id = $2 and c.revoked_at is null) as "credentialCount"
       from asset a where a.company_id = $1 and a.id = $2 for no key update of a`,
      [companyId, id],
    )
  )[0] ?? null;

/** Deletes an asset; what belongs to it goes with it. */
export const deleteAsset = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query("delete from asset where company_id = $1 and id = $2", [companyId, id]);
};
