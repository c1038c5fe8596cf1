/** The state of one thing that the server needs. `missing`: it works, and has nothing yet. `failed`: a check of it did not hold. */
export interface Dependency {
  readonly name: string;
  readonly status: "ok" | "down" | "missing" | "failed";
  /** Shown to anybody: no addresses, no messages of other systems. */
  readonly detail: string;
}

/** Down when anything is, degraded when something is missing or failed, else ok. */
export const overallStatus = (dependencies: readonly Dependency[]): "ok" | "degraded" | "down" => {
  if (dependencies.some(({ status }) => status === "down")) return "down";
  return dependencies.every(({ status }) => status === "ok") ? "ok" : "degraded";
};
