import { AppError } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import { type DecisionDeps, makeDecision, scopeOf } from "../decisions/index.ts";
import { idsNamed } from "../findings/index.ts";
import { type BulkRecord, insertBulk, newestBulk } from "./bulk-sql.ts";
import { insertComments, setMentions } from "./comments-sql.ts";
import { BULK_MAX, type BulkWish, routes, UNDO_MINUTES } from "./contract.ts";
import { authorOf, mentionedIn, mustBeMember, requireFinding, tell } from "./rules.ts";
import { countChanges, lockWork, setWork, type Wish } from "./sql.ts";

const MINUTE_MS = 60_000;

interface Target {
  readonly query?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** Until when a bulk action can be undone; null when it is past or done. */
export const undoUntil = ({ at, undoneAt }: BulkRecord, now: Date): Date | null => {
  const until = new Date(at.getTime() + UNDO_MINUTES * MINUTE_MS);
  return undoneAt === null && until > now ? until : null;
};

const toRow = (bulk: BulkRecord, now: Date) => ({
  ...bulk,
  at: bulk.at.toISOString(),
  undoneAt: bulk.undoneAt?.toISOString() ?? null,
  undoUntil: undoUntil(bulk, now)?.toISOString() ?? null,
});

/** What is said of findings by an action; null for one that says nothing of who does what. */
const wishOf = (action: BulkWish): Wish | null => {
  if (action.kind === "state") return { state: action.state };
  return action.kind === "assign" ? { assigneeId: action.assigneeId } : null;
};

const mustFit = ({ query, ids }: Target, action: BulkWish): void => {
  if (query !== undefined && ids !== undefined) {
    throw new AppError("BAD_REQUEST", "Name findings by a query or one by one, not both.", { field: "ids" });
  }
  if (query === undefined && ids === undefined) {
    throw new AppError("BAD_REQUEST", "Say which findings: a query, or their ids.", { field: "query" });
  }
  if (action.kind !== "decide") return;
  if (query === undefined) {
    throw new AppError("BAD_REQUEST", "A decision is about a query: it counts for what comes later too.", {
      field: "ids",
    });
  }
  scopeOf(query);
};

const preview: Endpoint = implement(routes.previewBulkAction, {
  audit: "none",
  run: async ({ tx, identity: { companyId } }, { body: { action, ...target } }) => {
    mustFit(target, action);
    const ids = await idsNamed(tx, companyId, { ...target, limit: BULK_MAX + 1 });
    const wish = wishOf(action);
    const { changed, taken } =
      wish === null ? { changed: ids.length, taken: 0 } : await countChanges(tx, companyId, ids, wish);
    return { findingCount: ids.length, changedCount: changed, takenCount: taken, isTooMany: ids.length > BULK_MAX };
  },
});

const comment = async (
  tx: Tx,
  { identity }: RequestContext,
  ids: readonly string[],
  { text, changeId }: { text: string; changeId: string },
): Promise<number> => {
  const { companyId } = identity;
  const author = authorOf(identity);
  const made = await insertComments(tx, companyId, ids, { ...author, text, changeId });
  const [commentId, findingId] = [made[0], ids[0]];
  if (commentId === undefined || findingId === undefined) return 0;
  // who is mentioned is told once, not a thousand times
  const people = (await mentionedIn(tx, companyId, text, author.personId)).map(({ id }) => id);
  const { componentId } = await requireFinding(tx, companyId, findingId);
  await setMentions(tx, companyId, { id: commentId, findingId, componentId }, people);
  return made.length;
};

const decide = async (
  context: RequestContext,
  tx: Tx,
  { query, action, deps }: { query: string; action: Extract<BulkWish, { kind: "decide" }>; deps: DecisionDeps },
) => {
  const { companyId, subject: actor } = context.identity;
  const { decision: kind, reason, expiresAt } = action;
  const { decision, detail, after } = await makeDecision(context, tx, { kind, scope: query, reason, expiresAt }, deps);
  const row = { companyId, actor, action: "decision.create", target: decision.id, detail, after, ip: context.ip };
  await writeAudit(tx, row);
  return { changedCount: decision.findingCount, decisionId: decision.id };
};

const perform = async (
  context: RequestContext,
  tx: Tx,
  {
    ids,
    query,
    action,
    id,
    deps,
  }: {
    ids: readonly string[];
    query: string;
    action: BulkWish;
    id: string;
    deps: DecisionDeps;
  },
): Promise<{ changedCount: number; decisionId: string | null }> => {
  const { companyId, subject: by } = context.identity;
  if (action.kind === "decide") return decide(context, tx, { query, action, deps });
  await lockWork(tx, companyId);
  if (action.kind === "comment") {
    const changedCount = await comment(tx, context, ids, { text: action.text, changeId: id });
    await tell(tx, companyId, ids);
    return { changedCount, decisionId: null };
  }
  if (action.kind === "assign") await mustBeMember(tx, companyId, action.assigneeId);
  const changed = await setWork(tx, companyId, ids, { ...wishOf(action), by, changeId: id });
  await tell(tx, companyId, changed);
  return { changedCount: changed.length, decisionId: null };
};

const mustBeAsSaid = (count: number, said: number | undefined): void => {
  if (count > BULK_MAX) {
    throw new AppError("BAD_REQUEST", `More than ${BULK_MAX} findings are named: narrow the query.`, {
      field: "query",
    });
  }
  if (said === undefined || said === count) return;
  throw new AppError("CONFLICT", `By now ${count} findings are named, not ${said}: look at the numbers again.`);
};

const create = (deps: DecisionDeps): Endpoint =>
  implement(routes.createBulkAction, {
    audit: "bulk_action.create",
    transaction: "none",
    run: async (context, { body: { action, findingCount: said, ...target } }) => {
      mustFit(target, action);
      const { db, identity, now } = context;
      const { companyId, subject: by } = identity;
      const run = async (tx: Tx): Promise<BulkRecord> => {
        const ids = await idsNamed(tx, companyId, { ...target, limit: BULK_MAX + 1 });
        mustBeAsSaid(ids.length, said);
        const id = randomUUID();
        const query = target.query ?? "";
        const done = await perform(context, tx, { ids, query, action, id, deps });
        const made = await insertBulk(tx, companyId, {
          id,
          query,
          findingCount: ids.length,
          by,
          wish: action,
          ...done,
        });
        const detail = { kind: action.kind, query, findingCount: ids.length, changedCount: done.changedCount };
        await context.record(tx, { companyId, actor: by, target: id, detail, after: action });
        return made;
      };
      // decisions are made by the service role, which also computes what they close
      const bulk = await (action.kind === "decide" ? db.asServiceFor(companyId, run) : db.withCompany(companyId, run));
      return toRow(bulk, now);
    },
  });

const list: Endpoint = implement(routes.listBulkActions, {
  audit: "none",
  run: async ({ tx, now, identity: { companyId } }) => ({
    rows: (await newestBulk(tx, companyId)).map((bulk) => toRow(bulk, now)),
  }),
});

/** The routes that change many findings at once. */
export const bulkRoutes = (deps: DecisionDeps): readonly Endpoint[] => [preview, create(deps), list];
