import { type Endpoint, implement } from "../../platform/http/index.ts";
import { listJobs } from "../../platform/queue/index.ts";
import { routes } from "./contract.ts";

/** The route that shows a company's jobs, dead ones first, each with its last error; the queue bounds how many. */
export const jobRoutes = (): Endpoint[] => [
  implement(routes.listJobs, {
    audit: "none",
    run: async ({ tx, identity }) => ({
      rows: (await listJobs(tx, identity.companyId)).map(({ companyId: _, runAt, ...job }) => ({
        ...job,
        runAt: runAt.toISOString(),
      })),
    }),
  }),
];
