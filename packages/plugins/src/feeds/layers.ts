import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { plainChunks } from "./plain.ts";

const MAX_LAYER_BYTES = 4 * 1024 ** 3;
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const NEWLINE = 0x0a;

/** How far the copy of a source is that is read page by page. Kept in `state.json`, replaced as a whole. */
export interface Layered {
  readonly version: 1;
  readonly url: string;
  /** File names, oldest first: what a newer one says of an id counts. */
  readonly layers: readonly string[];
  /** Number of the next layer. */
  readonly next: number;
}

/** The state of `fresh`'s address; `fresh` when there is none that can be used. */
export async function readLayered<S extends Layered>(folder: string, fresh: S): Promise<S> {
  try {
    const state = JSON.parse(await readFile(join(folder, "state.json"), "utf8")) as S;
    return state.version === 1 && state.url === fresh.url && Array.isArray(state.layers) ? state : fresh;
  } catch {
    return fresh;
  }
}

/** Puts the state in force, as a whole. */
export async function writeState(folder: string, state: Layered): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "state.json.part"), JSON.stringify(state), { flush: true });
  await rename(join(folder, "state.json.part"), join(folder, "state.json"));
}

/** Writes what was read as the newest layer and gives the state that has it; the caller keeps the state. */
export async function addLayer<S extends Layered>(folder: string, state: S, reads: readonly unknown[]): Promise<S> {
  if (reads.length === 0) return state;
  const name = `layer-${state.next}.jsonl.gz`;
  await mkdir(folder, { recursive: true });
  await writeLines(join(folder, name), Readable.from(reads.map(lineOf)));
  return { ...state, layers: [...state.layers, name], next: state.next + 1 };
}

/** What the layers hold, each id once in its newest form. Throws Error when a layer is damaged. */
export async function* mergedLayers<R>(
  folder: string,
  state: Layered,
  idOf: (read: R) => string,
  signal: AbortSignal,
): AsyncGenerator<R> {
  const seen = new Set<string>();
  for (const name of state.layers.toReversed()) {
    for await (const line of linesOf(join(folder, name), signal)) {
      const read = JSON.parse(line) as R;
      const id = idOf(read);
      if (seen.has(id)) continue;
      seen.add(id);
      yield read;
    }
  }
}

/** Merges all layers into one when they are more than `max`; `merged` is what they hold. */
export async function compactLayers<S extends Layered>(
  folder: string,
  state: S,
  max: number,
  merged: () => AsyncIterable<unknown>,
): Promise<S> {
  if (state.layers.length <= max) return state;
  const name = `layer-${state.next}.jsonl.gz`;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const read of merged()) yield lineOf(read);
  };
  await writeLines(join(folder, name), Readable.from(lines()));
  const one = { ...state, layers: [name], next: state.next + 1 };
  await writeState(folder, one);
  for (const old of state.layers) await rm(join(folder, old), { force: true });
  return one;
}

const lineOf = (read: unknown): string => `${JSON.stringify(read)}\n`;

async function writeLines(path: string, lines: Readable): Promise<void> {
  await pipeline(lines, createGzip({ level: 4 }), createWriteStream(`${path}.part`, { flush: true }));
  await rename(`${path}.part`, path);
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
