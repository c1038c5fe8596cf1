import { page, pageQuery, PERMISSIONS, route } from "@zerotrace/core/schema";
import { z } from "zod";

const LIFETIME_SECONDS_MAX = 3600;
const LIFETIME_SECONDS = 900;
const AUDIENCE_CHARS_MAX = 200;

const wish = {
  expiresInSeconds: z.number().int().min(60).max(LIFETIME_SECONDS_MAX).default(LIFETIME_SECONDS),
  permissions: z
    .array(z.enum(PERMISSIONS))
    .min(1)
    .max(PERMISSIONS.length)
    .optional()
    .describe("What it may do of what the API token may; everything where not given"),
};

export const accessToken = z.object({
  accessToken: z.string(),
  tokenType: z.literal("Bearer"),
  /** Its `jti`, by which it is revoked. */
  id: z.uuid(),
  expiresAt: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
});

export const issueAccessToken = route({
  method: "POST",
  path: "/api/v1/access-tokens",
  summary: "Exchange the API token that asks for a short-lived access token (JWT)",
  permission: "signed-in",
  status: 201,
  body: z.object({
    ...wish,
    audience: z
      .string()
      .trim()
      .min(1)
      .max(AUDIENCE_CHARS_MAX)
      .optional()
      .describe("Whom it is for; this server where not given. One for somebody else is not taken here"),
  }),
  answer: accessToken,
});

export const listAccessTokens = route({
  method: "GET",
  path: "/api/v1/access-tokens",
  summary: "Access tokens in force, newest first, without the tokens themselves",
  permission: "tokens:manage",
  query: z.object({ ...pageQuery }),
  answer: page(
    z.object({
      id: z.uuid(),
      /** The API token that it was got for. */
      tokenId: z.uuid(),
      label: z.string(),
      audience: z.string(),
      createdAt: z.string(),
      expiresAt: z.string(),
    }),
  ),
});

export const revokeAccessToken = route({
  method: "DELETE",
  path: "/api/v1/access-tokens/:jti",
  summary: "Revoke one access token; the API token behind it stays",
  permission: "tokens:manage",
  params: z.object({ jti: z.uuid() }),
  answer: z.object({}),
});

export const getJwks = route({
  method: "GET",
  path: "/.well-known/jwks.json",
  summary: "The public keys that verify access tokens, as a JSON Web Key Set",
  permission: "public",
  answer: z.object({
    keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string(), use: z.literal("sig") })),
  }),
});

const signingKey = z.object({
  id: z.string(),
  algorithm: z.enum(["EdDSA", "RS256", "HS256"]),
  createdAt: z.string(),
  /** Since when it signs no more. */
  retiredAt: z.string().nullable(),
  /** When the last token that it signed has ended. */
  endsAt: z.string().nullable(),
});

export const listSigningKeys = route({
  method: "GET",
  path: "/api/v1/signing-keys",
  summary: "The keys that sign or verify access tokens, newest first",
  permission: "companies:manage",
  answer: z.object({ rows: z.array(signingKey) }),
});

export const rotateSigningKeys = route({
  method: "POST",
  path: "/api/v1/signing-keys/rotate",
  summary: "Sign with a new key from now on",
  permission: "companies:manage",
  body: z.object({
    endFormer: z
      .boolean()
      .default(false)
      .describe("End what the former keys signed at once: a key came into other hands"),
  }),
  answer: signingKey,
});

export const routes = {
  issueAccessToken,
  listAccessTokens,
  revokeAccessToken,
  getJwks,
  listSigningKeys,
  rotateSigningKeys,
};
