import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";

const filter = {
  actor: z.string().min(1).max(300).optional().describe("Who, as the trail names them"),
  action: z.string().min(1).max(100).optional().describe("What, as noun.verb; noun.* for everything of a noun"),
  target: z.string().min(1).max(300).optional().describe("The object, by its id"),
  from: z.iso.datetime({ offset: true }).optional().describe("From this time on"),
  until: z.iso.datetime({ offset: true }).optional().describe("Before this time"),
};

export const auditRow = z.object({
  /** Its place in the company's chain. */
  seq: z.number().int(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.record(z.string(), z.unknown()),
  before: z.unknown().nullable(),
  after: z.unknown().nullable(),
  ip: z.string(),
  /** SHA-256 over the hash of the link before it and its own content. */
  hash: z.string(),
});

export const checkpointRow = z.object({
  seq: z.number().int(),
  hash: z.string(),
  count: z.number().int(),
  before: z.string(),
  at: z.string(),
  keyId: z.string(),
  publicKey: z.string(),
  signature: z.string(),
});

export const listAudit = route({
  method: "GET",
  path: "/api/v1/audit",
  summary: "The audit trail by filter, newest first",
  permission: "audit:read",
  query: z.object({ ...pageQuery, ...filter }),
  answer: page(auditRow),
});

export const exportAudit = route({
  method: "GET",
  path: "/api/v1/audit/export",
  summary: "The audit trail in the order of its chain as JSON lines or CEF, streamed",
  permission: "audit:read",
  query: z.object({
    format: z.enum(["json", "cef"]).default("json"),
    after: z.coerce.number().int().min(0).default(0).describe("Links after this number"),
  }),
  contentType: "application/x-ndjson",
});

export const listAuditLinks = route({
  method: "GET",
  path: "/api/v1/audit/chain",
  summary: "Links of the chain in order with the very text that was hashed, to compute them anew",
  permission: "audit:read",
  query: z.object({
    after: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(1000).default(500),
  }),
  answer: z.object({
    companyId: z.number().int(),
    /** What the oldest link follows; null while nothing was cut off. */
    checkpoint: checkpointRow.nullable(),
    rows: z.array(
      z.object({ seq: z.number().int(), previous: z.string(), hash: z.string(), content: z.string().nullable() }),
    ),
    isLast: z.boolean(),
  }),
});

export const verifyAudit = route({
  method: "GET",
  path: "/api/v1/audit/verify",
  summary: "The server computes the whole chain anew and says the first thing that is wrong",
  permission: "audit:read",
  answer: z.object({
    count: z.number().int(),
    head: z.object({ seq: z.number().int(), hash: z.string() }).nullable(),
    checkpoint: checkpointRow.nullable(),
    fault: z.object({ seq: z.number().int().nullable(), why: z.string() }).nullable(),
  }),
});

export const sinkRow = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(["http", "syslog"]),
  url: z.string(),
  format: z.enum(["cef", "json"]),
  hasSecret: z.boolean(),
  sentSeq: z.number().int(),
  /** Links that wait to be sent. */
  waitingCount: z.number().int(),
  sentAt: z.string().nullable(),
  failureCount: z.number().int(),
  nextTryAt: z.string(),
  lastError: z.string().nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
});

export const listAuditSinks = route({
  method: "GET",
  path: "/api/v1/audit/sinks",
  summary: "Where the trail is sent, by name, and how far each is",
  permission: "audit:manage",
  answer: z.object({ rows: z.array(sinkRow) }),
});

export const createAuditSink = route({
  method: "POST",
  path: "/api/v1/audit/sinks",
  summary: "Send the trail to a syslog receiver or an HTTP address",
  permission: "audit:manage",
  status: 201,
  body: z.object({
    name: z.string().trim().min(1).max(100),
    /** https://…, syslog+tls://host:port, syslog+tcp://host:port or syslog+udp://host:port */
    url: z.string().max(2048),
    format: z.enum(["cef", "json"]).default("json"),
    /** The value of the Authorization header; it is sealed and not shown again. */
    authorization: z.string().min(1).max(4096).optional(),
    /** Everything that is there, or what comes from now on. */
    from: z.enum(["beginning", "now"]).default("now"),
  }),
  answer: z.object({ id: z.uuid() }),
});

export const deleteAuditSink = route({
  method: "DELETE",
  path: "/api/v1/audit/sinks/:id",
  summary: "Send the trail there no more",
  permission: "audit:manage",
  params: idParam,
});

export const routes = {
  listAudit,
  exportAudit,
  listAuditLinks,
  verifyAudit,
  listAuditSinks,
  createAuditSink,
  deleteAuditSink,
};
