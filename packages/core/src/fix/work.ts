/** What a person says of the work on a fix. Whether it is done is never said: the next inventories tell. */
export const FIX_STATES = ["open", "planned", "in_work", "done"] as const;
export type FixState = (typeof FIX_STATES)[number];

/**
 * How far a fix is after somebody said something of it: what they say. Where they do not say it, an open one that is given to a person is in
 * work, and one that is given a day is planned. Nothing goes back by itself. Pure.
 */
export const stateAfter = (
  before: { readonly state: FixState },
  said: { readonly state?: FixState | undefined; readonly assigneeId?: string | null; readonly dueOn?: string | null },
): FixState => {
  if (said.state !== undefined) return said.state;
  if (before.state !== "open" && before.state !== "planned") return before.state;
  if (said.assigneeId != null) return "in_work";
  return said.dueOn != null ? "planned" : before.state;
};

/**
 * What inventories say of a fix that somebody called done. `waiting`: no asset that still needs it has reported since;
 * `verified`: nothing that it closes is left; `not_fixed`: assets that have reported since still need it; `came_back`: it was
 * verified, and is needed again.
 */
export const FIX_VERIFICATIONS = ["waiting", "verified", "not_fixed", "came_back"] as const;
export type FixVerification = (typeof FIX_VERIFICATIONS)[number];

/** What is left of a fix that was called done. */
export interface LeftOfFix {
  /** Findings that it closes and that are open. */
  readonly findingCount: number;
  /** Assets that have them and have reported since it was called done. */
  readonly notFixedCount: number;
  readonly isReopened: boolean;
}

/** What inventories say of a fix that was called done. `verifiedBefore`: they had said that nothing is left. */
export const verificationOf = (left: LeftOfFix, verifiedBefore: boolean): FixVerification => {
  if (left.findingCount === 0) return "verified";
  if (verifiedBefore || left.isReopened) return "came_back";
  return left.notFixedCount > 0 ? "not_fixed" : "waiting";
};
