import { AppError } from "@zerotrace/core";
import { revokeAssetCredentials } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { deleteAsset, removalOf } from "./remove-sql.ts";

export interface RemovalDeps {
  /** Forgets a credential that was revoked. */
  readonly forget: (credentialId: string) => void;
  /** What follows in the same transaction: findings and sums are computed again, listeners are told. */
  readonly onRemoved: (tx: Tx, companyId: number, assetId: string) => Promise<void>;
}

/** The route that removes an asset. */
export const removeAssetRoute = ({ forget, onRemoved }: RemovalDeps): Endpoint =>
  implement(routes.removeAsset, {
    audit: "asset.remove",
    transaction: "none",
    run: async (context, { params: { id }, query }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      const dryRun = query.dryRun === "true";
      const { removal, revoked } = await db.withCompany(companyId, async (tx) => {
        const found = await removalOf(tx, companyId, id);
        if (found === null) throw new AppError("NOT_FOUND", "There is no asset with this id.");
        const { name } = found;
        if (dryRun) {
          await context.record(tx, { companyId, actor, target: id, detail: { name, dryRun } });
          return { removal: found, revoked: [] };
        }
        const ended = await revokeAssetCredentials(tx, companyId, id, now);
        await deleteAsset(tx, companyId, id);
        await onRemoved(tx, companyId, id);
        await context.record(tx, { companyId, actor, target: id, detail: { name }, before: found });
        return { removal: found, revoked: ended };
      });
      for (const credentialId of revoked) forget(credentialId);
      return removal;
    },
  });
