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

/** What a body says that is an object of JSON; nothing where it is none. */
const saidIn = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The error that a refusal tells. */
export const refusalOf = (status: number, text: string, retryAfter: string | null): ApiError => {
  const { code, detail, field, correlationId } = saidIn(text);
  return new ApiError(
    status,
    textOf(code) ?? CODES[status] ?? "INTERNAL",
    textOf(detail) ?? `The server answered ${status}: ${text.slice(0, 200)}`,
    textOf(field),
    textOf(correlationId),
    retryAfterOf(retryAfter),
  );
};
