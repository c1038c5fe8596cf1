import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFeed } from "./ingest/feed.ts";

/** Beside the repository, where a collection of feeds may lie. */
const BESIDE = new URL("../../shared/feeds", import.meta.url).pathname;

/**
 * The feeds that a bench reads: those of the flag, else of ZEROTRACE_FEEDS (comma-separated), else `../shared/feeds` when it
 * is there, else a generated one, which it writes into `folder`.
 */
export const feedLocations = (flag: readonly string[], folder: string): string[] => {
  if (flag.length > 0) return [...flag];
  const named = process.env["ZEROTRACE_FEEDS"];
  if (named) return named.split(",");
  if (existsSync(BESIDE)) return [BESIDE];
  const generated = join(folder, "bench-feed");
  writeFeed(generated);
  return [generated];
};
