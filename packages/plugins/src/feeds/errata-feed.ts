import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@zerotrace/core";
import type { Descriptor } from "../plugin.ts";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "./download.ts";
import type { DownloadLimits } from "./download.ts";
import { Errata } from "./errata.ts";
import type { ErrataVendor, UpdateInfoFile } from "./errata.ts";
import type { Feed, FeedContext } from "./feed.ts";
import { Tally } from "./report.ts";

const MAX_FILE_BYTES = 1024 ** 3;
const MAX_FILES_PER_RELEASE = 100;

/** What a source has at its own address. */
export interface FetchedErrata {
  readonly files: readonly UpdateInfoFile[];
  /** Sentences for the report: what was not there, what is stale. */
  readonly notes: readonly string[];
}

/** A vendor whose updates come as updateinfo.xml of its rpm repositories. */
export interface ErrataSource {
  readonly descriptor: Descriptor;
  readonly publicLocation: string;
  /** OSV's name of the system, without release. */
  readonly ecosystem: string;
  readonly releases: readonly string[];
  readonly vendor: ErrataVendor;
  readonly notCovered: readonly string[];
  /** The stream of a file in a folder, by its name without ending; null: none. */
  readonly streamOf?: (name: string) => string | null;
  readonly fetch: (context: FeedContext, base: string, limits: DownloadLimits) => Promise<FetchedErrata>;
}

/**
 * A feed of updateinfo.xml: at the vendor's own address in the vendor's layout, in a folder as `<release>/*.xml(.gz)`, at a
 * shared address as `<id>/<release>/updateinfo.xml.gz`.
 */
export const createErrataFeed = (source: ErrataSource, limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: source.descriptor,
  publicLocation: source.publicLocation,
  async read(context, location, sink) {
    if (context.isShared && /\.(json|csv|gz|zip|xml)$/i.test(location)) return null;
    const { files, notes } = await locate(source, context, location, limits);
    if (files.length === 0) return null;
    const tally = new Tally(context.clock());
    const errata = new Errata(source.vendor);
    for (const file of files) await errata.read(context, file, tally);
    errata.tell(sink, tally);
    const shown = isUrl(location) ? publicUrl(location) : location;
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown} has no update that can be used.`);
    return tally.report({
      feed: source.descriptor.id,
      location: shown,
      readAt: context.clock(),
      notCovered: [...source.notCovered, ...notes],
    });
  },
});

async function locate(
  source: ErrataSource,
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<FetchedErrata> {
  const { id } = source.descriptor;
  if (!isUrl(location)) {
    const folder = context.isShared ? join(location, id) : location;
    return { files: await filesIn(source, folder), notes: [] };
  }
  return context.isShared ? fetchShared(source, context, location, limits) : source.fetch(context, location, limits);
}

async function filesIn(source: ErrataSource, folder: string): Promise<UpdateInfoFile[]> {
  const files: UpdateInfoFile[] = [];
  for (const release of source.releases) {
    const names = await readdir(join(folder, release)).catch(() => []);
    const wanted = names.filter((name) => /\.xml(\.gz)?$/i.test(name) && !name.startsWith("repomd"));
    for (const name of wanted.sort().slice(0, MAX_FILES_PER_RELEASE)) {
      const path = join(folder, release, name);
      if ((await stat(path)).size > MAX_FILE_BYTES) throw new AppError("BAD_FEED", `${path} is larger than allowed.`);
      const stream = source.streamOf?.(name.replace(/\.xml(\.gz)?$/i, "")) ?? null;
      const ecosystem = `${source.ecosystem}:${release}`;
      files.push({ path, ecosystem, shown: path, isCopy: false, ...(stream !== null && { stream }) });
    }
  }
  return files;
}

async function fetchShared(
  source: ErrataSource,
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<FetchedErrata> {
  const files: UpdateInfoFile[] = [];
  for (const release of source.releases) {
    const url = urlUnder(location, source.descriptor.id, release, "updateinfo.xml.gz");
    const path = join(context.cacheDir, "shared", `${release}.xml`);
    const label = `Downloading the updates of ${source.ecosystem} ${release}`;
    const found = await download(context, { url, path, maxBytes: MAX_FILE_BYTES, label, optional: true }, limits);
    if (found === null) continue;
    files.push({ path, ecosystem: `${source.ecosystem}:${release}`, shown: publicUrl(url), isCopy: true });
  }
  return { files, notes: [] };
}
