import { z } from "zod";
import type { Permission } from "./identity/permissions.ts";

export * from "./identity/company-settings.ts";
export * from "./identity/labels.ts";
export * from "./identity/permissions.ts";
export * from "./identity/roles.ts";

type Shape = z.ZodType;

/** One route as data: the server serves it, the SDK calls it, OpenAPI describes it. */
export interface Route<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
  Answer extends Shape = Shape,
> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with `:name` parameters, below the origin. */
  readonly path: string;
  readonly summary: string;
  /** `public` needs no credential. */
  readonly permission: Permission | "public" | "signed-in";
  readonly status: number;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly answer: Answer;
  /** What the answer is when it is not JSON. */
  readonly contentType?: string;
  /** Largest body accepted, in bytes, as sent; 64 KiB unless said. */
  readonly bodyLimitBytes?: number;
  /** The body is bytes (`application/octet-stream`) that the handler reads as they come; it counts them itself. */
  readonly bodyIsStream?: boolean;
  /** Types of the body that are taken besides application/json: a form, as an object of texts, or another JSON. */
  readonly mediaTypes?: readonly ("application/x-www-form-urlencoded" | "application/scim+json")[];
}

const none = z.object({}).strict();
type None = typeof none;

/** A name that is not known is refused: a mistyped filter must not answer with everything. */
const strict = <S extends Shape>(shape: S): S =>
  shape instanceof z.ZodObject ? (shape.strict() as unknown as S) : shape;
/** Agents may be newer than their server: what it does not know yet is passed over. */
const isOfAgents = (permission: Route["permission"]): boolean =>
  permission === "agents:report" || permission === "public";

/** Describes a route; what is left out is empty. Its query, and its body unless an agent sends it, take no other names. */
export const route = <
  Params extends Shape = None,
  Query extends Shape = None,
  Body extends Shape = z.ZodUndefined,
  Answer extends Shape = None,
>(
  r: Pick<Route, "method" | "path" | "summary" | "permission"> &
    Partial<Pick<Route, "status" | "contentType" | "bodyLimitBytes" | "bodyIsStream" | "mediaTypes">> & {
      params?: Params;
      query?: Query;
      body?: Body;
      answer?: Answer;
    },
): Route<Params, Query, Body, Answer> => ({
  status: 200,
  params: none as unknown as Params,
  query: none as unknown as Query,
  body: z.undefined() as unknown as Body,
  answer: none as unknown as Answer,
  ...r,
  ...(r.query ? { query: strict(r.query) } : {}),
  ...(r.body && !isOfAgents(r.permission) ? { body: strict(r.body) } : {}),
});

/** A keyset page: `next` goes back as `cursor`; null on the last page. `count` stops at 10,000 (`countIsExact` false). */
export const page = <Row extends Shape>(row: Row) =>
  z.object({
    rows: z.array(row),
    next: z.string().nullable(),
    count: z.number().int(),
    countIsExact: z.boolean(),
  });

/** The query that every list takes. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(512).optional(),
};

export const idParam = z.object({ id: z.uuid() });

/** RFC 9457 problem details plus our code. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  field: z.string().optional(),
  correlationId: z.string().optional(),
});
