import { QUERY_CHARS_MAX } from "@zerotrace/core/query/language/index";
import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";

/** What a webhook can be told of. `ping` is sent when somebody tests it. */
export const WEBHOOK_KINDS = [
  "finding.opened",
  "finding.closed",
  "finding.reopened",
  "decision.made",
  "decision.proposed",
  "decision.requested",
  "decision.ended",
  "fix.assigned",
  "fix.overdue",
  "asset.new",
  "asset.gone",
  "feed.stale",
  "feed.fresh",
] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

/** Hours for which an old secret goes on signing beside the new one. */
const OVERLAP_HOURS_MAX = 168;

const wish = z.object({
  name: z.string().trim().min(1).max(100),
  url: z.string().max(2048).describe("https://…; the operator may allow other ways with webhookHosts"),
  kinds: z.array(z.enum(WEBHOOK_KINDS)).min(1).max(WEBHOOK_KINDS.length),
  query: z
    .string()
    .trim()
    .max(QUERY_CHARS_MAX)
    .default("")
    .describe("Which findings, such as `severity>=high fix:yes`; empty for all"),
});

export const webhookRow = z.object({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  kinds: z.array(z.enum(WEBHOOK_KINDS)),
  query: z.string(),
  /** Messages tell of assets with these labels alone: what its maker may see; null for all. */
  labels: z.array(z.string()).nullable(),
  isOn: z.boolean(),
  /** Why the server turned it off. */
  note: z.string().nullable(),
  waitingCount: z.number().int(),
  failingSince: z.string().nullable(),
  lastError: z.string().nullable(),
  sentAt: z.string().nullable(),
  /** Until then the secret before signs too. */
  previousUntil: z.string().nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
});

export const deliveryRow = z.object({
  /** The `webhook-id` of the message: the same at each attempt. */
  id: z.uuid(),
  kind: z.string(),
  state: z.enum(["waiting", "sent", "failed"]),
  attempts: z.number().int(),
  createdAt: z.string(),
  triedAt: z.string().nullable(),
  nextTryAt: z.string().nullable(),
  durationMs: z.number().int().nullable(),
  status: z.number().int().nullable(),
  error: z.string().nullable(),
});

const made = z.object({
  id: z.uuid(),
  /** Shown once: `whsec_` and base64, as Standard Webhooks has it. */
  secret: z.string(),
});
const deliveryParams = z.object({ id: z.uuid(), deliveryId: z.uuid() });

export const listWebhooks = route({
  method: "GET",
  path: "/api/v1/webhooks",
  summary: "Webhooks by name, and how each fares",
  permission: "webhooks:manage",
  answer: z.object({ rows: z.array(webhookRow) }),
});

export const createWebhook = route({
  method: "POST",
  path: "/api/v1/webhooks",
  summary: "Send signed messages of what happens to an address; the answer holds the secret, once",
  permission: "webhooks:manage",
  status: 201,
  body: wish,
  answer: made,
});

export const changeWebhook = route({
  method: "PUT",
  path: "/api/v1/webhooks/:id",
  summary: "Change a webhook, or turn it on or off",
  permission: "webhooks:manage",
  params: idParam,
  body: wish.extend({ isOn: z.boolean().default(true) }),
});

export const deleteWebhook = route({
  method: "DELETE",
  path: "/api/v1/webhooks/:id",
  summary: "Delete a webhook with its log",
  permission: "webhooks:manage",
  params: idParam,
});

export const rotateWebhookSecret = route({
  method: "POST",
  path: "/api/v1/webhooks/:id/rotate",
  summary: "A new secret, shown once; the old one signs beside it for a while",
  permission: "webhooks:manage",
  params: idParam,
  body: z.object({ overlapHours: z.number().int().min(0).max(OVERLAP_HOURS_MAX).default(24) }),
  answer: made.extend({ previousUntil: z.string() }),
});

export const testWebhook = route({
  method: "POST",
  path: "/api/v1/webhooks/:id/test",
  summary: "Send a `ping`; what became of it stands in the log",
  permission: "webhooks:manage",
  status: 202,
  params: idParam,
  answer: z.object({ deliveryId: z.uuid() }),
});

export const listWebhookDeliveries = route({
  method: "GET",
  path: "/api/v1/webhooks/:id/deliveries",
  summary: "Messages of a webhook, newest first",
  permission: "webhooks:manage",
  params: idParam,
  query: z.object({ ...pageQuery }),
  answer: page(deliveryRow),
});

export const getWebhookDelivery = route({
  method: "GET",
  path: "/api/v1/webhooks/:id/deliveries/:deliveryId",
  summary: "One message as it was sent, and the beginning of the last answer",
  permission: "webhooks:manage",
  params: deliveryParams,
  answer: deliveryRow.extend({ body: z.string(), answer: z.string().nullable() }),
});

export const redeliverWebhook = route({
  method: "POST",
  path: "/api/v1/webhooks/:id/deliveries/:deliveryId/redeliver",
  summary: "Send a message again, under the same id",
  permission: "webhooks:manage",
  status: 202,
  params: deliveryParams,
});

export const routes = {
  listWebhooks,
  createWebhook,
  changeWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  listWebhookDeliveries,
  getWebhookDelivery,
  redeliverWebhook,
};
