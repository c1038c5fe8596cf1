import { AppError } from "@zerotrace/core";
import { mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import { settingsOf } from "../settings/index.ts";
import { lockFindings } from "../vex/index.ts";
import { routes } from "./contract.ts";
import { refreshRulings } from "./refresh.ts";
import { mustEndInTime, scopeOf, stateOf, toDecisionRow } from "./rules.ts";
import {
  approveDecision,
  changeDecision,
  countDecisions,
  decisionById,
  type DecisionRecord,
  insertDecision,
  revokeDecision,
} from "./sql.ts";

/** Decisions of a company that stand or wait at a time (count): each is asked at every change of its findings. */
const LIVE_MAX = 1_000;

export interface DecisionDeps {
  /** Called in the transaction when other findings are decided: the sums over assets are to be made again. */
  readonly onChanged: (tx: Tx, companyId: number) => Promise<void>;
}

/** Why one with labels makes none. */
export const ALL = "decisions concern all of it";

/** With a second approval both are people: one person could hold a token beside their own session. Throws FORBIDDEN. */
const mustBePerson = ({ identity: { personId } }: Pick<RequestContext, "identity">): void => {
  if (personId !== undefined) return;
  throw new AppError("FORBIDDEN", "Decisions need a second person's approval here: sign in as a person to make one.");
};

/** One decision. Throws NOT_FOUND. */
export const required = async (tx: Tx, companyId: number, id: string): Promise<DecisionRecord> => {
  const decision = await decisionById(tx, companyId, id);
  if (decision === null) throw new AppError("NOT_FOUND", "There is no decision with this id.");
  return decision;
};

/** Looks at all findings of a decision that stands now; at nothing but what ended where none is named. */
const refreshed = async (tx: Tx, companyId: number, { onChanged }: DecisionDeps, decision?: string): Promise<void> => {
  const doubtful = { components: [], ...(decision === undefined ? {} : { decision }) };
  if ((await refreshRulings(tx, companyId, doubtful)) > 0) await onChanged(tx, companyId);
};

/** What somebody decides. */
export interface DecisionWish {
  readonly kind: DecisionRecord["kind"];
  readonly scope: string;
  readonly reason: string;
  readonly owner?: string | undefined;
  readonly expiresAt: string;
}

/**
 * Makes a decision in a transaction of the service role, and says what an audit row of it holds. Throws BAD_REQUEST for a scope or
 * an end that cannot be, FORBIDDEN for who sees a part or must be a person, CONFLICT when too many stand.
 */
export const makeDecision = async (
  context: RequestContext,
  tx: Tx,
  wish: DecisionWish,
  deps: DecisionDeps,
): Promise<{ decision: DecisionRecord; detail: Record<string, number>; after: Record<string, unknown> }> => {
  mustSeeAll(context.identity, ALL);
  const { companyId, subject: actor } = context.identity;
  const { assets } = scopeOf(wish.scope);
  const expiresAt = new Date(wish.expiresAt);
  mustEndInTime(expiresAt, context.now);
  await lockFindings(tx, companyId);
  const needsApproval = (await settingsOf(tx, companyId))["decisions.second_approval"];
  if (needsApproval) mustBePerson(context);
  const live = (await countDecisions(tx, companyId, "active")) + (await countDecisions(tx, companyId, "proposed"));
  if (live >= LIVE_MAX) throw new AppError("CONFLICT", `At most ${LIVE_MAX} decisions stand: revoke some first.`);
  const { kind, scope, reason, owner = actor } = wish;
  const given = { kind, scope, reason, owner, expiresAt, needsApproval, createdBy: actor };
  const id = await insertDecision(tx, companyId, { ...given, byAsset: assets !== null });
  await refreshed(tx, companyId, deps, id);
  const decision = await required(tx, companyId, id);
  const { closedCount, findingCount } = decision;
  const after = { kind, scope, reason, owner, expiresAt: expiresAt.toISOString(), needsApproval };
  return { decision, detail: { findingCount, closedCount }, after };
};

const create = (deps: DecisionDeps): Endpoint =>
  implement(routes.createDecision, {
    audit: "decision.create",
    transaction: "none",
    run: async (context, { body }) => {
      const { db, now, identity } = context;
      const { companyId, subject: actor } = identity;
      return await db.asServiceFor(companyId, async (tx) => {
        const { decision, detail, after } = await makeDecision(context, tx, body, deps);
        await context.record(tx, { companyId, actor, target: decision.id, detail, after });
        return toDecisionRow(decision, now);
      });
    },
  });

const approve = (deps: DecisionDeps): Endpoint =>
  implement(routes.approveDecision, {
    audit: "decision.approve",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      mustSeeAll(context.identity, ALL);
      const { db, now, identity } = context;
      const { companyId, subject: actor } = identity;
      return await db.asServiceFor(companyId, async (tx) => {
        await lockFindings(tx, companyId);
        const before = await required(tx, companyId, id);
        const state = stateOf(before, now);
        if (state !== "proposed")
          throw new AppError("CONFLICT", `This decision is ${state}: nothing waits for approval.`);
        mustBePerson(context);
        if (before.createdBy === actor) {
          throw new AppError("FORBIDDEN", "You proposed this decision: somebody else approves it.");
        }
        await approveDecision(tx, companyId, id, actor);
        await refreshed(tx, companyId, deps, id);
        const decision = await required(tx, companyId, id);
        const { closedCount, findingCount } = decision;
        const change = { before: { state }, after: { state: "active" } };
        await context.record(tx, { companyId, actor, target: id, detail: { findingCount, closedCount }, ...change });
        return toDecisionRow(decision, now);
      });
    },
  });

/** Takes a decision back in a transaction of the service role. Throws NOT_FOUND, and CONFLICT when it is over already. */
export const takeBackDecision = async (
  context: RequestContext,
  tx: Tx,
  id: string,
  deps: DecisionDeps,
): Promise<{ hid: number; change: { before: object; after: object } }> => {
  mustSeeAll(context.identity, ALL);
  const { companyId, subject: actor } = context.identity;
  await lockFindings(tx, companyId);
  const before = await required(tx, companyId, id);
  const state = stateOf(before, context.now);
  if (state === "revoked" || state === "expired") {
    throw new AppError("CONFLICT", `This decision is ${state} already: it hides nothing.`);
  }
  await revokeDecision(tx, companyId, id, actor);
  await refreshed(tx, companyId, deps);
  return { hid: before.closedCount, change: { before: { state }, after: { state: "revoked" } } };
};

const revoke = (deps: DecisionDeps): Endpoint =>
  implement(routes.revokeDecision, {
    audit: "decision.revoke",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, now, identity } = context;
      const { companyId, subject: actor } = identity;
      return await db.asServiceFor(companyId, async (tx) => {
        const { hid, change } = await takeBackDecision(context, tx, id, deps);
        await context.record(tx, { companyId, actor, target: id, detail: { hid }, ...change });
        return toDecisionRow(await required(tx, companyId, id), now);
      });
    },
  });

/** With a second approval nobody makes alone that a decision stands longer than was approved. Throws CONFLICT. */
const mustNotProlong = (decision: DecisionRecord, expiresAt: Date): void => {
  if (!decision.needsApproval || expiresAt <= decision.expiresAt) return;
  throw new AppError("CONFLICT", "A second person approved this end: a later one is a new decision.", {
    field: "expiresAt",
  });
};

const change = (deps: DecisionDeps): Endpoint =>
  implement(routes.changeDecision, {
    audit: "decision.change",
    transaction: "none",
    run: async (context, { params: { id }, body }) => {
      mustSeeAll(context.identity, ALL);
      const { db, now, identity } = context;
      const { companyId, subject: actor } = identity;
      return await db.asServiceFor(companyId, async (tx) => {
        await lockFindings(tx, companyId);
        const decision = await required(tx, companyId, id);
        const state = stateOf(decision, now);
        if (state === "revoked" || state === "expired") {
          throw new AppError("CONFLICT", `This decision is ${state}: make a new one.`);
        }
        const expiresAt = body.expiresAt === undefined ? decision.expiresAt : new Date(body.expiresAt);
        const owner = body.owner ?? decision.owner;
        if (body.expiresAt !== undefined) {
          mustEndInTime(expiresAt, now);
          mustNotProlong(decision, expiresAt);
        }
        await changeDecision(tx, companyId, id, { expiresAt, owner });
        await refreshed(tx, companyId, deps);
        const before = { expiresAt: decision.expiresAt.toISOString(), owner: decision.owner };
        const after = { expiresAt: expiresAt.toISOString(), owner };
        await context.record(tx, { companyId, actor, target: id, before, after });
        return toDecisionRow(await required(tx, companyId, id), now);
      });
    },
  });

/** The routes that make, approve, change and revoke decisions. */
export const writeRoutes = (deps: DecisionDeps): Endpoint[] => [
  create(deps),
  approve(deps),
  revoke(deps),
  change(deps),
];
