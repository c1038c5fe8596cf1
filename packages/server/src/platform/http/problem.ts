import { AppError, type ErrorCode, ERRORS, type problem } from "@zerotrace/core";
import type { z } from "zod";
import { ERROR_PAGE } from "./error-page.ts";

/** An error as the caller may see it, and whether it is ours to look into. */
export interface Refusal {
  readonly status: number;
  readonly body: z.infer<typeof problem>;
  readonly headers: Readonly<Record<string, string>>;
  /** A fault of ours: logged with its stack. */
  readonly isBug: boolean;
}

/** What a caller is told of errors whose own words are for the operator: they name hosts and paths. */
const FOR_CALLERS: Partial<Record<ErrorCode, string>> = {
  DATABASE_UNAVAILABLE: "The database does not answer: try again in a moment.",
};

const fromFastify = (error: Error): AppError | null => {
  const { code = "", statusCode = 500 } = error as Error & { code?: string; statusCode?: number };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new AppError("PAYLOAD_TOO_LARGE", "The body is too large: send less at once.");
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.", { field: "content-type" });
  }
  if (statusCode >= 400 && statusCode < 500) return new AppError("BAD_REQUEST", `${error.message}.`);
  return null;
};

const known = (error: unknown): AppError | null => {
  if (error instanceof AppError) return error;
  return error instanceof Error ? fromFastify(error) : null;
};

/** Turns anything thrown into RFC 9457 problem details; what is not meant for callers stays hidden. */
export const toProblem = (thrown: unknown, correlationId: string): Refusal => {
  const error = known(thrown);
  const isBug = error === null || ERRORS[error.code].who === "bug";
  const code = isBug ? "INTERNAL" : error.code;
  const { status, title } = ERRORS[code];
  const detail = isBug
    ? `Something failed on our side; the log has it under ${correlationId}.`
    : (FOR_CALLERS[code] ?? error.message);
  const retry = (error?.cause as { retryAfterSeconds?: number } | undefined)?.retryAfterSeconds;
  const field = isBug ? undefined : error.field;
  return {
    status,
    isBug,
    headers: {
      ...(retry === undefined ? {} : { "retry-after": String(retry) }),
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
    },
    body: {
      type: `${ERROR_PAGE}#${code}`,
      title,
      status,
      detail,
      code,
      ...(field === undefined ? {} : { field }),
      correlationId,
    },
  };
};

const UNREADABLE_REQUESTS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "The address and the headers are larger than 16 KiB together: send less.",
  ERR_HTTP_REQUEST_TIMEOUT: "The request did not come in whole in time: send it again.",
};

/** The whole answer to bytes that are no HTTP request, as they go to the socket. */
export const answerToUnreadable = (code: string | undefined, correlationId: string): string => {
  const detail = UNREADABLE_REQUESTS[code ?? ""] ?? "This is not HTTP/1.1: check what sends it.";
  const { status, body } = toProblem(new AppError("BAD_REQUEST", detail), correlationId);
  const text = JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} Bad Request`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(text)}`,
    "cache-control: no-store",
    "connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n${text}`;
};
