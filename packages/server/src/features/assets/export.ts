import type { z } from "zod";
import type { Database } from "../../platform/db/index.ts";
import { type ExportColumn, everyPage, exportReply } from "../../platform/export/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { type assetRow, type componentRow, routes } from "./contract.ts";
import { heldPage } from "./held-sql.ts";
import { assetsPage, componentsPage } from "./read-sql.ts";
import { type AssetRecord, type Authorities, type ComponentRecord, toAssetRow, toComponentRow } from "./rows.ts";

/** Assets read at a time. */
const ASSETS_PAGE = 1_000;
/** Components read at a time: each page gathers what is present anew, so that few large ones cost less. */
const COMPONENTS_PAGE = 10_000;

const ASSET_COLUMNS: readonly ExportColumn<z.output<typeof assetRow>>[] = [
  ["id", (a) => a.id],
  ["kind", (a) => a.kind],
  ["name", (a) => a.name],
  ["branch", (a) => a.branch],
  ["version", (a) => a.version],
  ["os", (a) => a.os],
  ["labels", (a) => a.labels.join(" ")],
  ["risk", (a) => a.risk],
  ["criticality", (a) => a.rating.criticality.value],
  ["exposure", (a) => a.rating.exposure.value],
  ["critical", (a) => a.findings.critical],
  ["high", (a) => a.findings.high],
  ["medium", (a) => a.findings.medium],
  ["low", (a) => a.findings.low],
  ["none", (a) => a.findings.none],
  ["unknown", (a) => a.findings.unknown],
  ["kev_count", (a) => a.kevCount],
  ["component_count", (a) => a.componentCount],
  ["covered", (a) => a.coverage.covered],
  ["not_covered", (a) => a.coverage.notCovered],
  ["unparsable", (a) => a.coverage.unparsable],
  ["unreadable_sources", (a) => a.unreadableSources.join(" ")],
  ["agent", (a) => (a.hasAgent ? (a.online ? "online" : "offline") : "none")],
  ["first_seen_at", (a) => a.firstSeenAt],
  ["last_seen_at", (a) => a.lastSeenAt],
  ["inventory_at", (a) => a.inventoryAt],
];

const COMPONENT_COLUMNS: readonly ExportColumn<z.output<typeof componentRow>>[] = [
  ["purl", (c) => c.purl],
  ["ecosystem", (c) => c.ecosystem],
  ["name", (c) => c.name],
  ["version", (c) => c.version],
  ["source", (c) => c.source],
  ["owned_by", (c) => (c.ownedBy === null ? null : `${c.ownedBy.name} ${c.ownedBy.version}`)],
  ["asset_count", (c) => c.assetCount],
  ["finding_count", (c) => c.findingCount],
  ["risk", (c) => c.risk],
  ["verdict", (c) => c.verdict],
  ["reason", (c) => c.reason],
  ["coverage", (c) => c.coverage.state],
  ["judged_by", (c) => c.coverage.sources.join(" ")],
];

type AssetFilter = Omit<z.output<typeof routes.exportAssets.query>, "format">;

const exportedAssets = async function* (
  db: Database,
  companyId: number,
  filter: AssetFilter,
  offlineAfterSeconds: number,
) {
  const rows = everyPage<AssetRecord & { sortValue: unknown }>(ASSETS_PAGE, (last) =>
    db.withCompany(companyId, (tx) =>
      assetsPage(tx, companyId, {
        ...filter,
        q: filter.q,
        limit: ASSETS_PAGE,
        after: last === null ? null : [last.sortValue, last.id],
        offlineAfterSeconds,
      }),
    ),
  );
  for await (const row of rows) yield toAssetRow(row);
};

const exportedComponents = async function* (
  db: Database,
  companyId: number,
  q: string | undefined,
  authorities: Authorities,
) {
  const rows = everyPage<ComponentRecord>(COMPONENTS_PAGE, (last) =>
    db.asServiceFor(companyId, (tx) => {
      const after: [string, number] | null = last === null ? null : [last.name, last.id];
      const page = { assetId: null, q, limit: COMPONENTS_PAGE, after };
      return tx.labels === null ? heldPage(tx, companyId, page) : componentsPage(tx, companyId, page);
    }),
  );
  for await (const row of rows) yield toComponentRow(row, authorities);
};

/** The routes that export assets and components. */
export const assetExportRoutes = ({
  offlineAfterSeconds,
  authorities,
}: {
  readonly offlineAfterSeconds: number;
  readonly authorities: () => Promise<Authorities>;
}): Endpoint[] => [
  implement(routes.exportAssets, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query: { format, ...filter } }) =>
      exportReply("assets", format, ASSET_COLUMNS, exportedAssets(db, companyId, filter, offlineAfterSeconds)),
  }),
  implement(routes.exportComponents, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query: { q, format } }) =>
      exportReply("components", format, COMPONENT_COLUMNS, exportedComponents(db, companyId, q, await authorities())),
  }),
];
