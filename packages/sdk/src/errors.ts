import { problem } from "@zerotrace/server/contract";

/** What the server refused, from its RFC 9457 body; status 0 when it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly correlationId: string | undefined;
  /** How long the server asks to wait, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    code: string,
    detail: string,
    field?: string,
    correlationId?: string,
    retryAfterMs?: number,
  ) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = field;
    this.correlationId = correlationId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A `Retry-After` header, in seconds or as a date, in ms from now; undefined where there is none. */
const retryAfterOf = (header: string | null): number | undefined => {
  if (header === null || header === "") return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};

/** Codes of refusals that come in other words than ours, such as those of SCIM or of a proxy. */
const CODES: Readonly<Record<number, string>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  429: "RATE_LIMITED",
};

const detailIn = (text: string): string | null => {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === "string" ? detail : null;
  } catch {
    return null;
  }
};

/** The error that a refusal tells. */
export const refusalOf = (status: number, text: string, retryAfter: string | null): ApiError => {
  const afterMs = retryAfterOf(retryAfter);
  try {
    const body = problem.parse(JSON.parse(text));
    return new ApiError(status, body.code, body.detail, body.field, body.correlationId, afterMs);
  } catch {
    const detail = detailIn(text) ?? `The server answered ${status}: ${text.slice(0, 200)}`;
    return new ApiError(status, CODES[status] ?? "INTERNAL", detail, undefined, undefined, afterMs);
  }
};
