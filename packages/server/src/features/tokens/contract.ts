import { idParam, labels, PERMISSIONS, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";

export const tokenRow = z.object({
  id: z.uuid(),
  kind: z.enum(["enrollment", "api"]),
  label: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  usesLeft: z.number().int().nullable(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  rotatedAt: z.string().nullable(),
  /** Of an API token: until when its former secret works beside the new one. */
  formerUntil: z.string().nullable(),
  /** Of an API token in force: whether most of its time is over and less than two weeks are left. */
  endsSoon: z.boolean(),
  /** Addresses that an API token may be used from; null: any. */
  ranges: z.array(z.string()).nullable(),
  /** What an enrollment token is limited to and gives; null for API tokens. */
  enrollment: z
    .object({
      /** Labels that its assets get. */
      labels: z.array(z.string()),
      /** Agents in force at one time; null: as many as it has uses. */
      agentsMax: z.number().int().nullable(),
      /** Agents in force that it enrolled. */
      agentCount: z.number().int(),
      /** Addresses that it may be used from; null: any. */
      ranges: z.array(z.string()).nullable(),
    })
    .nullable(),
});

/** Ranges of addresses of one token. */
const RANGES_MAX = 32;
const DAY_SECONDS = 86_400;
const LIFETIME_SECONDS_MAX = 365 * DAY_SECONDS;
const OVERLAP_SECONDS_MAX = 7 * DAY_SECONDS;

const ranges = z.array(z.string().max(64)).max(RANGES_MAX).default([]);
const lifetimeSeconds = z.number().int().min(60).max(LIFETIME_SECONDS_MAX);

export const createToken = route({
  method: "POST",
  path: "/api/v1/tokens",
  summary: "Create an enrollment or API token; the secret is shown this once",
  permission: "tokens:manage",
  status: 201,
  body: z.object({
    kind: z.enum(["enrollment", "api"]),
    label: z.string().trim().min(1).max(100),
    expiresInSeconds: lifetimeSeconds.default(3600),
    /** Enrollment tokens only. */
    maxUses: z.number().int().min(1).max(100_000).default(1),
    enrollment: z
      .object({
        labels: labels.default([]).describe("Labels that assets enrolled with it get"),
        agentsMax: z.number().int().min(1).max(100_000).optional().describe("Agents in force at one time"),
        ranges: ranges.describe("Addresses or CIDR ranges that agents enroll from; empty: any"),
      })
      .strict()
      .optional()
      .describe("Enrollment tokens only"),
    /** API tokens only; at most what the creator holds. */
    permissions: z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length).default([]),
    ranges: ranges.describe("API tokens only: addresses or CIDR ranges that it works from; empty: any"),
  }),
  answer: z.object({ id: z.uuid(), secret: z.string(), expiresAt: z.string() }),
});

export const listTokens = route({
  method: "GET",
  path: "/api/v1/tokens",
  summary: "Enrollment and API tokens, newest first, without secrets",
  permission: "tokens:manage",
  query: z.object({ ...pageQuery }),
  answer: page(tokenRow).extend({
    /** API tokens of the company that end soon. */
    endsSoonCount: z.number().int(),
  }),
});

export const revokeToken = route({
  method: "DELETE",
  path: "/api/v1/tokens/:id",
  summary: "Revoke a token, and with `agents=revoke` every agent that was enrolled with it",
  permission: "tokens:manage",
  params: idParam,
  query: z.object({ agents: z.enum(["keep", "revoke"]).default("keep") }),
  answer: z.object({ agentsRevoked: z.number().int() }),
});

export const rotateToken = route({
  method: "POST",
  path: "/api/v1/tokens/:id/rotate",
  summary: "Give an API token another secret, shown this once; the former one works on for a while",
  permission: "tokens:manage",
  params: idParam,
  body: z.object({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(OVERLAP_SECONDS_MAX)
      .default(3600)
      .describe("How long the former secret works beside the new one"),
    expiresInSeconds: lifetimeSeconds.optional().describe("As long as it was made for where not given"),
  }),
  answer: z.object({
    id: z.uuid(),
    secret: z.string(),
    expiresAt: z.string().nullable(),
    formerUntil: z.string().nullable(),
  }),
});

export const routes = { createToken, listTokens, revokeToken, rotateToken };
