import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { Tally } from "../report.ts";

/** CISA's catalog (https://www.cisa.gov/known-exploited-vulnerabilities-catalog). */
export const KEV_URL = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";

const FILE_NAME = "known_exploited_vulnerabilities.json";
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 1_000_000;

/** Reads `kev/known_exploited_vulnerabilities.json` under a folder or address, or the address of the file itself. */
export const createKevFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "kev",
    title: "CISA KEV",
    summary: "CVEs that CISA knows to be exploited, with the date of listing.",
    source: KEV_URL,
    version: "1",
  },
  publicLocation: KEV_URL,
  async read(context, location, sink) {
    const found = await locate(context, location, limits);
    if (found === null) return null;
    const { dataAt, entries } = await parse(found.path, location);
    const tally = new Tally(context.clock());
    for (const entry of entries.slice(0, MAX_ENTRIES)) {
      const { cveID, dateAdded } = (entry ?? {}) as { cveID?: unknown; dateAdded?: unknown };
      if (typeof cveID !== "string" || !/^CVE-\d{4}-\d{4,19}$/.test(cveID)) {
        tally.bad(String(cveID), "its cveID is not a CVE id");
      } else if (typeof dateAdded !== "string" || !/^\d{4}-\d\d-\d\d$/.test(dateAdded)) {
        tally.bad(cveID, "its dateAdded is not a date");
      } else {
        sink.kev(cveID, dateAdded);
        tally.recordCount++;
      }
    }
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown(location)} lists no CVE that can be used.`);
    return tally.report({
      feed: "kev",
      location: shown(location),
      readAt: context.clock(),
      dataAt,
      notCovered: found.stale === null ? [] : [`It could not be reached (${found.stale}); the last copy is used.`],
    });
  },
});

/** The feed with its defaults. */
export const kevFeed: Feed = createKevFeed();

const shown = (location: string): string => (isUrl(location) ? publicUrl(location) : location);

async function locate(
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<{ path: string; stale: string | null } | null> {
  const isFile = location.endsWith(".json");
  if (!isUrl(location)) {
    const path = isFile ? location : join(location, "kev", FILE_NAME);
    const found = await stat(path).catch(() => null);
    if (found === null) return null;
    if (found.size > MAX_BYTES) throw new AppError("BAD_FEED", `${path} is larger than ${MAX_BYTES} bytes.`);
    return { path, stale: null };
  }
  if (/\.(csv|gz|zip)$/i.test(location)) return null;
  const request = {
    url: isFile ? location : urlUnder(location, "kev", FILE_NAME),
    path: join(context.cacheDir, FILE_NAME),
    maxBytes: MAX_BYTES,
    label: "Downloading CISA KEV",
    optional: !isFile,
    allowStale: isFile,
  };
  return download(context, request, limits);
}

async function parse(path: string, location: string): Promise<{ dataAt: string | null; entries: unknown[] }> {
  try {
    const catalog = parseJson(await readFile(path)) as { dateReleased?: unknown; vulnerabilities?: unknown };
    if (!Array.isArray(catalog.vulnerabilities)) throw new Error("it has no list `vulnerabilities`");
    const at = new Date(String(catalog.dateReleased));
    return { dataAt: Number.isNaN(at.getTime()) ? null : at.toISOString(), entries: catalog.vulnerabilities };
  } catch (error) {
    throw new AppError("BAD_FEED", `${shown(location)} is not a KEV catalog: ${messageOf(error)}.`, { cause: error });
  }
}
