import { createHash } from "node:crypto";
import { opendir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isUrl } from "./download.ts";
import { PACKAGE_MIRROR } from "./plan.ts";
import { FEEDS } from "./registry.ts";

/** Files that are looked at; locations with more have no stamp. */
const FILES_MAX = 100_000;
const DEPTH_MAX = 16;

const NAMED = /^([a-z0-9-]+)(?:=(.+))?$/;

/** The folder or file of a location; null when it is an address, a package mirror or a feed's public source. */
const localPath = (location: string): string | null => {
  if (location === PACKAGE_MIRROR || isUrl(location)) return null;
  const [, id, own] = NAMED.exec(location) ?? [];
  if (!FEEDS.some((feed) => feed.descriptor.id === id)) return resolve(location);
  return own === undefined || isUrl(own) ? null : resolve(own);
};

/** Adds a line for each file below a path. False when there are too many. */
const addFiles = async (path: string, depth: number, lines: string[]): Promise<boolean> => {
  const file = await stat(path, { bigint: true });
  if (!file.isDirectory()) {
    lines.push(`${path}\0${file.size} ${file.ino} ${file.mtimeNs} ${file.ctimeNs}`);
    return lines.length <= FILES_MAX;
  }
  if (depth === DEPTH_MAX) return false;
  for await (const { name } of await opendir(path)) {
    if (!(await addFiles(join(path, name), depth + 1, lines))) return false;
  }
  return true;
};

/**
 * Tells whether locations hold what they held, without reading it: by name, size, number and times of their files. Equal
 * stamps mean the same content, read on the same day (UTC: ends of life come with the calendar) by the same `reader`.
 * Null when it cannot be told so: a location that is no folder or file, or that cannot be looked at.
 */
export const stampOf = async (locations: readonly string[], reader: string, now: Date): Promise<string | null> => {
  if (locations.length === 0) return null;
  const hash = createHash("sha256").update(`${reader}\0${now.toISOString().slice(0, 10)}\0`);
  try {
    for (const location of locations) {
      const path = localPath(location);
      const lines: string[] = [];
      if (path === null || !(await addFiles(path, 0, lines))) return null;
      hash.update(`${location}\0${lines.sort().join("\n")}\0`);
    }
  } catch {
    return null;
  }
  return hash.digest("hex");
};
