import { route } from "@zerotrace/core/schema";
import { z } from "zod";

export const listJobs = route({
  method: "GET",
  path: "/api/v1/jobs",
  summary: "The company's waiting, running and dead jobs",
  permission: "jobs:read",
  answer: z.object({
    rows: z.array(
      z.object({
        id: z.string(),
        task: z.string(),
        state: z.enum(["waiting", "running", "dead"]),
        attempts: z.number().int(),
        maxAttempts: z.number().int(),
        runAt: z.string(),
        lastError: z.string().nullable(),
      }),
    ),
  }),
});

export const routes = { listJobs };
