/** What a person says of an open finding: nobody has looked, somebody knows of it, somebody works on it. */
export const WORK_STATES = ["open", "acknowledged", "in_work"] as const;
export type WorkState = (typeof WORK_STATES)[number];

/** The life of a finding as it is shown. `open`: new, and nobody has taken it up; `reopened`: it came back, and nobody has since. */
export const FINDING_STATES = [
  "open",
  "acknowledged",
  "in_work",
  "accepted",
  "not_affected",
  "fixed",
  "reopened",
] as const;
export type FindingState = (typeof FINDING_STATES)[number];
