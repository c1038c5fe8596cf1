import { AppError } from "@zerotrace/core";
import { z } from "zod";
import type { Tx } from "../../platform/db/index.ts";
import { decodeCursor, encodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { countHeldPage, heldPage } from "./held-sql.ts";
import { assetExportRoutes } from "./export.ts";
import {
  assetBranches,
  assetById,
  assetSources,
  assetsPage,
  assetUncovered,
  COUNT_LIMIT,
  componentsPage,
  countAssets,
  countComponents,
  countDeltas,
  deltasPage,
} from "./read-sql.ts";
import { pointsOf } from "./ratings-sql.ts";
import { type Authorities, toAssetRow, toBranchRow, toComponentRow } from "./rows.ts";

export { COUNT_LIMIT, likePattern } from "./read-sql.ts";
export { oneDecimal, toRating } from "./rows.ts";
export { countHeld, heldCounts, writeHeld } from "./held-sql.ts";
export { assetDiffRoute } from "./diff.ts";
export { type RemovalDeps, removeAssetRoute } from "./remove.ts";
export { assetLabelRoutes } from "./labels.ts";
export { addLabels } from "./labels-sql.ts";
export {
  rateByHand,
  rateByRules,
  assetPointsSql,
  pointsOf,
  type RatedHolders,
  ratedHolders,
  ratingForUpdate,
  ratingPreview,
  type RatingRule,
} from "./ratings-sql.ts";
export { ruledKeys, ruledSums, ruledThere } from "./ruled-sql.ts";
export { assetsSeen } from "./seen-sql.ts";
export {
  type AssetSums,
  assetForInventory,
  assetReported,
  assetIds,
  dirtyAssets,
  heldComponents,
  markAllDirty,
  type OpenSums,
  type ReportedAsset,
  reportedOf,
  refreshDirtyAssets,
  upsertHost,
  type UploadedAsset,
  upsertUploaded,
  wantInventory,
  writeAssetSums,
} from "./sql.ts";

const valueAndId = z.tuple([z.union([z.string(), z.number()]), z.uuid()]);
const nameAndId = z.tuple([z.string(), z.number().int()]);
const deltaId = z.tuple([z.string().regex(/^\d{1,19}$/)]);

/** One page and its count; rows are asked for with one more than `limit` to know whether there is a next page. */
export const pageOf = <Row, Shown>(
  rows: readonly Row[],
  limit: number,
  count: number,
  show: (row: Row) => Shown,
  cursor: (row: Row) => unknown[],
): { rows: Shown[]; next: string | null; count: number; countIsExact: boolean } => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(show),
    next: rows.length > limit && last !== undefined ? encodeCursor(cursor(last)) : null,
    count,
    countIsExact: count < COUNT_LIMIT,
  };
};

/** Throws NOT_FOUND unless the company has the asset. */
export const requireAsset = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  if ((await assetById(tx, companyId, id, 0)) === null)
    throw new AppError("NOT_FOUND", "There is no asset with this id.");
};

const componentList = async (
  tx: Tx,
  companyId: number,
  assetId: string | null,
  authorities: Authorities,
  query: { q?: string | undefined; limit: number; cursor?: string | undefined },
) => {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, nameAndId);
  // Who sees some assets only has other counts than those that are kept.
  const isKept = assetId === null && tx.labels === null;
  const page = { assetId, q: query.q, limit: query.limit + 1, after };
  const rows = await (isKept ? heldPage(tx, companyId, page) : componentsPage(tx, companyId, page));
  const count = await (isKept
    ? countHeldPage(tx, companyId, query.q)
    : countComponents(tx, companyId, assetId, query.q));
  const points = assetId === null ? 0 : await pointsOf(tx, companyId, assetId);
  return pageOf(
    rows,
    query.limit,
    count,
    (row) => toComponentRow({ ...row, risk: row.risk > 0 ? row.risk + points : 0 }, authorities),
    (r) => [r.name, r.id],
  );
};

export interface AssetDeps {
  /** Seconds of silence after which an agent counts as offline. */
  readonly offlineAfterSeconds: number;
  /** Who decides for which ecosystem now. */
  readonly authorities: () => Promise<Authorities>;
}

const getAsset = (offlineAfterSeconds: number): Endpoint =>
  implement(routes.getAsset, {
    audit: "none",
    transaction: "none",
    run: ({ db, identity: { companyId } }, { params }) =>
      db.asServiceFor(companyId, async (tx) => {
        const asset = await assetById(tx, companyId, params.id, offlineAfterSeconds);
        if (asset === null) throw new AppError("NOT_FOUND", "There is no asset with this id.");
        const branches = asset.kind === "host" ? [] : await assetBranches(tx, companyId, asset);
        const sources = await assetSources(tx, companyId, params.id);
        return {
          ...toAssetRow(asset),
          branches: branches.map(toBranchRow),
          facts: asset.facts,
          agentVersion: asset.agentVersion,
          sources: sources.map((s) => ({ ...s, takenAt: s.takenAt.toISOString() })),
          uncovered: await assetUncovered(tx, companyId, params.id),
        };
      }),
  });

/** The routes that read assets, their components and their changes. */
export const assetRoutes = ({ offlineAfterSeconds, authorities }: AssetDeps): Endpoint[] => [
  ...assetExportRoutes({ offlineAfterSeconds, authorities }),
  implement(routes.listAssets, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query }) => {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, valueAndId);
      const { sort, q, kind, label, limit } = query;
      const page = { sort, q, kind, label, limit: limit + 1, after, offlineAfterSeconds };
      const isAll = q === undefined && kind === undefined && label === undefined;
      return await db[isAll ? "withCompanyPlanned" : "withCompany"](companyId, async (tx) => {
        const rows = await assetsPage(tx, companyId, page);
        const count = await countAssets(tx, companyId, query);
        return pageOf(rows, limit, count, toAssetRow, (r) => [r.sortValue, r.id]);
      });
    },
  }),
  getAsset(offlineAfterSeconds),
  implement(routes.listAssetComponents, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { params, query }) => {
      const decide = await authorities();
      return await db.asServiceFor(companyId, async (tx) => {
        await requireAsset(tx, companyId, params.id);
        return await componentList(tx, companyId, params.id, decide, query);
      });
    },
  }),
  implement(routes.listComponents, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query }) => {
      const decide = await authorities();
      return await db.asServiceFor(companyId, (tx) => componentList(tx, companyId, null, decide, query));
    },
  }),
  implement(routes.listAssetDeltas, {
    audit: "none",
    transaction: "none",
    run: ({ db, identity: { companyId } }, { params, query }) =>
      db.asServiceFor(companyId, async (tx) => {
        await requireAsset(tx, companyId, params.id);
        const before = query.cursor === undefined ? null : decodeCursor(query.cursor, deltaId)[0];
        const rows = await deltasPage(tx, companyId, { assetId: params.id, limit: query.limit + 1, before });
        const count = await countDeltas(tx, companyId, params.id);
        const show = ({ id: _, at, added, removed, ...rest }: (typeof rows)[number]) => ({
          ...rest,
          at: at.toISOString(),
          added: added ?? [],
          removed: removed ?? [],
        });
        return pageOf(rows, query.limit, count, show, (r) => [r.id]);
      }),
  }),
];
