import { AppError } from "@zerotrace/core";
import { DECISION_DAYS_MAX, type DecisionState } from "@zerotrace/core/decision/decision";
import { type DecisionScope, parseScope } from "@zerotrace/core/decision/scope";
import { assetCondition, queryCondition, type Value } from "../findings/index.ts";
import type { DecisionRecord } from "./sql.ts";

const DAY_MS = 86_400_000;
/** For a clock that differs from ours, in ms. */
const CLOCK_MS = 3_600_000;

/** Reads a scope. Throws BAD_REQUEST that shows where the first mistake is and how to mend it. */
export const scopeOf = (text: string): DecisionScope => {
  const { errors, ...scope } = parseScope(text);
  const [first] = errors;
  if (first === undefined) return scope;
  const where = text.slice(first.at, first.at + first.length).slice(0, 60);
  throw new AppError("BAD_REQUEST", `At character ${first.at + 1} ("${where}"): ${first.message}`, { field: "scope" });
};

/** A scope as conditions: on the table of assets `a`, and on findings `f`. Null where it names all. */
export interface ScopeSql {
  readonly assets: ((value: Value) => string) | null;
  readonly findings: ((value: Value) => string) | null;
}

/** A scope as SQL. */
export const sqlOf = ({ assets, findings }: DecisionScope): ScopeSql => ({
  assets: assets && ((value) => assetCondition(assets, value)),
  findings: findings && ((value) => queryCondition(findings, value)),
});

/** What a decision is at a moment. */
export const stateOf = (
  d: Pick<DecisionRecord, "revokedAt" | "expiresAt" | "needsApproval" | "approvedAt">,
  now: Date,
): DecisionState => {
  if (d.revokedAt !== null) return "revoked";
  if (d.expiresAt <= now) return "expired";
  return d.needsApproval && d.approvedAt === null ? "proposed" : "active";
};

/** Refuses an end that is past, or further ahead than decisions stand. Throws BAD_REQUEST. */
export const mustEndInTime = (expiresAt: Date, now: Date): void => {
  const aheadMs = expiresAt.getTime() - now.getTime();
  if (aheadMs > 0 && aheadMs <= DECISION_DAYS_MAX * DAY_MS + CLOCK_MS) return;
  const latest = new Date(now.getTime() + DECISION_DAYS_MAX * DAY_MS).toISOString().slice(0, 10);
  throw new AppError("BAD_REQUEST", `A decision ends within ${DECISION_DAYS_MAX} days: choose a day until ${latest}.`, {
    field: "expiresAt",
  });
};

/** A stored decision as the API shows it. */
export const toDecisionRow = (d: DecisionRecord, now: Date) => ({
  ...d,
  state: stateOf(d, now),
  createdAt: d.createdAt.toISOString(),
  approvedAt: d.approvedAt?.toISOString() ?? null,
  expiresAt: d.expiresAt.toISOString(),
  revokedAt: d.revokedAt?.toISOString() ?? null,
});
