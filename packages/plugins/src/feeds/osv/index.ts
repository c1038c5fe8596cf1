import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import type { AdvisoryRecord, SourcePart, SourceReport } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, isUrl, publicUrl } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { jsonText } from "../json-text.ts";
import { Tally } from "../report.ts";
import { forgetChanges, overlayRecords, updateEcosystem } from "./changes.ts";
import type { Changes } from "./changes.ts";
import { ecosystemNames } from "./ecosystem-names.ts";
import { OSV_BUCKET } from "./ecosystems.ts";
import { listedIds } from "./modified-ids.ts";
import { allParts, archiveDate } from "./parts.ts";
import { ZIP_LIMITS, zipMembers } from "./zip.ts";
import type { ZipLimits } from "./zip.ts";

const MAX_ECOSYSTEMS = 1000;
const MAX_ID_CHARS = 200;
const PARALLEL_DOWNLOADS = 4;
const RECORDS_PER_PROGRESS = 500;

export interface OsvOptions {
  /** Ecosystems (without release) to read; all that the location has when absent. */
  readonly ecosystems?: readonly string[];
  /** True: `ecosystems` are fewer than are wanted on the whole, and the report says which (`SourceReport.parts`). */
  readonly isPart?: true;
  /** False: a folder of layouts (`osv/`, `kev/` …) is not searched for them. */
  readonly nested?: boolean;
  readonly download?: DownloadLimits;
  readonly zip?: ZipLimits;
}

interface Archive {
  readonly ecosystem: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** What changed since the archive was made; null or absent: nothing. */
  readonly since?: Changes | null;
}

/** Reads `<Ecosystem>/all.zip` of a folder, or of an address in the layout of OSV's public bucket. */
export const createOsvFeed = (options: OsvOptions = {}): Feed => ({
  descriptor: {
    id: "osv",
    title: "OSV",
    summary: "Advisories in the OSV schema, one archive for each ecosystem.",
    source: OSV_BUCKET,
    version: "1",
  },
  publicLocation: OSV_BUCKET,
  async read(context, location, sink) {
    if (/\.(json|csv|gz|zip)$/i.test(location)) return null;
    const archives = isUrl(location)
      ? await fetchArchives(context, location, options)
      : await findArchives(location, options);
    return archives.length === 0 && options.isPart !== true
      ? null
      : readArchives(context, location, archives, sink, options);
  },
});

/** The feed with its defaults. */
export const osvFeed: Feed = createOsvFeed();

const wanted = (ecosystem: string, list: readonly string[] | undefined): boolean =>
  list === undefined || list.includes(ecosystem);

async function findArchives(folder: string, options: OsvOptions): Promise<Archive[]> {
  // The folder of one ecosystem may be named itself.
  const own = await archiveIn(folder, basename(resolve(folder)));
  if (own !== null) return [own];
  const direct = await archivesIn(folder, options);
  if (direct.length > 0 || options.nested === false) return direct;
  // A folder that holds whole layouts side by side (`osv/`, `kev/` …) may be named as well.
  const nested: Archive[] = [];
  let closed: AppError | null = null;
  for (const name of await folderNames(folder)) {
    try {
      nested.push(...(await archivesIn(join(folder, name), options)));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // A link to a file is none of ours.
      if (!isNoFolder(error.cause)) closed ??= error;
    }
  }
  // Beside layouts that are read, one that cannot be may hold the rest of them; alone it is just some folder.
  if (closed !== null && nested.length > 0) throw closed;
  return nested;
}

const isNoFolder = (cause: unknown): boolean =>
  ["ENOTDIR", "ENOENT"].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? "");

async function archivesIn(folder: string, options: OsvOptions): Promise<Archive[]> {
  const archives: Archive[] = [];
  for (const ecosystem of await folderNames(folder)) {
    if (!wanted(ecosystem, options.ecosystems)) continue;
    const archive = await archiveIn(join(folder, ecosystem), ecosystem);
    if (archive !== null) archives.push(archive);
  }
  return archives;
}

async function archiveIn(folder: string, ecosystem: string): Promise<Archive | null> {
  const path = join(folder, "all.zip");
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? { ecosystem, path, sizeBytes: found.size } : null;
}

async function folderNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map((entry) => entry.name);
    return names.sort().slice(0, MAX_ECOSYSTEMS);
  } catch (cause) {
    const isFile = (cause as NodeJS.ErrnoException).code === "ENOTDIR";
    const what = isFile
      ? `${folder} is a file, and no bundle: name a folder of feeds, an address, or what \`feeds bundle\` wrote.`
      : `The folder ${folder} cannot be read: ${messageOf(cause)}.`;
    throw new AppError("FEEDS_UNAVAILABLE", what, { cause });
  }
}

async function fetchArchives(context: FeedContext, location: string, options: OsvOptions): Promise<Archive[]> {
  const names = await ecosystemNames(
    context,
    location,
    join(context.cacheDir, hostFolder(location)),
    options.download ?? DOWNLOAD_LIMITS,
    options.ecosystems,
  );
  const done = new Map<string, number>();
  const totals = new Map<string, number | null>();
  const results: (Archive | null)[] = Array.from({ length: names.length }, () => null);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < names.length; i = next++) {
      const ecosystem = names[i] as string;
      const got = await updateEcosystem(context, {
        location,
        ecosystem,
        folder: join(context.cacheDir, hostFolder(location), encodeURIComponent(ecosystem)),
        limits: options.download ?? DOWNLOAD_LIMITS,
        onBytes: (doneBytes, totalBytes) => {
          done.set(ecosystem, doneBytes);
          totals.set(ecosystem, totalBytes);
          const all = sum(totals.values());
          context.onProgress({
            label: "Downloading advisories",
            doneBytes: sum(done.values()) ?? 0,
            // Until every archive has answered, the sum of the known lengths would promise too little.
            totalBytes: totals.size === names.length ? all : null,
            recordCount: 0,
          });
        },
      });
      if (got) results[i] = { ecosystem, ...got };
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, lane));
  return results.filter((archive) => archive !== null);
}

const hostFolder = (location: string): string => encodeURIComponent(publicUrl(location)).slice(0, 200);

const sum = (values: Iterable<number | null>): number | null => {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return total;
};

async function readArchives(
  context: FeedContext,
  location: string,
  archives: readonly Archive[],
  sink: FeedSink,
  options: OsvOptions,
): Promise<SourceReport> {
  const tally = new Tally(context.clock());
  const totalBytes = archives.reduce((all, archive) => all + archive.sizeBytes, 0);
  const parts: SourcePart[] = [];
  let before = 0;
  for (const archive of archives) {
    const countBefore = tally.recordCount;
    tally.beginPart();
    const isInForce = archive.since ? await readChanges(context, archive.since, tally, sink) : () => true;
    for await (const member of zipMembers(archive.path, options.zip ?? ZIP_LIMITS)) {
      if (!isInForce(member.name)) continue;
      if (member.bytes === null) tally.bad(member.name, member.reason);
      else readRecord(member.name, member.bytes, tally, sink);
      const count = tally.recordCount + tally.badCount;
      if (count % RECORDS_PER_PROGRESS === 0) {
        context.signal.throwIfAborted();
        const doneBytes = before + Math.min(member.endBytes, archive.sizeBytes);
        context.onProgress({ label: `Reading ${archive.ecosystem}`, doneBytes, totalBytes, recordCount: count });
      }
    }
    before += archive.sizeBytes;
    if (options.isPart === true) {
      tally.dated(await archiveDate(archive.path));
      const { ecosystem } = archive;
      parts.push({ ecosystem, dataAt: tally.partAt, recordCount: tally.recordCount - countBefore });
    }
  }
  context.onProgress({
    label: "Reading advisories",
    doneBytes: totalBytes,
    totalBytes,
    recordCount: tally.recordCount,
  });
  if (tally.recordCount === 0 && tally.badCount > 0) {
    throw new AppError("BAD_FEED", `Not one of ${tally.badCount} records of ${shown(location)} can be used.`);
  }
  const report = tally.report({
    feed: "osv",
    location: shown(location),
    readAt: context.clock(),
    notCovered: [
      "Ecosystems without an archive at this location.",
      ...(options.isPart === true ? ["Ecosystems that nobody asked for."] : []),
    ],
  });
  return options.isPart === true ? { ...report, parts: allParts(options.ecosystems ?? [], parts) } : report;
}

/** Tells what changed, and says which members of the archive still stand: not replaced and not removed. */
async function readChanges(
  context: FeedContext,
  changes: Changes,
  tally: Tally,
  sink: FeedSink,
): Promise<(name: string) => boolean> {
  const replaced = new Set<string>();
  try {
    const listed = await listedIds(changes.listPath, context.signal);
    for await (const { id, bytes } of overlayRecords(changes, context.signal)) {
      replaced.add(id);
      if (listed.has(id)) readRecord(id, bytes, tally, sink);
    }
    return (name) => {
      const id = name.slice(name.lastIndexOf("/") + 1).replace(/\.json$/, "");
      return listed.has(id) && !replaced.has(id);
    };
  } catch (error) {
    context.signal.throwIfAborted();
    await forgetChanges(changes);
    throw new AppError("BAD_FEED", `The copy of what changed is damaged and was removed: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

const shown = (location: string): string => (isUrl(location) ? publicUrl(location) : location);

function readRecord(name: string, bytes: Buffer, tally: Tally, sink: FeedSink): void {
  let record: AdvisoryRecord;
  const raw = jsonText(bytes);
  try {
    record = parseOsvRecord(JSON.parse(raw));
    if (record.id.length > MAX_ID_CHARS) throw new AppError("BAD_RECORD", "its id is too long");
  } catch (error) {
    tally.bad(name, messageOf(error));
    return;
  }
  tally.recordCount++;
  for (const affected of record.affected) tally.covers.add(affected.ecosystem);
  if (record.origin !== "") tally.origins.add(record.origin);
  tally.dated(record.modifiedAt);
  sink.record(record, raw);
}
