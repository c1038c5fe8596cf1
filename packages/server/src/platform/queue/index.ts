export {
  countPendingJobs,
  deleteCompanyJobs,
  enqueue,
  type JobOrder,
  type JobPayload,
  type JobStatus,
  listAllJobs,
  listJobs,
  queueDepth,
} from "./jobs.ts";
export { type JobContext, type JobEnd, openQueue, type Queue, type Task } from "./queue.ts";
export { migrateQueue } from "./schema.ts";
