import { AppError, messageOf } from "@zerotrace/core";

const LOST_CODES = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "53300", // too_many_connections
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT", // the unix socket is not there
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "EPIPE",
  "ETIMEDOUT",
]);
/** Class 08 of the SQLSTATEs, but for 08P01, which a statement with malformed input gets too. */
const CONNECTION_CLASS = /^08(?!P01)/;
const LOST_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after)/;

/** The SQLSTATE or system code of anything thrown, or undefined. */
export const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
};

/** True when the error says that the connection, not the statement, failed. */
export const isConnectionLoss = (error: unknown): boolean => {
  const code = codeOf(error);
  if (code !== undefined && (LOST_CODES.has(code) || CONNECTION_CLASS.test(code))) return true;
  return error instanceof Error && LOST_MESSAGES.test(error.message);
};

/** True for a serialization failure or a deadlock: the same transaction may succeed when run again. */
export const isRetryable = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
};

/** A lost connection as AppError DATABASE_UNAVAILABLE; anything else as it came. */
export const asAppError = (error: unknown): unknown =>
  isConnectionLoss(error)
    ? new AppError("DATABASE_UNAVAILABLE", `The database cannot be reached: ${messageOf(error)}`, { cause: error })
    : error;
