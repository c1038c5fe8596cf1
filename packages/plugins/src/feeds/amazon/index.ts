import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { UpdateInfoFile } from "../errata.ts";
import { createErrataFeed } from "../errata-feed.ts";
import type { FetchedErrata } from "../errata-feed.ts";
import type { Feed, FeedContext } from "../feed.ts";
import { fetchUpdateInfo } from "../rpm-repository.ts";

/** Amazon's package mirrors. */
export const AMAZON_URL = "https://cdn.amazonlinux.com";

const ECOSYSTEM = "Amazon Linux";
/** The list of mirrors of each release's core repository. */
const MIRROR_LISTS: Readonly<Record<string, readonly string[]>> = {
  "2": ["2", "core", "latest", "x86_64", "mirror.list"],
  "2023": ["al2023", "core", "mirrors", "latest", "x86_64", "mirror.list"],
};
const MAX_LIST_BYTES = 64 * 1024;
const MAX_MIRRORS = 10;
const URL_MAX_CHARS = 1000;

/** Reads the updates of Amazon Linux 2 and 2023. */
export const createAmazonFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed =>
  createErrataFeed(
    {
      descriptor: {
        id: "amazon",
        title: "Amazon Linux",
        summary: "Security updates (ALAS) of Amazon Linux 2 and 2023.",
        source: AMAZON_URL,
        version: "1",
      },
      publicLocation: AMAZON_URL,
      ecosystem: ECOSYSTEM,
      releases: Object.keys(MIRROR_LISTS),
      vendor: {
        origin: `Amazon Linux updateinfo.xml (${AMAZON_URL})`,
        pageOf: (id, ecosystem) => `https://alas.aws.amazon.com/AL${ecosystem.slice(ECOSYSTEM.length + 1)}/${id}.html`,
        introducedOf: () => "0",
        isJudged: () => true,
      },
      notCovered: [
        "Extras of Amazon Linux 2: they have packages of the same names with other versions, and an installed package does not tell where it came from.",
        "Kernel live patches, Amazon Linux 1, and flaws that Amazon has not fixed.",
      ],
      fetch: fetchAmazon,
    },
    limits,
  );

/** The feed with its defaults. */
export const amazonFeed: Feed = createAmazonFeed();

async function fetchAmazon(context: FeedContext, base: string, limits: DownloadLimits): Promise<FetchedErrata> {
  const files: UpdateInfoFile[] = [];
  const notes: string[] = [];
  for (const [release, path] of Object.entries(MIRROR_LISTS)) {
    const name = `${ECOSYSTEM} ${release}`;
    const list = await download(
      context,
      {
        url: urlUnder(base, ...path),
        path: join(context.cacheDir, `mirrors-${release}.txt`),
        maxBytes: MAX_LIST_BYTES,
        label: `Asking for the mirrors of ${name}`,
        optional: true,
        allowStale: true,
      },
      limits,
    );
    if (list === null) {
      notes.push(`${name}: it is not at this address.`);
      continue;
    }
    const found = await firstOf(await mirrorsIn(list.path, base), (url) => fetchUpdateInfo(context, url, name, limits));
    const stale = list.stale ?? found.stale;
    if (stale !== null) notes.push(`${name} could not be reached (${stale}); the last copy is used.`);
    files.push({ path: found.path, ecosystem: `${ECOSYSTEM}:${release}`, shown: name, isCopy: true });
  }
  return { files, notes };
}

/** The addresses of a list of mirrors; one that is reached over TLS names no mirror without it. */
async function mirrorsIn(path: string, base: string): Promise<string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
  const isSecure = base.toLowerCase().startsWith("https:");
  const mirrors = lines.filter(
    (line) => line.length <= URL_MAX_CHARS && URL.canParse(line) && (isSecure ? /^https:/ : /^https?:/).test(line),
  );
  if (mirrors.length > 0) return mirrors.slice(0, MAX_MIRRORS);
  await rm(path, { force: true });
  throw new AppError("BAD_FEED", `A mirror.list of ${publicUrl(base)} names no mirror.`);
}

/** What the first mirror that has it gives; the last mirror's error when none does. */
async function firstOf<T>(mirrors: readonly string[], get: (url: string) => Promise<T | null>): Promise<T> {
  let last: unknown = new AppError("FEEDS_UNAVAILABLE", `${publicUrl(mirrors[0] ?? "")} publishes no updates.`);
  for (const url of mirrors) {
    try {
      const found = await get(url);
      if (found !== null) return found;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      last = error;
    }
  }
  throw last;
}
