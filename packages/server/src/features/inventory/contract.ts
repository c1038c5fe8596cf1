import { route } from "@zerotrace/core/schema";
import { z } from "zod";
import { hostFacts } from "../agents/contract.ts";

/** Largest inventory body as sent (zstd or plain) and inflated. */
export const INVENTORY_BODY_BYTES = 8 * 1024 * 1024;
export const INVENTORY_INFLATED_BYTES = 64 * 1024 * 1024;
export const SOURCES_MAX = 64;
export const COMPONENTS_MAX = 200_000;
/** Bytes of all texts of one component together: what an index of PostgreSQL can hold. */
export const COMPONENT_BYTES_MAX = 2_400;

const sourceName = z.string().regex(/^[a-z0-9-]{1,64}$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1).max(512);

/**
 * A column of up to COMPONENTS_MAX values, each of which is looked at by `isRight` alone: by way of the schema that costs ten times as much.
 * Where one is not right the schema, which must refuse just those, says what is wrong.
 */
const column = <S extends z.ZodArray>(one: S["element"], isRight: (value: unknown) => boolean) => {
  const schema = z.array(one).max(COMPONENTS_MAX);
  const { _zod: inner } = schema;
  const run = inner.run.bind(inner);
  inner.run = (payload, context) => {
    const { value } = payload;
    const isWhole = Array.isArray(value) && value.length <= COMPONENTS_MAX && value.every(isRight);
    return isWhole ? payload : run(payload, context);
  };
  return schema;
};
const textsOf = (min: number, max: number) =>
  column<z.ZodArray<z.ZodString>>(
    z.string().min(min).max(max),
    (value) => typeof value === "string" && value.length >= min && value.length <= max,
  );
const numbersUpTo = (max: number) =>
  column<z.ZodArray<z.ZodNumber>>(
    z.number().int().min(0).max(max),
    (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max,
  );

/**
 * Components by column: row i is `ecosystems[ecosystem[i]]`, `name[i]`, `version[i]` and so on. An empty string in `arch`,
 * `sourceName` or `sourceVersion` means that there is none. All columns have the same length. `owner[i]` is the position in
 * `owners`, from 1, of the operating-system package whose files hold the component, and 0 where none does; both are absent
 * where nothing is owned, and in bodies of agents that do not know owners.
 */
export const columns = z
  .object({
    ecosystems: z.array(text).max(256),
    ecosystem: numbersUpTo(255),
    name: textsOf(1, 512),
    version: textsOf(1, 512),
    arch: textsOf(0, 64),
    sourceName: textsOf(0, 512),
    sourceVersion: textsOf(0, 512),
    owners: z
      .array(z.object({ ecosystem: text, name: text, version: text }).strict())
      .max(COMPONENTS_MAX)
      .optional(),
    owner: numbersUpTo(COMPONENTS_MAX).optional(),
  })
  .strict();
export type Columns = z.infer<typeof columns>;

const problems = z.array(z.string().max(500)).max(20);

export const sourceBody = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("full"), source: sourceName, digest, components: columns, problems }),
  z.object({
    kind: z.literal("delta"),
    source: sourceName,
    digest,
    baseDigest: digest,
    added: columns,
    removed: columns,
    problems,
  }),
  z.object({ kind: z.literal("same"), source: sourceName, digest }),
  z.object({ kind: z.literal("unreadable"), source: sourceName, error: z.string().max(500) }),
]);
export type SourceBody = z.infer<typeof sourceBody>;

export const compareDigests = route({
  method: "POST",
  path: "/api/v1/inventory/digests",
  summary: "Compare digests by source; the answer names what the server holds, so only what changed is sent",
  permission: "agents:report",
  body: z.object({ digests: z.record(sourceName, digest) }),
  answer: z.object({ held: z.record(z.string(), z.string().nullable()) }),
});

export const putInventory = route({
  method: "PUT",
  path: "/api/v1/inventory",
  summary:
    "Store the host's inventory; 202 after commit. Sources of the asset that the body does not name are removed. 409 when a delta's base is not what the server holds: send it in full.",
  permission: "agents:report",
  status: 202,
  bodyLimitBytes: INVENTORY_BODY_BYTES,
  body: z.object({ takenAt: z.iso.datetime(), facts: hostFacts, sources: z.array(sourceBody).max(SOURCES_MAX) }),
  answer: z.object({
    assetId: z.uuid(),
    componentCount: z.number().int(),
    addedCount: z.number().int(),
    removedCount: z.number().int(),
  }),
});

export const routes = { compareDigests, putInventory };
