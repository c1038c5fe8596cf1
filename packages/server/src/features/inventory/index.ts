import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { Ingest } from "./ingest.ts";
import { sourcesOf } from "./sql.ts";

export { createIngest, type AfterBatch, type Ingest } from "./ingest.ts";
export { differences } from "./rules.ts";
export { type ComponentPlace, replacePlaces } from "./places-sql.ts";
export { expireDeltas, sourceComponents, sourceVersions } from "./sql.ts";

/** The routes by which agents report what is installed. */
export const inventoryRoutes = (ingest: Ingest): Endpoint[] => [
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
    run: async ({ identity }, { body }) => await ingest.put(identity.companyId, identity.assetId ?? "", body),
  }),
];
