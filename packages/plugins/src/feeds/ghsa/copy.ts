import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { plainLines } from "../plain-lines.ts";
import type { OsvShape } from "./advisory.ts";

const MAX_LAYER_BYTES = 4 * 1024 ** 3;
const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** More than these are merged into one. */
const LAYERS_MAX = 60;

/** An advisory, or why there is none. */
export type Read = { readonly osv: OsvShape } | { readonly bad: string; readonly id: string };

/** How far the copy is. Kept in `state.json`, replaced as a whole. */
export interface CopyState {
  readonly version: 1;
  readonly url: string;
  /** False until all advisories have been read once. */
  readonly isComplete: boolean;
  /** All changes before this instant are in the layers, as the source writes it; null at the beginning. */
  readonly until: string | null;
  /** Ids of those changed at that very instant which are in the layers. */
  readonly atUntil: readonly string[];
  /** File names, oldest first: what a newer one says of an advisory counts. */
  readonly layers: readonly string[];
  readonly next: number;
}

export const idOf = (read: Read): string => ("osv" in read ? read.osv.id : read.id);

/** The state of this address; a fresh one when there is none that can be used. */
export async function readState(folder: string, url: string): Promise<CopyState> {
  const fresh: CopyState = { version: 1, url, isComplete: false, until: null, atUntil: [], layers: [], next: 0 };
  try {
    const state = JSON.parse(await readFile(join(folder, "state.json"), "utf8")) as CopyState;
    return state.version === 1 && state.url === url && Array.isArray(state.layers) ? state : fresh;
  } catch {
    return fresh;
  }
}

/** Replaces the state as a whole. */
export async function writeState(folder: string, state: CopyState): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "state.json.part"), JSON.stringify(state), { flush: true });
  await rename(join(folder, "state.json.part"), join(folder, "state.json"));
}

/** Writes what was read as the newest layer and gives the state that has it; the caller keeps the state. */
export async function addLayer(folder: string, state: CopyState, reads: readonly Read[]): Promise<CopyState> {
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

/** All advisories, each once in its newest form. Throws Error when a layer is damaged. */
export async function* readLayers(folder: string, state: CopyState, signal: AbortSignal): AsyncGenerator<Read> {
  const seen = new Set<string>();
  for (const name of state.layers.toReversed()) {
    const options = { maxBytes: MAX_LAYER_BYTES, maxLineBytes: MAX_LINE_BYTES, signal };
    for await (const line of plainLines(join(folder, name), options)) {
      if (line === null) throw new Error("a line is too long");
      const read = JSON.parse(line.toString("utf8")) as Read;
      if (seen.has(idOf(read))) continue;
      seen.add(idOf(read));
      yield read;
    }
  }
}

/** Merges all layers into one when they are more than `max`. */
export async function compact(
  folder: string,
  state: CopyState,
  signal: AbortSignal,
  max: number = LAYERS_MAX,
): Promise<CopyState> {
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
