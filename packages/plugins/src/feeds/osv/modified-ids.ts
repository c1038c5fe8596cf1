import { join } from "node:path";
import { download, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import { sha256Of } from "../download-parts.ts";
import type { FeedContext } from "../feed.ts";
import { plainLines } from "../plain-lines.ts";

/** So many changed records are fetched one by one; beyond, the whole archive is. */
export const CHANGES_MAX = 2000;
/** Longest line of the list. */
export const LIST_LINE_MAX_BYTES = 1000;

const MAX_LIST_BYTES = 512 * 1024 * 1024;
const MAX_LIST_LINES = 5_000_000;
const LINE = /^(\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d)),(?:[^,/]+\/)?([\w.:+~-]{1,200})\r?$/;

/** One ecosystem of a bucket, and the folder of its copy. */
export interface EcosystemRequest {
  readonly location: string;
  readonly ecosystem: string;
  readonly folder: string;
  readonly limits: DownloadLimits;
  readonly onBytes: (doneBytes: number, totalBytes: number | null) => void;
}

/** What the list of changes says. */
export interface List {
  readonly sha256: string;
  readonly count: number;
  readonly newestAt: string;
  /** Changed at or after an instant; null when they are more than `CHANGES_MAX`. */
  readonly changed: readonly string[] | null;
}

/** Null when there is no list, or none that can be used: then the archive is asked for as a whole. */
export async function fetchList(
  context: FeedContext,
  request: EcosystemRequest,
  since: string | null,
): Promise<List | null> {
  const { folder, ecosystem, location, limits } = request;
  const got = await download(
    context,
    {
      url: urlUnder(location, ecosystem, "modified_id.csv"),
      path: join(folder, "modified_id.csv"),
      maxBytes: MAX_LIST_BYTES,
      label: `Asking what changed in ${ecosystem}`,
      optional: true,
      onBytes: () => undefined,
    },
    limits,
  );
  if (got === null) return null;
  const now = context.clock().toISOString();
  const changed: string[] = [];
  let count = 0;
  let newestAt = "";
  for await (const { at, id } of listLines(got.path, context.signal)) {
    if (id === "") return null;
    count++;
    if (at > newestAt && at <= now) newestAt = at;
    if (since !== null && at >= since && changed.length <= CHANGES_MAX) changed.push(id);
  }
  if (newestAt === "") return null;
  const isFew = since !== null && changed.length <= CHANGES_MAX;
  return { sha256: await sha256Of(got.path), count, newestAt, changed: isFew ? changed : null };
}

/** Times are ISO in UTC; a line that is none has an empty id. */
async function* listLines(path: string, signal: AbortSignal): AsyncGenerator<{ at: string; id: string }> {
  const options = { maxBytes: MAX_LIST_BYTES, maxLineBytes: LIST_LINE_MAX_BYTES, signal };
  let count = 0;
  for await (const line of plainLines(path, options)) {
    const found = LINE.exec(line?.toString("latin1") ?? "");
    const at = new Date(found?.[1] ?? "");
    if (!found || Number.isNaN(at.getTime()) || ++count > MAX_LIST_LINES) {
      yield { at: "", id: "" };
      return;
    }
    yield { at: at.toISOString(), id: found[2]! };
  }
}

/** All ids of the list. */
export async function listedIds(listPath: string, signal: AbortSignal): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { id } of listLines(listPath, signal)) ids.add(id);
  return ids;
}
