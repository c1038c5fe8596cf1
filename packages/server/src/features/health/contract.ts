import { route } from "@zerotrace/core/schema";
import { z } from "zod";

export const live = route({
  method: "GET",
  path: "/health/live",
  summary: "The process answers",
  permission: "public",
  answer: z.object({ status: z.literal("ok"), version: z.string() }),
});

export const ready = route({
  method: "GET",
  path: "/health/ready",
  summary: "Each dependency; 503 when one that is needed does not answer",
  permission: "public",
  answer: z.object({
    status: z.enum(["ok", "degraded", "down"]),
    dependencies: z.array(
      z.object({ name: z.string(), status: z.enum(["ok", "down", "missing", "failed"]), detail: z.string() }),
    ),
  }),
});

export const metrics = route({
  method: "GET",
  path: "/metrics",
  summary: "Prometheus metrics; loopback callers and API tokens with jobs:read",
  permission: "jobs:read",
  contentType: "text/plain; version=0.0.4",
});

export const routes = { live, ready, metrics };
