/** The state of one thing that the server needs. `missing`: it works, and has nothing yet. */
export interface Dependency {
  readonly name: string;
  readonly status: "ok" | "down" | "missing";
  /** Shown to anybody: no addresses, no messages of other systems. */
  readonly detail: string;
}

/** Down when anything is, degraded when something is missing, else ok. */
export const overallStatus = (dependencies: readonly Dependency[]): "ok" | "degraded" | "down" => {
  if (dependencies.some(({ status }) => status === "down")) return "down";
  return dependencies.some(({ status }) => status === "missing") ? "degraded" : "ok";
};
