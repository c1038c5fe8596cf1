import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { plainChunks } from "../plain.ts";
import { Tally } from "../report.ts";

/** FIRST's daily scores (https://www.first.org/epss/data_stats). */
export const EPSS_URL = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz";

const FILE_NAME = "epss_scores-current.csv.gz";
const MAX_PACKED_BYTES = 64 * 1024 * 1024;
const MAX_PLAIN_BYTES = 256 * 1024 * 1024;
const MAX_LINE_CHARS = 1000;

/**
 * Reads `epss/epss_scores-current.csv.gz` under a folder or address, or the address of the file itself. What was said on earlier
 * days is kept from generations, see `keepScoresOf`: so a site that gets bundles has it too.
 */
export const createEpssFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "epss",
    title: "FIRST EPSS",
    summary: "The probability that a CVE is exploited within 30 days.",
    source: EPSS_URL,
    version: "1",
  },
  publicLocation: EPSS_URL,
  async read(context, location, sink) {
    const found = await locate(context, location, limits);
    if (found === null) return null;
    const tally = new Tally(context.clock());
    let dataAt: string | null = null;
    try {
      for await (const lines of linesOf(found.path, context.signal)) {
        for (const line of lines) {
          if (line.startsWith("#")) dataAt = scoreDate(line);
          else if (line !== "" && !line.startsWith("cve,")) readScore(line, tally, sink);
        }
        context.onProgress({ label: "Reading EPSS", doneBytes: 0, totalBytes: null, recordCount: tally.recordCount });
      }
    } catch (error) {
      context.signal.throwIfAborted();
      throw new AppError("BAD_FEED", `${shown(location)} is not an EPSS file: ${messageOf(error)}.`, { cause: error });
    }
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown(location)} has no score that can be used.`);
    return tally.report({
      feed: "epss",
      location: shown(location),
      readAt: context.clock(),
      dataAt,
      notCovered: found.stale === null ? [] : [`It could not be reached (${found.stale}); the last copy is used.`],
    });
  },
});

/** The feed with its defaults. */
export const epssFeed: Feed = createEpssFeed();

const shown = (location: string): string => (isUrl(location) ? publicUrl(location) : location);

async function locate(
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<{ path: string; stale: string | null } | null> {
  const isFile = /\.csv(\.gz)?$/.test(location);
  if (!isUrl(location)) {
    const path = isFile ? location : join(location, "epss", FILE_NAME);
    const found = await stat(path).catch(() => null);
    if (found === null) return null;
    if (found.size > MAX_PACKED_BYTES)
      throw new AppError("BAD_FEED", `${path} is larger than ${MAX_PACKED_BYTES} bytes.`);
    return { path, stale: null };
  }
  if (/\.(json|zip)$/i.test(location)) return null;
  const request = {
    url: isFile ? location : urlUnder(location, "epss", FILE_NAME),
    path: join(context.cacheDir, FILE_NAME),
    maxBytes: MAX_PACKED_BYTES,
    label: "Downloading EPSS",
    optional: !isFile,
    allowStale: isFile,
  };
  return download(context, request, limits);
}

/** The lines that end in each chunk of the file: a promise for each of 360,000 costs more than reading them. */
async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string[]> {
  let rest = "";
  for await (const chunk of plainChunks(path, { maxBytes: MAX_PLAIN_BYTES, signal })) {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_CHARS) throw new Error(`a line is longer than ${MAX_LINE_CHARS} characters`);
    yield lines.map((line) => line.trimEnd());
  }
  yield [rest.trimEnd()];
}

function readScore(line: string, tally: Tally, sink: FeedSink): void {
  const [cveId = "", scoreText = "", percentileText = ""] = line.split(",");
  const score = scoreText === "" ? Number.NaN : Number(scoreText);
  const percentile = percentileText === "" ? Number.NaN : Number(percentileText);
  if (!/^CVE-\d{4}-\d{4,19}$/.test(cveId)) tally.bad(cveId, "it is not a CVE id");
  else if (!(score >= 0 && score <= 1 && percentile >= 0 && percentile <= 1)) {
    tally.bad(cveId, "its score or percentile is not a number from 0 to 1");
  } else {
    sink.epss(cveId, score, percentile);
    tally.recordCount++;
  }
}

const scoreDate = (line: string): string | null => {
  const at = new Date(/score_date:([^,\s]+)/.exec(line)?.[1] ?? "");
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
};
