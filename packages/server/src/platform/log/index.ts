export { createLog, FILE_BYTES_MAX, type LogOptions, redact } from "./logger.ts";
export type { Logger } from "pino";
