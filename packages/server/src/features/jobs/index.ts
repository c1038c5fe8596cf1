import { type Endpoint, implement } from "../../platform/http/index.ts";
import { type JobStatus, listJobs } from "../../platform/queue/index.ts";
import { routes } from "./contract.ts";

const toRow = ({ id, task, state, attempts, maxAttempts, runAt, lastError }: JobStatus) => ({
  id,
  task,
  state,
  attempts,
  maxAttempts,
  runAt: runAt.toISOString(),
  lastError,
});

/** The route that shows a company's jobs, dead ones first, each with its last error; the queue bounds how many. */
export const jobRoutes = (): Endpoint[] => [
  implement(routes.listJobs, {
    audit: "none",
    run: async ({ tx, identity }) => ({ rows: (await listJobs(tx, identity.companyId)).map(toRow) }),
  }),
];
