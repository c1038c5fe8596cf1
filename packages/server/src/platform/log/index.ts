export { createLog, type LogOptions, redact } from "./logger.ts";
export type { Logger } from "pino";
