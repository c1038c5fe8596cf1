import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { download, urlUnder } from "../download.ts";
import { sizeOf } from "../download-parts.ts";
import type { FeedContext } from "../feed.ts";
import { plainLines } from "../plain-lines.ts";
import { CHANGES_MAX, fetchList, LIST_LINE_MAX_BYTES } from "./modified-ids.ts";
import type { EcosystemRequest, List } from "./modified-ids.ts";

const MAX_ZIP_BYTES = 4 * 1024 ** 3;
const MAX_RECORD_BYTES = 20 * 1024 * 1024;
const MAX_OVERLAY_BYTES = 1024 ** 3;
const PARALLEL_RECORDS = 8;
/** A list that lost more than this share of its ids is not believed. */
const SHRINK_MAX = 0.5;
/** The archive may have been written a while before the list. */
const OVERLAP_MS = 6 * 3_600_000;

/** The records of one ecosystem: an archive, and what changed since it was fetched. */
export interface Update {
  readonly path: string;
  readonly sizeBytes: number;
  /** Null while the archive is as it was fetched. */
  readonly since: Changes | null;
}

export interface Changes {
  /** One record a line, each newer than the one in the archive. */
  readonly overlayPath: string;
  /** The source's list of all ids: what is not in it was removed. */
  readonly listPath: string;
}

/** What archive and overlay together hold. Kept in `state.json`, replaced as a whole. */
interface State {
  readonly version: 1;
  /** Newest change that they hold, ISO. */
  readonly newestAt: string;
  readonly listSha256: string;
  readonly listCount: number;
  readonly isPartial: boolean;
}

/**
 * Brings the records of one ecosystem up to date (`<Ecosystem>/all.zip`, `modified_id.csv` and `<ID>.json` of OSV's bucket,
 * https://google.github.io/osv.dev/data/): only what changed when that is little, else the whole archive. Null when the
 * source has no archive. Throws AppError FEEDS_UNAVAILABLE or BAD_FEED; what was fetched so far is used by the next call.
 */
export async function updateEcosystem(context: FeedContext, request: EcosystemRequest): Promise<Update | null> {
  const { folder } = request;
  await mkdir(folder, { recursive: true });
  const state = await readState(folder);
  const zipBytes = await sizeOf(join(folder, "all.zip"));
  const list = await fetchList(context, request, state === null ? null : askedSince(state));
  if (state !== null && zipBytes !== null && list !== null) {
    if (list.sha256 === state.listSha256) return updateOf(folder, zipBytes, state.isPartial);
    if (list.changed !== null && list.count >= state.listCount * SHRINK_MAX) {
      const isTaken = await takeChanges(context, request, list.changed);
      if (isTaken) {
        await writeState(folder, stateOf(list, true));
        return updateOf(folder, zipBytes, true);
      }
    }
  }
  return fetchWhole(context, request, list);
}

const askedSince = ({ newestAt, isPartial }: State): string =>
  isPartial ? newestAt : new Date(Date.parse(newestAt) - OVERLAP_MS).toISOString();

const updateOf = (folder: string, sizeBytes: number, isPartial: boolean): Update => ({
  path: join(folder, "all.zip"),
  sizeBytes,
  since: isPartial ? { overlayPath: join(folder, "overlay.jsonl"), listPath: join(folder, "modified_id.csv") } : null,
});

const stateOf = ({ newestAt, sha256, count }: List, isPartial: boolean): State => ({
  version: 1,
  newestAt,
  listSha256: sha256,
  listCount: count,
  isPartial,
});

/** The list was fetched before, so that the archive holds all that it names. */
async function fetchWhole(context: FeedContext, request: EcosystemRequest, list: List | null): Promise<Update | null> {
  const { folder, ecosystem, location, limits, onBytes } = request;
  for (const name of ["state.json", "overlay.jsonl"]) await rm(join(folder, name), { force: true });
  await rm(join(folder, "changed"), { recursive: true, force: true });
  const got = await download(
    context,
    {
      url: urlUnder(location, ecosystem, "all.zip"),
      path: join(folder, "all.zip"),
      maxBytes: MAX_ZIP_BYTES,
      label: `Downloading ${ecosystem}`,
      optional: true,
      onBytes,
    },
    limits,
  );
  if (got === null) return null;
  if (list !== null) await writeState(folder, stateOf(list, false));
  return { path: got.path, sizeBytes: got.sizeBytes, since: null };
}

/** Removes the copy of changes, so that the next update fetches the archive. */
export const forgetChanges = async (changes: Changes): Promise<void> => {
  await rm(join(dirname(changes.overlayPath), "state.json"), { force: true });
  await rm(changes.overlayPath, { force: true });
};

/** The overlay's records as read. Throws Error when it is damaged. */
export async function* overlayRecords(
  changes: Changes,
  signal: AbortSignal,
): AsyncGenerator<{ id: string; bytes: Buffer }> {
  if ((await sizeOf(changes.overlayPath)) === null) return;
  const options = { maxBytes: MAX_OVERLAY_BYTES, maxLineBytes: MAX_RECORD_BYTES + LIST_LINE_MAX_BYTES, signal };
  for await (const line of plainLines(changes.overlayPath, options)) {
    const tab = line?.indexOf(0x09) ?? -1;
    if (line === null || tab < 1) throw new Error("its copy of changes is damaged");
    yield { id: line.toString("latin1", 0, tab), bytes: line.subarray(tab + 1) };
  }
}

/** Fetches the records and puts them over the archive. False when they would be too many together. */
async function takeChanges(context: FeedContext, request: EcosystemRequest, ids: readonly string[]): Promise<boolean> {
  const { folder } = request;
  const changes = updateOf(folder, 0, true).since!;
  const wanted = [...new Set(ids)];
  const taken = new Set(wanted);
  const keptCount = await countKept(changes, taken, context.signal);
  if (keptCount === null || keptCount + wanted.length > CHANGES_MAX) return false;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < wanted.length; i = next++) await fetchRecord(context, request, wanted[i]!);
  };
  await Promise.all(Array.from({ length: PARALLEL_RECORDS }, lane));
  const lines = async function* (): AsyncGenerator<Buffer | string> {
    for await (const { id, bytes } of overlayRecords(changes, context.signal)) {
      if (!taken.has(id)) yield Buffer.concat([Buffer.from(`${id}\t`), bytes, Buffer.from("\n")]);
    }
    for (const id of wanted) {
      const text = await readFile(recordPath(folder, id), "utf8").catch(() => null);
      // On one line: what stands between two members means nothing.
      if (text !== null) yield `${id}\t${text.replaceAll(/[\r\n]+/g, " ")}\n`;
    }
  };
  const part = `${changes.overlayPath}.part`;
  await pipeline(Readable.from(lines()), createWriteStream(part, { flush: true }));
  await rename(part, changes.overlayPath);
  await rm(join(folder, "changed"), { recursive: true, force: true });
  return true;
}

/** Records of the overlay that stay; null when it is damaged. */
async function countKept(changes: Changes, taken: ReadonlySet<string>, signal: AbortSignal): Promise<number | null> {
  let count = 0;
  try {
    for await (const { id } of overlayRecords(changes, signal)) if (!taken.has(id)) count++;
    return count;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

const recordPath = (folder: string, id: string): string => join(folder, "changed", `${encodeURIComponent(id)}.json`);

/** A record that is named and is not there stays as it was: when it was removed, the list will not name it any more. */
async function fetchRecord(context: FeedContext, request: EcosystemRequest, id: string): Promise<void> {
  const { folder, ecosystem, location, limits } = request;
  const asked = {
    url: urlUnder(location, ecosystem, `${id}.json`),
    path: recordPath(folder, id),
    maxBytes: MAX_RECORD_BYTES,
    label: `Downloading changes of ${ecosystem}`,
    optional: true,
  };
  const got = await download(context, asked, limits);
  if (got === null) await rm(recordPath(folder, id), { force: true });
}

async function readState(folder: string): Promise<State | null> {
  try {
    const state = JSON.parse(await readFile(join(folder, "state.json"), "utf8")) as State;
    return state.version === 1 && Number.isFinite(Date.parse(state.newestAt)) ? state : null;
  } catch {
    return null;
  }
}

async function writeState(folder: string, state: State): Promise<void> {
  await writeFile(join(folder, "state.json.part"), JSON.stringify(state), { flush: true });
  await rename(join(folder, "state.json.part"), join(folder, "state.json"));
}
