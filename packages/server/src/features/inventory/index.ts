import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { Ingest } from "./ingest.ts";
import { sourcesOf } from "./sql.ts";

export { createIngest, type AfterBatch, type Ingest } from "./ingest.ts";
export { differences } from "./rules.ts";
export { type ComponentPlace, copyPlaces, replacePlaces } from "./places-sql.ts";
export { expireDeltas, sourcesOf } from "./sql.ts";

/** The routes by which agents report what is installed; `onStored` hears of each asset whose inventory was committed. */
export const inventoryRoutes = (ingest: Ingest, onStored?: (assetId: string) => void): Endpoint[] => [
  implement(routes.compareDigests, {
    audit: "none",
    run: async ({ tx, identity }, { body }) => {
      const held = new Map(
        (await sourcesOf(tx, identity.companyId, identity.assetId ?? "")).map((s) => [s.source, s.digest]),
      );
      return {
        held: Object.fromEntries(
          Object.keys(body.digests)
            .sort()
            .map((source) => [source, held.get(source) ?? null]),
        ),
      };
    },
  }),
  implement(routes.putInventory, {
    // the batch writes its own audit rows, in its own transaction
    audit: "none",
    transaction: "none",
    run: async ({ identity: { companyId, assetId = "" } }, { body }) => {
      const stored = await ingest.put(companyId, assetId, body);
      onStored?.(assetId);
      return stored;
    },
  }),
];
