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

/** Ranges of addresses of one enrollment token. */
const RANGES_MAX = 32;

export const createToken = route({
  method: "POST",
  path: "/api/v1/tokens",
  summary: "Create an enrollment or API token; the secret is shown this once",
  permission: "tokens:manage",
  status: 201,
  body: z.object({
    kind: z.enum(["enrollment", "api"]),
    label: z.string().trim().min(1).max(100),
    expiresInSeconds: z.number().int().min(60).max(31_536_000).default(3600),
    /** Enrollment tokens only. */
    maxUses: z.number().int().min(1).max(100_000).default(1),
    enrollment: z
      .object({
        labels: labels.default([]).describe("Labels that assets enrolled with it get"),
        agentsMax: z.number().int().min(1).max(100_000).optional().describe("Agents in force at one time"),
        ranges: z
          .array(z.string().max(64))
          .max(RANGES_MAX)
          .default([])
          .describe("Addresses or CIDR ranges that agents enroll from; empty: any"),
      })
      .strict()
      .optional()
      .describe("Enrollment tokens only"),
    /** API tokens only; at most what the creator holds. */
    permissions: z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length).default([]),
  }),
  answer: z.object({ id: z.uuid(), secret: z.string(), expiresAt: z.string() }),
});

export const listTokens = route({
  method: "GET",
  path: "/api/v1/tokens",
  summary: "Enrollment and API tokens, newest first, without secrets",
  permission: "tokens:manage",
  query: z.object({ ...pageQuery }),
  answer: page(tokenRow),
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

export const routes = { createToken, listTokens, revokeToken };
