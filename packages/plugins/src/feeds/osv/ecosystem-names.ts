import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@zerotrace/core";
import { download, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { COVERED_ECOSYSTEMS, OSV_BUCKET } from "./ecosystems.ts";

const MAX_LIST_BYTES = 1024 * 1024;
const MAX_ECOSYSTEMS = 1000;
/** A line of the list: printable ASCII, and not long. */
const ECOSYSTEM = /^[ -~]{0,100}$/;

/**
 * The ecosystems to read at an address: those of its `ecosystems.txt` that are wanted (of OSV's own bucket: that inventories
 * can hold), sorted; those that inventories can hold when it has no list. Throws AppError BAD_FEED when it is none.
 */
export async function ecosystemNames(
  context: FeedContext,
  location: string,
  folder: string,
  limits: DownloadLimits,
  only: readonly string[] | undefined,
): Promise<string[]> {
  const list = only ?? (location.startsWith(OSV_BUCKET) ? COVERED_ECOSYSTEMS : undefined);
  const got = await download(
    context,
    {
      url: urlUnder(location, "ecosystems.txt"),
      path: join(folder, "ecosystems.txt"),
      maxBytes: MAX_LIST_BYTES,
      label: "Asking which ecosystems there are",
      optional: true,
    },
    limits,
  );
  if (got === null) return [...(list ?? COVERED_ECOSYSTEMS)];
  const lines = (await readFile(got.path, "utf8")).split("\n").map((line) => line.trim());
  if (!lines.every((line) => ECOSYSTEM.test(line))) {
    throw new AppError("BAD_FEED", `${publicUrl(location)}/ecosystems.txt is not a list of ecosystems.`);
  }
  // `Debian:12` has an archive of its own, whose records are all in `Debian` too.
  const names = lines.filter((line) => line !== "" && !/[:/\\]|^\.+$/.test(line) && (list?.includes(line) ?? true));
  return [...new Set(names)].sort().slice(0, MAX_ECOSYSTEMS);
}
