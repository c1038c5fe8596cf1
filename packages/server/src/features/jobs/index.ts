import type { z } from "zod";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";

export type JobRow = z.output<typeof routes.listJobs.answer>["rows"][number];

export interface JobDeps {
  /** The company's waiting, running and dead jobs, from the queue, which bounds how many. */
  readonly listJobs: (companyId: number) => Promise<readonly JobRow[]>;
}

/** The route that shows a company's jobs, each with its last error. */
export const jobRoutes = (deps: JobDeps): Endpoint[] => [
  implement(routes.listJobs, {
    audit: "none",
    transaction: "none",
    run: async ({ identity }) => ({ rows: [...(await deps.listJobs(identity.companyId))] }),
  }),
];
