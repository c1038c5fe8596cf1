import { join } from "node:path";
import { AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import type { SourceReport } from "@zerotrace/core";
import type { Descriptor } from "../plugin.ts";
import { documentsOfFolder, filesIn } from "./csaf-files.ts";
import type { Convert } from "./csaf-files.ts";
import { fetchCsaf } from "./csaf-source.ts";
import type { DocumentLine } from "./document-lines.ts";
import { DOWNLOAD_LIMITS, isUrl, publicUrl, urlUnder } from "./download.ts";
import type { DownloadLimits } from "./download.ts";
import type { Feed, FeedContext, FeedSink } from "./feed.ts";
import { Tally } from "./report.ts";

const RECORDS_PER_PROGRESS = 1000;

/** A vendor that publishes one CSAF document a CVE. */
export interface CsafVendor {
  readonly descriptor: Descriptor;
  readonly publicLocation: string;
  readonly origin: string;
  readonly convert: Convert;
  readonly notCovered: readonly string[];
  /** Documents asked for one by one in one run (count). */
  readonly maxFetched: number;
}

interface Source {
  readonly documents: AsyncIterable<DocumentLine>;
  readonly notes: readonly string[];
  readonly dataAt: string | null;
}

/**
 * A feed of CSAF documents: at an address in the provider's layout (`archive_latest.txt`, `changes.csv`, `deletions.csv` and the
 * documents beside their `.sha256`), in a folder as `*.tar(.zst|.gz)` and `cve-*.json` at any depth.
 */
export const createCsafFeed = (vendor: CsafVendor, limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: vendor.descriptor,
  publicLocation: vendor.publicLocation,
  async read(context, location, sink) {
    if (context.isShared && /\.(json|csv|gz|zip|xml|zst)$/i.test(location)) return null;
    const source = isUrl(location)
      ? await ofAddress(vendor, context, location, limits)
      : await ofFolder(vendor, context, location);
    return source === null ? null : readAll(vendor, context, location, source, sink);
  },
});

async function ofAddress(
  vendor: CsafVendor,
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<Source | null> {
  const { isShared } = context;
  const url = isShared ? urlUnder(location, vendor.descriptor.id) : location;
  const place = { url, isRequired: !isShared, maxFetched: vendor.maxFetched };
  const found = await fetchCsaf(context, place, limits, vendor.convert);
  if (found === null) return null;
  const { documents, missingCount, stale, archivedAt } = found;
  const notes = [
    ...(missingCount > 0 ? [`${missingCount} documents are still to be fetched; the next readings go on.`] : []),
    ...(stale === null ? [] : [`It could not be reached (${stale}); the last copy is used.`]),
  ];
  return { documents, notes, dataAt: archivedAt };
}

async function ofFolder(vendor: CsafVendor, context: FeedContext, location: string): Promise<Source | null> {
  const files = await filesIn(context.isShared ? join(location, vendor.descriptor.id) : location);
  if (files.archives.length + files.documents.length === 0) return null;
  return { documents: documentsOfFolder(context, files, vendor.convert), notes: [], dataAt: null };
}

async function readAll(
  vendor: CsafVendor,
  context: FeedContext,
  location: string,
  source: Source,
  sink: FeedSink,
): Promise<SourceReport> {
  const tally = new Tally(context.clock());
  const shown = isUrl(location) ? publicUrl(location) : location;
  let usableCount = 0;
  try {
    for await (const { key, kept } of source.documents) {
      if ("bad" in kept) tally.bad(key, kept.bad);
      else {
        usableCount++;
        for (const raw of kept.records) tell(key, raw, sink, tally);
      }
      if ((usableCount + tally.badCount) % RECORDS_PER_PROGRESS !== 0) continue;
      context.signal.throwIfAborted();
      const label = `Reading ${vendor.descriptor.title}`;
      context.onProgress({ label, doneBytes: 0, totalBytes: null, recordCount: tally.recordCount });
    }
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError("BAD_FEED", `${shown} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  if (usableCount === 0) throw new AppError("BAD_FEED", `${shown} has no CSAF document that can be used.`);
  tally.origins.add(vendor.origin);
  return tally.report({
    feed: vendor.descriptor.id,
    location: shown,
    readAt: context.clock(),
    ...(tally.recordCount === 0 && { dataAt: source.dataAt }),
    notCovered: [...vendor.notCovered, ...source.notes],
  });
}

function tell(key: string, raw: object, sink: FeedSink, tally: Tally): void {
  try {
    const record = parseOsvRecord(raw);
    sink.record(record, JSON.stringify(raw));
    tally.dated(record.modifiedAt);
    tally.recordCount++;
    for (const { ecosystem } of record.affected) tally.covers.add(ecosystem);
  } catch (error) {
    tally.bad(key, messageOf(error));
  }
}
