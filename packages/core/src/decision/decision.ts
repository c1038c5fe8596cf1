/** What a person decides of findings. */
export const DECISION_KINDS = ["accept_risk", "false_positive", "not_affected", "deferred"] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** `proposed`: it waits for a second person. Computed when read. */
export const DECISION_STATES = ["proposed", "active", "expired", "revoked"] as const;
export type DecisionState = (typeof DECISION_STATES)[number];

/** Days ahead that a decision may stand at most: who still means it after a year says so once more. */
export const DECISION_DAYS_MAX = 365;

/** Whether the weakness is there and somebody lives with it; else it is said not to be there. */
export const isAccepted = (kind: DecisionKind): boolean => kind === "accept_risk" || kind === "deferred";
