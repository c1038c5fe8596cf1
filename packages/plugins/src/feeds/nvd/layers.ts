import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { plainChunks } from "../plain.ts";
import type { Read } from "./files.ts";

const MAX_LAYER_BYTES = 4 * 1024 ** 3;
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const NEWLINE = 0x0a;
/** More than these are merged into one; the first whole reading makes about 180. */
const LAYERS_MAX = 250;

/** How far the copy of the API's CVEs is. Kept in `state.json`, replaced as a whole. */
export interface ApiState {
  readonly version: 1;
  readonly url: string;
  /** The first whole reading; null once it is done. */
  readonly full: { readonly startedAt: string; readonly nextIndex: number } | null;
  /** All changes before this instant are in the layers; null until the first whole reading is done. */
  readonly until: string | null;
  /** A window of changes that is being read. */
  readonly window: { readonly endAt: string; readonly nextIndex: number } | null;
  /** File names, oldest first: what a newer one says of a CVE counts. */
  readonly layers: readonly string[];
  /** Number of the next layer. */
  readonly next: number;
}

/** The state of this address; a fresh one when there is none that can be used. */
export async function readState(folder: string, url: string, now: Date): Promise<ApiState> {
  const fresh: ApiState = {
    version: 1,
    url,
    full: { startedAt: now.toISOString(), nextIndex: 0 },
    until: null,
    window: null,
    layers: [],
    next: 0,
  };
  try {
    const state = JSON.parse(await readFile(join(folder, "state.json"), "utf8")) as ApiState;
    return state.version === 1 && state.url === url && Array.isArray(state.layers) ? state : fresh;
  } catch {
    return fresh;
  }
}

/** Puts the state in force, as a whole. */
export async function writeState(folder: string, state: ApiState): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "state.json.part"), JSON.stringify(state), { flush: true });
  await rename(join(folder, "state.json.part"), join(folder, "state.json"));
}

/** Writes entries as a new newest layer and gives the state that has it; the caller keeps the state. */
export async function addLayer(folder: string, state: ApiState, reads: readonly Read[]): Promise<ApiState> {
  if (reads.length === 0) return state;
  const name = `layer-${state.next}.jsonl.gz`;
  await mkdir(folder, { recursive: true });
  await writeLines(join(folder, name), Readable.from(reads.map(lineOf)));
  return { ...state, layers: [...state.layers, name], next: state.next + 1 };
}

const lineOf = (read: Read): string => `${JSON.stringify(read)}\n`;

async function writeLines(path: string, lines: Readable): Promise<void> {
  await pipeline(lines, createGzip({ level: 4 }), createWriteStream(`${path}.part`, { flush: true }));
  await rename(`${path}.part`, path);
}

/** All entries, each CVE once in its newest form. Throws Error when a layer is damaged. */
export async function* readLayers(folder: string, state: ApiState, signal: AbortSignal): AsyncGenerator<Read> {
  const seen = new Set<string>();
  for (const name of state.layers.toReversed()) {
    for await (const line of linesOf(join(folder, name), signal)) {
      const read = JSON.parse(line) as Read;
      const id = "entry" in read ? read.entry.cve.id : read.id;
      if (seen.has(id)) continue;
      seen.add(id);
      yield read;
    }
  }
}

/** Merges all layers into one when they are more than `max`. */
export async function compact(
  folder: string,
  state: ApiState,
  signal: AbortSignal,
  max: number = LAYERS_MAX,
): Promise<ApiState> {
  if (state.layers.length <= max) return state;
  const name = `layer-${state.next}.jsonl.gz`;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const read of readLayers(folder, state, signal)) yield lineOf(read);
  };
  await writeLines(join(folder, name), Readable.from(lines()));
  const merged = { ...state, layers: [name], next: state.next + 1 };
  await writeState(folder, merged);
  for (const old of state.layers) await rm(join(folder, old), { force: true });
  return merged;
}

async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let hasLine = false;
  for await (const chunk of plainChunks(path, { maxBytes: MAX_LAYER_BYTES, signal })) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      hasLine = true;
      yield bytes.toString("utf8", from, at);
      from = at + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > MAX_LINE_BYTES) throw new Error("a line is too long");
  }
  // No layer is written without a line.
  if (rest.length > 0 || !hasLine) throw new Error("it ends in the middle");
}
