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
/** The topics of Amazon Linux 2's extras, and the mirrors of each. */
const EXTRAS_CATALOG = ["2", "extras-catalog.json"] as const;
const extraMirrors = (topic: string): readonly string[] => ["2", "extras", topic, "latest", "x86_64", "mirror.list"];
const TOPIC = /^[A-Za-z0-9][\w.+-]{0,60}$/;
const MAX_TOPICS = 200;
const MAX_CATALOG_BYTES = 4 * 1024 * 1024;
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
        summary: "Security updates (ALAS) of Amazon Linux 2, its extras, and 2023.",
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
        "Packages from an extra of Amazon Linux 2 on a host that does not tell so (yum's own notes): those that exist in extras alone are unknown.",
        "Kernel live patches, Amazon Linux 1, and flaws that Amazon has not fixed.",
      ],
      streamOf: (name) => /^amzn2extra-(.+)$/.exec(name)?.[1]?.replace(/^/, "extra:") ?? null,
      fetch: fetchAmazon,
    },
    limits,
  );

/** The feed with its defaults. */
export const amazonFeed: Feed = createAmazonFeed();

/** A repository that is asked for. */
interface Repository {
  readonly release: string;
  readonly name: string;
  readonly mirrors: readonly string[];
  readonly stream?: string;
}

async function fetchAmazon(context: FeedContext, base: string, limits: DownloadLimits): Promise<FetchedErrata> {
  const files: UpdateInfoFile[] = [];
  const notes: string[] = [];
  for (const [release, mirrors] of Object.entries(MIRROR_LISTS)) {
    const found = await fetchRepository(context, base, { release, name: `${ECOSYSTEM} ${release}`, mirrors }, limits);
    if (found.file !== null) files.push(found.file);
    notes.push(...found.notes);
  }
  const topics = await extrasAt(context, base, limits);
  if (topics === null) notes.push("The catalogue of the extras of Amazon Linux 2 is not at this address.");
  for (const topic of topics ?? []) {
    const name = `${ECOSYSTEM} 2 extra ${topic}`;
    const extra = { release: "2", name, mirrors: extraMirrors(topic), stream: `extra:${topic}` };
    try {
      const { file, notes: own } = await fetchRepository(context, base, extra, limits);
      // Most topics never had an update, and so no list.
      if (file === null) continue;
      files.push(file);
      notes.push(...own);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      notes.push(`${name}: ${error.message}`);
    }
  }
  return { files, notes };
}

/** The topics of the catalogue, sorted; null when there is none. Throws AppError BAD_FEED when it is no catalogue. */
async function extrasAt(context: FeedContext, base: string, limits: DownloadLimits): Promise<string[] | null> {
  const path = join(context.cacheDir, "extras-catalog.json");
  const label = `Asking for the extras of ${ECOSYSTEM} 2`;
  const wanted = { url: urlUnder(base, ...EXTRAS_CATALOG), path, maxBytes: MAX_CATALOG_BYTES, label };
  const catalog = await download(context, { ...wanted, optional: true, allowStale: true }, limits);
  if (catalog === null) return null;
  try {
    const { topics } = JSON.parse(await readFile(path, "utf8")) as { topics: { n?: unknown }[] };
    const names = topics.map(({ n }) => n).filter((n): n is string => typeof n === "string" && TOPIC.test(n));
    return [...new Set(names)].sort().slice(0, MAX_TOPICS);
  } catch (cause) {
    await rm(path, { force: true });
    throw new AppError("BAD_FEED", `${publicUrl(base)} has no usable extras-catalog.json.`, { cause });
  }
}

async function fetchRepository(
  context: FeedContext,
  base: string,
  { release, name, mirrors, stream }: Repository,
  limits: DownloadLimits,
): Promise<{ readonly file: UpdateInfoFile | null; readonly notes: readonly string[] }> {
  const list = await download(
    context,
    {
      url: urlUnder(base, ...mirrors),
      path: join(context.cacheDir, `mirrors-${stream?.replace(":", "-") ?? release}.txt`),
      maxBytes: MAX_LIST_BYTES,
      label: `Asking for the mirrors of ${name}`,
      optional: true,
      allowStale: true,
    },
    limits,
  );
  if (list === null) return { file: null, notes: [`${name}: it is not at this address.`] };
  const isCore = stream === undefined;
  const urls = await mirrorsIn(list.path, base);
  const found = await firstOf(urls, (url) => fetchUpdateInfo(context, url, name, limits), isCore);
  if (found === null) return { file: null, notes: [] };
  const stale = list.stale ?? found.stale;
  return {
    file: {
      path: found.path,
      ecosystem: `${ECOSYSTEM}:${release}`,
      shown: name,
      isCopy: true,
      ...(stream !== undefined && { stream }),
    },
    notes: stale === null ? [] : [`${name} could not be reached (${stale}); the last copy is used.`],
  };
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

/** What the first mirror that has it gives; the last mirror's error when none does. Null where it need not be there. */
async function firstOf<T>(
  mirrors: readonly string[],
  get: (url: string) => Promise<T | null>,
  isNeeded: boolean,
): Promise<T | null> {
  let last: AppError | null = isNeeded
    ? new AppError("FEEDS_UNAVAILABLE", `${publicUrl(mirrors[0] ?? "")} publishes no updates.`)
    : null;
  for (const url of mirrors) {
    try {
      const found = await get(url);
      if (found !== null) return found;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      last = error;
    }
  }
  if (last !== null) throw last;
  return null;
}
