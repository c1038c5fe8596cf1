import { AppError } from "@zerotrace/core";
import type { Problem } from "../../platform/http/index.ts";

/** The names of SCIM 2.0's schemas and messages (RFC 7643, RFC 7644). */
export const SCHEMA = {
  user: "urn:ietf:params:scim:schemas:core:2.0:User",
  group: "urn:ietf:params:scim:schemas:core:2.0:Group",
  config: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
  resourceType: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
  schema: "urn:ietf:params:scim:schemas:core:2.0:Schema",
  list: "urn:ietf:params:scim:api:messages:2.0:ListResponse",
  patch: "urn:ietf:params:scim:api:messages:2.0:PatchOp",
  error: "urn:ietf:params:scim:api:messages:2.0:Error",
} as const;

/** What of a request is wrong, in the words of RFC 7644 section 3.12. */
const SCIM_TYPES = ["invalidFilter", "invalidPath", "invalidSyntax", "invalidValue", "mutability", "noTarget"] as const;
export type ScimType = (typeof SCIM_TYPES)[number];

/** A refusal that says what of the request is wrong. */
export const wrong = (type: ScimType, detail: string): AppError => new AppError("BAD_REQUEST", detail, { field: type });

/** There is no such resource in the company. */
export const noResource = (what: string): AppError => new AppError("NOT_FOUND", `There is no ${what} with this id.`);

const typeOf = ({ code, field }: Problem): string | null => {
  if (code === "CONFLICT") return "uniqueness";
  if (code !== "BAD_REQUEST") return null;
  return SCIM_TYPES.find((type) => type === field) ?? "invalidSyntax";
};

/** A refusal as RFC 7644 section 3.12 has it. */
export const scimRefusal = (problem: Problem) => {
  const scimType = typeOf(problem);
  return {
    contentType: "application/scim+json",
    body: JSON.stringify({
      schemas: [SCHEMA.error],
      status: String(problem.status),
      ...(scimType === null ? {} : { scimType }),
      detail: problem.detail,
    }),
  };
};

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object's value by a name whose case does not count (RFC 7643 section 2.1). */
export const valueOf = (of: Json, name: string): unknown => {
  const key = Object.keys(of).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : of[key];
};

const TEXT_CHARS_MAX = 512;

/** A text, null where there is none or an empty one. Throws invalidValue. */
export const textOf = (value: unknown, name: string): string | null => {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string" || value.length > TEXT_CHARS_MAX) {
    throw wrong("invalidValue", `${name} is no text of at most ${TEXT_CHARS_MAX} characters.`);
  }
  return value.trim() === "" ? null : value.trim();
};

/** Yes or no, also as the text that Entra sends. Throws invalidValue. */
export const booleanOf = (value: unknown, name: string): boolean => {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : "";
  if (word === "true" || word === "false") return word === "true";
  throw wrong("invalidValue", `${name} is neither true nor false.`);
};

/** Only the attributes that are asked for; `id` and `schemas` always. */
export const projected = (
  resource: Json,
  { attributes, excludedAttributes }: { attributes?: string | undefined; excludedAttributes?: string | undefined },
): Record<string, unknown> => {
  // of `name.familyName` all of `name` is answered
  const namesIn = (list: string): Set<string> =>
    new Set(
      list.split(",").map(
        (name) =>
          name
            .trim()
            .toLowerCase()
            .replace(/^urn:.*:/, "")
            .split(".", 1)[0] ?? "",
      ),
    );
  const wanted = attributes === undefined ? null : namesIn(attributes);
  const unwanted = excludedAttributes === undefined ? null : namesIn(excludedAttributes);
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => {
      const key = name.toLowerCase();
      if (key === "id" || key === "schemas") return true;
      return (wanted === null || wanted.has(key)) && !unwanted?.has(key);
    }),
  );
};

/** Rows of one page. */
const PAGE_MAX = 200;
const PAGE_ROWS = 100;

/** Which rows a list wants; numbers that are too small or too large become the nearest that can be. */
export const pageOf = (query: { startIndex?: number | undefined; count?: number | undefined }) => ({
  startIndex: Math.min(Math.max(query.startIndex ?? 1, 1), 1_000_000),
  count: Math.min(Math.max(query.count ?? PAGE_ROWS, 0), PAGE_MAX),
});

/** A list as it is answered. */
export const listOf = (resources: readonly Json[], totalResults: number, startIndex: number) => ({
  schemas: [SCHEMA.list],
  totalResults,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources.map((one) => ({ ...one })),
});

/** Whether an id can be one at all: all of ours are UUIDs. */
export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
