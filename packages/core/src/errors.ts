/**
 * The one table of errors. `who` says who must act: the caller (4xx), something outside (retry), the operator
 * (refuses to start and says the mend), or us (a bug: 500 with a correlation id).
 */
export const ERRORS = {
  BAD_REQUEST: { status: 400, who: "caller", title: "The request is not valid" },
  BAD_CONFIG: { status: 500, who: "operator", title: "The configuration is not valid" },
  BAD_FEED: { status: 502, who: "external", title: "A feed sent something that cannot be used" },
  BAD_RECORD: { status: 422, who: "external", title: "An advisory record cannot be used" },
  CONFLICT: { status: 409, who: "caller", title: "The request does not fit the present state" },
  DATA_DIR_BUSY: { status: 500, who: "operator", title: "The data directory is in use" },
  DATA_DIR_NEWER: { status: 500, who: "operator", title: "The data directory belongs to a newer version" },
  DATABASE_UNAVAILABLE: { status: 503, who: "operator", title: "The database cannot be reached" },
  FEEDS_UNAVAILABLE: { status: 503, who: "external", title: "No advisory source answered" },
  FORBIDDEN: { status: 403, who: "caller", title: "The credential does not allow this" },
  INTERNAL: { status: 500, who: "bug", title: "A fault of ours" },
  KMS_UNAVAILABLE: { status: 503, who: "external", title: "The key management service does not answer" },
  MAIL_UNAVAILABLE: { status: 503, who: "external", title: "The mail server does not take mail" },
  METHOD_NOT_ALLOWED: { status: 405, who: "caller", title: "This address does not take that method" },
  NOT_FOUND: { status: 404, who: "caller", title: "There is no such thing" },
  NOT_READY: { status: 503, who: "external", title: "Not ready yet" },
  PAYLOAD_TOO_LARGE: { status: 413, who: "caller", title: "The body is larger than allowed" },
  PORT_BUSY: { status: 500, who: "operator", title: "The port is in use" },
  QUOTA_EXCEEDED: { status: 429, who: "caller", title: "The company's quota is used up" },
  RATE_LIMITED: { status: 429, who: "caller", title: "Too many requests" },
  UNAUTHENTICATED: { status: 401, who: "caller", title: "A valid credential is needed" },
  UNREADABLE: { status: 422, who: "operator", title: "A source on this machine cannot be read" },
  UNSEALABLE: { status: 500, who: "operator", title: "A sealed value cannot be opened" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, who: "caller", title: "The body's type is not supported" },
} as const satisfies Record<string, ErrorRow>;

interface ErrorRow {
  status: number;
  who: "caller" | "external" | "operator" | "bug";
  title: string;
}

/** Who must act on an error, in words. */
export const WHO_ACTS: Readonly<Record<ErrorRow["who"], string>> = {
  caller: "whoever sent the request",
  external: "nobody: it is tried again",
  operator: "the operator",
  bug: "us: report it with its correlation id",
};

export type ErrorCode = keyof typeof ERRORS;

/** The only error thrown on purpose. `detail` is one sentence with the mend; `field` names the input at fault. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, detail: string, options: { field?: string; cause?: unknown } = {}) {
    super(detail, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.field = options.field;
  }
}

/** The message of anything thrown, in one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ").trim();

const BLOCKED_PORT = "the fetch standard blocks this port, so nothing is asked there: serve it on another port";

/** Why a request by `fetch` did not arrive, from below its `fetch failed`: such as `connect ECONNREFUSED 127.0.0.1:8080`. */
export const requestFault = (thrown: unknown): string => {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const message = messageOf(cause);
  if (message === "bad port") return BLOCKED_PORT;
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  // of several addresses that were tried, the error has a code and no words
  return typeof code === "string" && !message.includes(code) ? `${code} ${message}`.trim() : message;
};
