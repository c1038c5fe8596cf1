import { AppError } from "@zerotrace/core";
import { LABELS_MAX } from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { labelCounts, labelsForUpdate, type Relabeled, writeLabels } from "./labels-sql.ts";

/** Labels that a list of them shows. */
const SHOWN_MAX = 1_000;
/** Assets that the trail names of a change of many. */
const TOLD_MAX = 100;

type Tell = (tx: Tx, companyId: number, assetIds: readonly string[]) => Promise<void>;

const sorted = (labels: Iterable<string>): string[] => [...new Set(labels)].sort();

const checked = (change: Relabeled, reach: readonly string[] | null): Relabeled => {
  if (change.after.length > LABELS_MAX) {
    throw new AppError("BAD_REQUEST", `${change.name} would have more than ${LABELS_MAX} labels.`, { field: "labels" });
  }
  if (reach !== null && !change.after.some((label) => reach.includes(label))) {
    const mend = `keep one of ${reach.join(", ")}`;
    throw new AppError("FORBIDDEN", `${change.name} would be out of your reach: ${mend}.`, { field: "labels" });
  }
  return change;
};

/** Relabels assets as one change; answers those that differ. Throws NOT_FOUND when one of them is not there. */
const relabel = async (
  tx: Tx,
  { companyId, labels: reach }: { companyId: number; labels: readonly string[] | null },
  ids: readonly string[],
  next: (labels: readonly string[]) => readonly string[],
): Promise<Relabeled[]> => {
  const wanted = new Set(ids);
  const found = await labelsForUpdate(tx, companyId, [...wanted]);
  if (found.length < wanted.size) throw new AppError("NOT_FOUND", "There is no asset with this id.");
  const changes = found
    .map(({ id, name, labels }) => checked({ id, name, before: sorted(labels), after: sorted(next(labels)) }, reach))
    .filter(({ before, after }) => before.join() !== after.join());
  await writeLabels(tx, companyId, changes);
  return changes;
};

/** The routes that set, change and count labels of assets. */
export const assetLabelRoutes = (onChanged: Tell): Endpoint[] => [
  implement(routes.setAssetLabels, {
    audit: "asset.label",
    run: async (context, { params, body }) => {
      const { tx, identity } = context;
      const [change] = await relabel(tx, identity, [params.id], () => body.labels);
      if (change !== undefined) await onChanged(tx, identity.companyId, [params.id]);
      const { name, before, after } = change ?? { name: "", before: body.labels, after: body.labels };
      context.note(params.id, { name }, { before: { labels: before }, after: { labels: after } });
      return { labels: body.labels };
    },
  }),
  implement(routes.changeAssetLabels, {
    audit: "asset.label",
    run: async (context, { body: { ids, add, remove } }) => {
      const { tx, identity } = context;
      const changes = await relabel(tx, identity, ids, (labels) =>
        [...labels, ...add].filter((label) => !remove.includes(label)),
      );
      const changed = changes.map(({ id }) => id);
      if (changed.length > 0) await onChanged(tx, identity.companyId, changed);
      context.note(ids.length === 1 ? (ids[0] as string) : "several", {
        add,
        remove,
        count: changed.length,
        assets: changed.slice(0, TOLD_MAX),
      });
      return { changedCount: changed.length };
    },
  }),
  implement(routes.listAssetLabels, {
    audit: "none",
    run: async ({ tx, identity }) => ({ rows: await labelCounts(tx, identity.companyId, SHOWN_MAX) }),
  }),
];
