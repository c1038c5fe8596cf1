import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@zerotrace/core";
import type { Descriptor } from "../plugin.ts";
import { lastModifiedOf } from "./data-date.ts";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "./download.ts";
import type { DownloadLimits } from "./download.ts";
import type { Feed, FeedContext } from "./feed.ts";
import { Tally } from "./report.ts";
import { Secdb } from "./secdb.ts";

const MAX_FILE_BYTES = 1024 ** 3;
const FILE_NAMES = ["security.json", "security.json.gz"] as const;

/** A system whose security database is one file. */
export interface SecdbSource {
  readonly descriptor: Descriptor;
  /** The address of the file. */
  readonly publicLocation: string;
  readonly ecosystem: string;
  /** What stands before the CVE in the ids of its records. */
  readonly prefix: string;
  readonly notCovered: readonly string[];
}

/** Reads `<id>/security.json(.gz)` of a shared place, or the file itself, or the folder that has it. */
export const createSecdbFeed = (source: SecdbSource, limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: source.descriptor,
  publicLocation: source.publicLocation,
  async read(context, location, sink) {
    const found = await locate(source, context, location, limits);
    if (found === null) return null;
    const { ecosystem, prefix, descriptor, publicLocation } = source;
    const shown = isUrl(location) ? publicUrl(location) : location;
    const tally = new Tally(context.clock());
    const secdb = new Secdb();
    await secdb.read(context, { path: found.path, ecosystem, prefix, shown, isCopy: isUrl(location) }, tally);
    secdb.tell(sink, tally, `${descriptor.title} (${publicLocation})`, [prefix]);
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown} has no fix that can be used.`);
    const stale = found.stale === null ? [] : [`It could not be reached (${found.stale}); the last copy is used.`];
    return tally.report({
      feed: descriptor.id,
      location: shown,
      readAt: context.clock(),
      dataAt: await lastModifiedOf(found.path),
      notCovered: [...source.notCovered, ...stale],
    });
  },
});

async function locate(
  { descriptor }: SecdbSource,
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<{ path: string; stale: string | null } | null> {
  const isFile = /\.(json|gz)$/i.test(location);
  if (context.isShared && (isFile || /\.(csv|zip|xml)$/i.test(location))) return null;
  const folder = context.isShared ? [descriptor.id] : [];
  if (!isUrl(location)) {
    for (const path of isFile ? [location] : FILE_NAMES.map((name) => join(location, ...folder, name))) {
      const found = await stat(path).catch(() => null);
      if (found === null) continue;
      if (found.size > MAX_FILE_BYTES)
        throw new AppError("BAD_FEED", `${path} is larger than ${MAX_FILE_BYTES} bytes.`);
      return { path, stale: null };
    }
    return null;
  }
  for (const url of isFile ? [location] : FILE_NAMES.map((name) => urlUnder(location, ...folder, name))) {
    const request = {
      url,
      path: join(context.cacheDir, "security.json"),
      maxBytes: MAX_FILE_BYTES,
      label: `Downloading ${descriptor.title}`,
      optional: !isFile,
      allowStale: isFile,
    };
    const found = await download(context, request, limits);
    if (found !== null) return found;
  }
  return null;
}
