import { AppError } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import { type DecisionDeps, takeBackDecision } from "../decisions/index.ts";
import { type BulkRecord, editedOf, type KeptFinding, keptOf, lockBulk, markUndone } from "./bulk-sql.ts";
import { undoUntil } from "./bulk.ts";
import { removeCommentsOf } from "./comments-sql.ts";
import { BULK_MAX, routes, UNDO_MINUTES } from "./contract.ts";
import { tell } from "./rules.ts";
import { lockWork, putBack } from "./sql.ts";

/** Findings that an answer names (count). */
const NAMED_MAX = 100;

interface Undone {
  readonly restoredCount: number;
  readonly kept: readonly KeptFinding[];
}

const mustBeInTime = (bulk: BulkRecord, now: Date): void => {
  if (undoUntil(bulk, now) !== null) return;
  if (bulk.undoneAt !== null) throw new AppError("CONFLICT", "This is undone already.");
  throw new AppError("CONFLICT", `This can be undone for ${UNDO_MINUTES} minutes only: change the findings anew.`);
};

const undoDecision = async (context: RequestContext, tx: Tx, bulk: BulkRecord, deps: DecisionDeps): Promise<Undone> => {
  const { companyId, subject: actor } = context.identity;
  const id = bulk.decisionId ?? "";
  const { hid, change } = await takeBackDecision(context, tx, id, deps);
  const row = { companyId, actor, action: "decision.revoke", target: id, detail: { hid }, ip: context.ip, ...change };
  await writeAudit(tx, row);
  return { restoredCount: hid, kept: [] };
};

const undoneOf = async (context: RequestContext, tx: Tx, bulk: BulkRecord, deps: DecisionDeps): Promise<Undone> => {
  const { companyId, subject: by } = context.identity;
  if (bulk.kind === "decide") return undoDecision(context, tx, bulk, deps);
  await lockWork(tx, companyId);
  if (bulk.kind === "comment") {
    const restored = await removeCommentsOf(tx, companyId, bulk.id);
    await tell(tx, companyId, restored);
    return { restoredCount: restored.length, kept: await editedOf(tx, companyId, bulk.id, BULK_MAX) };
  }
  const restored = await putBack(tx, companyId, bulk.id, by);
  await tell(tx, companyId, restored);
  return { restoredCount: restored.length, kept: await keptOf(tx, companyId, bulk.id, { restored, limit: BULK_MAX }) };
};

/** The route that undoes a bulk action. */
export const undoRoute = (deps: DecisionDeps): Endpoint =>
  implement(routes.undoBulkAction, {
    audit: "bulk_action.undo",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, identity, now } = context;
      const { companyId, subject: by } = identity;
      return await db.asServiceFor(companyId, async (tx) => {
        const bulk = await lockBulk(tx, companyId, id);
        if (bulk === null) throw new AppError("NOT_FOUND", "There is no bulk action with this id.");
        mustBeInTime(bulk, now);
        const { restoredCount, kept } = await undoneOf(context, tx, bulk, deps);
        await markUndone(tx, companyId, id, { by, restored: restoredCount });
        const detail = { kind: bulk.kind, restoredCount, keptCount: kept.length };
        await context.record(tx, { companyId, actor: by, target: id, detail });
        return { restoredCount, keptCount: kept.length, kept: kept.slice(0, NAMED_MAX) };
      });
    },
  });
