import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";

/** Registries that a company may have. */
export const REGISTRIES_MAX = 50;
/** How a tag that was found is. `unwatched`: it is there, and the rules do not choose it any more. */
export const TAG_STATES = ["waiting", "scanning", "scanned", "failed", "gone", "unwatched"] as const;
export type TagState = (typeof TAG_STATES)[number];

const text = (most: number) => z.string().trim().min(1).max(most);
const patterns = (most: number) => z.array(text(200)).max(most);

export const registryRules = z
  .object({
    repositories: patterns(200)
      .min(1)
      .describe("Names, or patterns where the registry lists its repositories: team/*, **"),
    exceptRepositories: patterns(200).default([]),
    tags: patterns(50).default([]).describe("Patterns of tags; all when empty"),
    exceptTags: patterns(50).default([]),
    newestTags: z.number().int().min(1).max(200).default(10).describe("Of each repository, the newest by name"),
  })
  .strict();
export type Rules = z.output<typeof registryRules>;

const fields = {
  name: text(100),
  host: text(300).describe("ghcr.io, docker.io, registry.example.com:5000"),
  rules: registryRules,
  platform: z.string().trim().max(100).default("").describe("linux/arm64; the server's own unless said"),
  intervalMinutes: z
    .number()
    .int()
    .min(5)
    .max(7 * 24 * 60)
    .default(60),
  user: z.string().trim().max(200).default(""),
};
const password = z.string().min(1).max(16_384);

export const registryRow = z.object({
  id: z.uuid(),
  name: z.string(),
  host: z.string(),
  rules: registryRules,
  platform: z.string(),
  intervalMinutes: z.number().int(),
  user: z.string(),
  /** A password or token is kept; nobody is ever shown it. */
  hasPassword: z.boolean(),
  /** A look is ordered or under way. */
  looking: z.boolean(),
  lastLookedAt: z.string().nullable(),
  nextLookAt: z.string(),
  /** Why the last look brought nothing, with what to do; null unless it did. */
  lastError: z.string().nullable(),
  /** What the last look left out. */
  problems: z.array(z.string()),
  repositoryCount: z.number().int(),
  /** Requests of the last look. */
  requestCount: z.number().int(),
  tags: z.object({
    /** Those that are there now and that the rules choose. */
    found: z.number().int(),
    waiting: z.number().int(),
    scanning: z.number().int(),
    scanned: z.number().int(),
    failed: z.number().int(),
    gone: z.number().int(),
    unwatched: z.number().int(),
  }),
  createdAt: z.string(),
  createdBy: z.string(),
});

export const registryTagRow = z.object({
  repository: z.string(),
  tag: z.string(),
  digest: z.string(),
  state: z.enum(TAG_STATES),
  /** Null before the first scan, and after the asset was removed. */
  assetId: z.uuid().nullable(),
  error: z.string().nullable(),
  firstSeenAt: z.string(),
  scannedAt: z.string().nullable(),
});

export const listRegistries = route({
  method: "GET",
  path: "/api/v1/registries",
  summary: "Registries that are watched, by name, each with how many of its tags are found, scanned and failed",
  permission: "assets:read",
  answer: z.object({ rows: z.array(registryRow) }),
});

export const listRegistryTags = route({
  method: "GET",
  path: "/api/v1/registries/:id/tags",
  summary: "Tags of a registry by repository and name",
  permission: "assets:read",
  params: idParam,
  query: z.object({ ...pageQuery, state: z.enum(TAG_STATES).optional() }),
  answer: page(registryTagRow),
});

export const createRegistry = route({
  method: "POST",
  path: "/api/v1/registries",
  summary: "Watch a registry: what the rules choose is scanned, and then whatever is new",
  permission: "registries:manage",
  status: 201,
  body: z.object({ ...fields, password: password.optional() }),
  answer: registryRow,
});

export const updateRegistry = route({
  method: "PUT",
  path: "/api/v1/registries/:id",
  summary:
    "Change a registry; it is looked at again at once. Without a password the one that is kept stays, null ends it",
  permission: "registries:manage",
  params: idParam,
  body: z.object({ ...fields, password: password.nullable().optional() }),
  answer: registryRow,
});

export const deleteRegistry = route({
  method: "DELETE",
  path: "/api/v1/registries/:id",
  summary: "Watch a registry no more; its assets stay, its credential is deleted",
  permission: "registries:manage",
  params: idParam,
});

export const testRegistry = route({
  method: "POST",
  path: "/api/v1/registries/test",
  summary:
    "Whether a look would work; nothing is kept. With `id` and no password, that registry's own, for its own host",
  permission: "registries:manage",
  body: z.object({
    id: z.uuid().optional(),
    host: fields.host,
    rules: registryRules,
    user: fields.user,
    password: password.optional(),
  }),
  answer: z.object({
    ok: z.boolean(),
    /** What was found, or what is wrong and what to do. */
    says: z.string(),
    repositoryCount: z.number().int(),
  }),
});

export const lookAtRegistry = route({
  method: "POST",
  path: "/api/v1/registries/:id/look",
  summary: "Look at once; tags whose scan failed are scanned again",
  permission: "registries:manage",
  status: 202,
  params: idParam,
  answer: registryRow,
});

export const routes = {
  listRegistries,
  listRegistryTags,
  createRegistry,
  updateRegistry,
  deleteRegistry,
  testRegistry,
  lookAtRegistry,
};
