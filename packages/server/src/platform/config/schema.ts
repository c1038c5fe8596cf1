import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

/** Absolute: programs that are started on its behalf may stand in another folder. */
const folder = (path: string): string =>
  resolve(path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path);
/** A number as itself or as text; nothing else is turned into one (`Number("")` and `Number([])` are 0). */
const numeric = <T extends z.ZodType<number>>(schema: T) =>
  z.preprocess((value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value), schema);
const text = z.string().trim().min(1).max(4096);
const web = z.url({ protocol: /^https?$/ }).max(2048);
/** The trend shows 30 days, and the database itself refuses to delete younger history. */
const RETENTION_DAYS_MIN = 30;
const RETENTION_DAYS_MAX = 36_500;
const days = numeric(z.number().int().min(RETENTION_DAYS_MIN).max(RETENTION_DAYS_MAX));
const WORKERS_DEFAULT_MAX = 2;

/** Every setting: its default, what it means and what is allowed. The names in a file are these keys. */
export const configSchema = z
  .object({
    dataDir: text
      .default("~/.zerotrace")
      .transform(folder)
      .describe("Folder of everything that is kept on this machine"),
    host: text.default("127.0.0.1").describe("Address to listen on"),
    port: numeric(z.number().int().min(0).max(65_535))
      .default(8080)
      .describe("Port to listen on; 0 takes any free one"),
    databaseUrl: z
      .url({ protocol: /^postgres(ql)?$/ })
      .optional()
      .meta({ secret: true, description: "A PostgreSQL server of your own instead of the embedded one" }),
    feeds: z
      .array(text)
      .max(64)
      .default([])
      .describe("Folders or URLs of advisory feeds, tried before the public ones"),
    feedKeys: z
      .array(text)
      .max(64)
      .default([])
      .describe("Public keys (ztk1-…) whose feed bundles are taken, besides those pinned with --trust"),
    feedSyncHours: numeric(z.number().min(0.1).max(720)).default(6).describe("Hours between refreshes of the feeds"),
    logLevel: z
      .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
      .default("info")
      .describe("Least important line that is still logged"),
    publicUrl: web.optional().describe("Address under which browsers and agents reach this server"),
    workers: numeric(z.number().int().min(1).max(64))
      .default(() => Math.min(WORKERS_DEFAULT_MAX, availableParallelism()))
      .describe("Threads that match"),
    heartbeatSeconds: numeric(z.number().int().min(5).max(3600))
      .default(30)
      .describe("Seconds between agents' heartbeats"),
    inventorySeconds: numeric(z.number().int().min(60).max(604_800))
      .default(3600)
      .describe("Seconds between agents' inventories"),
    retentionDays: days
      .default(365)
      .describe("Days for which inventory changes and the daily figures are kept, at least 30"),
    auditRetentionDays: days.default(730).describe("Days for which the audit trail is kept, at least 30"),
    trustedProxy: text.optional().describe("Proxies whose X-Forwarded headers are believed: addresses or CIDR ranges"),
  })
  .strict();

/** The settings as the server uses them. */
export type Config = z.output<typeof configSchema>;
export type ConfigKey = keyof Config;
export const CONFIG_KEYS = Object.keys(configSchema.shape) as readonly ConfigKey[];

/** The environment variables of a key, the first that is set wins: `ZEROTRACE_DATA_DIR`; for the database also `DATABASE_URL`. */
export const environmentNames = (key: ConfigKey): string[] => {
  const own = `ZEROTRACE_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  return key === "databaseUrl" ? [own, "DATABASE_URL"] : [own];
};

/** Whether a key's value must not be shown. */
export const isSecret = (key: ConfigKey): boolean => configSchema.shape[key].meta()?.["secret"] === true;

/** What a key is for. */
export const meaningOf = (key: ConfigKey): string => configSchema.shape[key].meta()?.description ?? "";
