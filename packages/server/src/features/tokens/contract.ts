import { idParam, PERMISSIONS, page, pageQuery, route } from "@zerotrace/core/schema";
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
});

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
  summary: "Revoke a token",
  permission: "tokens:manage",
  params: idParam,
});

export const routes = { createToken, listTokens, revokeToken };
