import { readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@zerotrace/core";
import { lastModifiedOf } from "../data-date.ts";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext } from "../feed.ts";
import { Tally } from "../report.ts";
import { Secdb } from "../secdb.ts";
import type { SecdbFile } from "../secdb.ts";

/** Alpine's security database, a folder for each release. */
export const ALPINE_SECDB_URL = "https://secdb.alpinelinux.org/";

const REPOSITORIES = ["main", "community"] as const;
/** OSV has main's CVEs of numbered releases under these ids. */
const AS_OSV = "ALPINE-";
/** Whatever OSV does not have gets ids of its own, so that a record of OSV does not take its place. */
const OWN = "ALPINE-SECDB-";
const RELEASE = /^(?:v\d{1,3}\.\d{1,3}|edge)$/;
const MAX_RELEASES = 100;
const MAX_INDEX_BYTES = 1024 * 1024;
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const NOT_COVERED: readonly string[] = [
  "Flaws without a fix: the database lists fixed ones only.",
  "Packages of edge/testing.",
];

interface Located {
  readonly files: readonly SecdbFile[];
  readonly notes: readonly string[];
}

/** Reads `<release>/main.json` and `<release>/community.json` of all releases: a folder's, or those an address lists. */
export const createAlpineSecdbFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "alpine-secdb",
    title: "Alpine security database",
    summary: "Fixed versions of Alpine's packages, by release.",
    source: ALPINE_SECDB_URL,
    version: "1",
  },
  publicLocation: ALPINE_SECDB_URL,
  async read(context, location, sink) {
    if (context.isShared && /\.(json|csv|gz|zip|xml)$/i.test(location)) return null;
    const { files, notes } = isUrl(location)
      ? await filesAt(context, location, limits)
      : await filesIn(join(location, context.isShared ? "alpine-secdb" : ""));
    if (files.length === 0) return null;
    const tally = new Tally(context.clock());
    const secdb = new Secdb();
    for (const file of files) await secdb.read(context, file, tally);
    const origin = `Alpine security database (${ALPINE_SECDB_URL})`;
    secdb.tell(sink, tally, origin, [AS_OSV, OWN], (cve) => `https://security.alpinelinux.org/vuln/${cve}`);
    const shown = isUrl(location) ? publicUrl(location) : location;
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown} has no fix that can be used.`);
    const dates = await Promise.all(files.map((file) => lastModifiedOf(file.path)));
    return tally.report({
      feed: "alpine-secdb",
      location: shown,
      readAt: context.clock(),
      dataAt:
        dates
          .filter((date) => date !== null)
          .sort()
          .at(-1) ?? null,
      notCovered: [...NOT_COVERED, ...notes],
    });
  },
});

/** The feed with its defaults. */
export const alpineSecdbFeed: Feed = createAlpineSecdbFeed();

const fileOf = (release: string, repository: string, path: string, isCopy: boolean): SecdbFile => ({
  path,
  ecosystem: `Alpine:${release}`,
  prefix: repository === "main" && release !== "edge" ? AS_OSV : OWN,
  shown: `${release}/${repository}.json`,
  isCopy,
});

async function filesIn(folder: string): Promise<Located> {
  const releases = (await readdir(folder).catch(() => [])).filter((name) => RELEASE.test(name)).sort();
  const files: SecdbFile[] = [];
  for (const release of releases.slice(0, MAX_RELEASES)) {
    for (const repository of REPOSITORIES) {
      for (const name of [`${repository}.json`, `${repository}.json.gz`]) {
        const path = join(folder, release, name);
        const found = await stat(path).catch(() => null);
        if (found === null) continue;
        if (found.size > MAX_FILE_BYTES) throw new AppError("BAD_FEED", `${path} is larger than allowed.`);
        files.push(fileOf(release, repository, path, false));
        break;
      }
    }
  }
  return { files, notes: [] };
}

async function filesAt(context: FeedContext, location: string, limits: DownloadLimits): Promise<Located> {
  const folder = context.isShared ? ["alpine-secdb"] : [];
  const get = (names: readonly string[], copy: string, maxBytes: number) =>
    download(
      context,
      {
        url: urlUnder(location, ...folder, ...names),
        path: join(context.cacheDir, copy),
        maxBytes,
        label: "Downloading Alpine's security database",
        optional: context.isShared || names.length > 1,
        allowStale: true,
      },
      limits,
    );
  const index = await get([""], "index.html", MAX_INDEX_BYTES);
  if (index === null) return { files: [], notes: [] };
  const releases = await releasesIn(index.path, location);
  const files: SecdbFile[] = [];
  let stale = index.stale;
  for (const release of releases) {
    for (const repository of REPOSITORIES) {
      const found = await get([release, `${repository}.json`], `${release}-${repository}.json`, MAX_FILE_BYTES);
      stale ??= found?.stale ?? null;
      if (found !== null) files.push(fileOf(release, repository, found.path, true));
    }
  }
  if (files.length === 0)
    throw new AppError("BAD_FEED", `${publicUrl(location)} lists releases, but has none of them.`);
  return { files, notes: stale === null ? [] : [`It could not be reached (${stale}); the last copy is used.`] };
}

/** The releases that a listing of a folder links to. */
async function releasesIn(path: string, location: string): Promise<string[]> {
  const links = (await readFile(path, "utf8")).matchAll(/href="(?:\.\/)?([\w.]{1,20})\/"/g);
  const releases = [...new Set([...links].map(([, name = ""]) => name))].filter((name) => RELEASE.test(name));
  if (releases.length > 0) return releases.sort().slice(0, MAX_RELEASES);
  await rm(path, { force: true });
  throw new AppError("BAD_FEED", `${publicUrl(location)} lists no release of Alpine.`);
}
