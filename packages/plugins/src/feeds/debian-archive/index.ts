import { createReadStream } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { AppError, messageOf, schemeFor } from "@zerotrace/core";
import type { SourceReport, VersionScheme } from "@zerotrace/core";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { Tally } from "../report.ts";
import { downloadDebs, prepareApt, refreshLists, releaseDate } from "./apt.ts";
import type { Apt, PackagesList } from "./apt.ts";
import { ChangelogCache, readBounded } from "./changelog-cache.ts";
import { fixesOf, parseChangelog, unpackChangelog } from "./changelog.ts";
import { changelogOfDeb } from "./deb.ts";
import { changelogPaths, orderByDocs } from "./docs.ts";
import { UpdateFinder, installedSources, stanzasOf } from "./packages.ts";
import type { InstalledSource, Update } from "./packages.ts";
import { emitRecords } from "./records.ts";
import type { SourceFixes } from "./records.ts";
import { parseRelease } from "./release.ts";
import type { Release } from "./release.ts";
import { runStream } from "./run.ts";

const READ_LIST_TIMEOUT_MS = 60_000;
/** Binaries of one source that are tried: the smallest may carry only a link to another one's changelog. */
const MAX_TRIES = 4;
const MAX_DEB_BYTES = 128 * 1024 * 1024;

export interface DebianArchiveOptions {
  /** dpkg's status file, plain or gzip. Default: the host's own. */
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  /** Where the installed changelogs lie; null when the status file is another machine's. */
  readonly docDir?: string | null;
  readonly etcAptPath?: string;
}

const HOST_STATUS = "/var/lib/dpkg/status";

/**
 * Makes advisories of the Debian changelogs of a host's own package mirror: what the newer versions and the installed ones
 * say that they fixed. Runs apt and dpkg-deb with all state in `cacheDir`; needs no root and leaves the system's lists as they are.
 * `read` takes the empty location only and returns null on other systems.
 */
export const createDebianArchiveFeed = (options: DebianArchiveOptions = {}): Feed => ({
  descriptor: {
    id: "debian-archive",
    title: "Package mirror",
    summary: "CVEs that the changelogs of Debian or Ubuntu packages name as fixed, read from the host's own mirror.",
    source: "https://www.debian.org/doc/debian-policy/ch-source.html#debian-changelog-debian-changelog",
    version: "1",
  },
  publicLocation: "",
  async read(context, location, sink) {
    if (location !== "") return null;
    const release = await readRelease(options.osReleasePath ?? "/etc/os-release");
    return release === null ? null : readArchive(context, release, sink, options);
  },
});

/** The feed for the host it runs on. */
export const debianArchiveFeed: Feed = createDebianArchiveFeed();

const readRelease = async (path: string): Promise<Release | null> => {
  const text = await readFile(path, "utf8").catch(() => null);
  return text === null ? null : parseRelease(text);
};

async function readArchive(
  context: FeedContext,
  release: Release,
  sink: FeedSink,
  options: DebianArchiveOptions,
): Promise<SourceReport> {
  const scheme = schemeFor("Debian") as VersionScheme;
  const statusPath = options.dpkgStatusPath ?? HOST_STATUS;
  const docDir = options.docDir === undefined ? (statusPath === HOST_STATUS ? "/usr/share/doc" : null) : options.docDir;
  const installed = await readStatus(statusPath, scheme);
  context.onProgress({ label: "Refreshing package lists", doneBytes: 0, totalBytes: null, recordCount: 0 });
  const paths = { etcApt: options.etcAptPath ?? "/etc/apt", dpkgStatus: HOST_STATUS };
  const apt = await prepareApt(context.cacheDir, release, paths);
  const lists = await refreshLists(apt, release, context.signal);
  const found = await findUpdates(lists, installed, scheme, context);
  const updates = docDir === null ? found : await Promise.all(found.map((update) => orderByDocs(update, docDir)));
  const tally = new Tally(context.clock());
  const sources = await readUpdates(context, apt, updates, scheme, tally);
  sources.push(...(await readInstalled(installed, sources, docDir, scheme, context)));
  const suites = [...new Set(lists.map((list) => list.suite))].sort().join(", ");
  const origin = `${release.origin} changelogs of ${suites}, read from the host's package mirror`;
  emitRecords(sources, release, origin, sink, tally);
  if (tally.recordCount === 0) {
    throw new AppError("FEEDS_UNAVAILABLE", "No changelog of this host or its package mirror names a CVE.");
  }
  return tally.report({
    feed: "debian-archive",
    location: [...new Set(lists.map((list) => new URL(list.repoUri).host))].sort().join(", "),
    readAt: context.clock(),
    dataAt: await releaseDate(apt),
    notCovered: gapsOf(release, docDir),
  });
}

const gapsOf = (release: Release, docDir: string | null): string[] => [
  "CVEs that no changelog names yet: weaknesses without a fix are unknown to this source.",
  "Severity: changelogs give none; the urgency shown is the upload's.",
  "Packages of languages (npm, PyPI …) and software that the package manager did not install.",
  "Packages from other archives than the release, its security and its updates suites.",
  ...(docDir === null ? ["What the installed versions fixed: only packages with a newer version are judged."] : []),
  ...(release.id === "ubuntu"
    ? ["Older entries: Ubuntu ships changelogs with the latest uploads only.", "Ubuntu Pro (ESM) updates."]
    : []),
];

async function readStatus(path: string, scheme: VersionScheme): Promise<Map<string, InstalledSource>> {
  try {
    const file = createReadStream(path);
    if (!path.endsWith(".gz")) return await installedSources(file, scheme);
    const plain = createGunzip();
    file.on("error", (error) => plain.destroy(error)).pipe(plain);
    return await installedSources(plain, scheme);
  } catch (error) {
    throw new AppError("UNREADABLE", `The package status ${path} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

async function findUpdates(
  lists: readonly PackagesList[],
  installed: ReadonlyMap<string, InstalledSource>,
  scheme: VersionScheme,
  context: FeedContext,
): Promise<Update[]> {
  const finder = new UpdateFinder(installed, scheme);
  for (const list of lists) {
    context.onProgress({ label: `Reading ${list.suite}`, doneBytes: 0, totalBytes: null, recordCount: 0 });
    // apt keeps its lists compressed in the way it likes; its helper reads them all.
    const command = ["/usr/lib/apt/apt-helper", "cat-file", list.path];
    const stream = runStream(command, { signal: context.signal, timeoutMs: READ_LIST_TIMEOUT_MS });
    for await (const stanza of stanzasOf(stream)) finder.see(stanza);
  }
  return finder.updates();
}

/** The changelogs of the newer versions: from the cache, else from the smallest package that carries one. */
async function readUpdates(
  context: FeedContext,
  apt: Apt,
  updates: readonly Update[],
  scheme: VersionScheme,
  tally: Tally,
): Promise<SourceFixes[]> {
  const cache = new ChangelogCache(join(context.cacheDir, "changelogs"));
  const results: SourceFixes[] = [];
  let open: Update[] = [];
  const take = (update: Update, packed: Buffer | null): boolean => {
    const fixes = packed === null ? null : fixesIn(packed, update.source, scheme);
    if (fixes !== null) results.push({ source: update.source, fixes });
    return fixes !== null;
  };
  for (const update of updates) {
    if (!take(update, await cache.get(update.source, update.version))) open.push(update);
  }
  const debsDir = join(context.cacheDir, "debs");
  let before = 0;
  for (let round = 0; round < MAX_TRIES && open.length > 0; round++) {
    const tried = open.map((update) => ({ update, binary: update.binaries[round] }));
    const wanted = tried.flatMap(({ binary }) => (binary && binary.sizeBytes <= MAX_DEB_BYTES ? [binary] : []));
    const totalBytes = before + wanted.reduce((sum, binary) => sum + binary.sizeBytes, 0);
    const onBytes = (bytes: number): void =>
      context.onProgress({
        label: "Downloading changelogs",
        doneBytes: before + bytes,
        totalBytes,
        recordCount: results.length,
      });
    const names = wanted.map((binary) => `${binary.name}=${binary.version}`);
    const debs = await downloadDebs(apt, names, debsDir, { signal: context.signal, onBytes });
    before = totalBytes;
    open = [];
    for (const { update, binary } of tried) {
      const deb = binary && debs.get(binary.name);
      const packed = deb ? await changelogOfDeb(deb, context.signal) : null;
      if (take(update, packed)) await cache.put(update.source, update.version, packed as Buffer);
      else open.push(update);
    }
    if (round === 0 && debs.size === 0 && names.length > 0) {
      throw new AppError("FEEDS_UNAVAILABLE", "The package mirror gives its lists but none of its packages.");
    }
  }
  await rm(debsDir, { recursive: true, force: true });
  for (const update of open)
    tally.bad(`${update.source} ${update.version}`, "no package with a changelog could be read");
  await cache.prune();
  return results;
}

/** Null when it is no changelog of that source package. */
function fixesIn(packed: Buffer, source: string, scheme: VersionScheme): SourceFixes["fixes"] | null {
  try {
    const entries = parseChangelog(unpackChangelog(packed));
    return entries[0]?.source === source ? fixesOf(entries, scheme) : null;
  } catch {
    return null;
  }
}

/** What the installed versions fixed, for the sources without a newer version. */
async function readInstalled(
  installed: ReadonlyMap<string, InstalledSource>,
  done: readonly SourceFixes[],
  docDir: string | null,
  scheme: VersionScheme,
  context: FeedContext,
): Promise<SourceFixes[]> {
  const results: SourceFixes[] = [];
  if (docDir === null) return results;
  const known = new Set(done.map(({ source }) => source));
  for (const source of installed.values()) {
    if (known.has(source.name)) continue;
    context.signal.throwIfAborted();
    for (const path of source.binaries.flatMap((name) => changelogPaths(docDir, name))) {
      const packed = await readBounded(path);
      const fixes = packed === null ? null : fixesIn(packed, source.name, scheme);
      if (fixes === null) continue;
      results.push({ source: source.name, fixes });
      break;
    }
  }
  return results;
}
