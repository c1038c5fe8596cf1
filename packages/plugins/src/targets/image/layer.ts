import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { AppError, messageOf } from "@zerotrace/core";
import { type TarEntry, tarEntries } from "../../tar.ts";
import { isProgramHead } from "../choose.ts";
import { LayerTree } from "./tree.ts";
import { isDatabase, type Wanted } from "./wanted.ts";

/** Members of one layer (count). */
const MAX_MEMBERS = 2_000_000;
/** Bytes of one layer when unpacked; with the next two the bound against archives that explode. */
export const MAX_LAYER_BYTES = 64 * 1024 ** 3;
/** Bytes of one file that is kept. */
const MAX_KEPT_BYTES = 2 * 1024 ** 3;
/** Bytes of all files of an image that are kept. */
const MAX_SPOOL_BYTES = 32 * 1024 ** 3;
const SETUID = 0o4000;

/** Where kept bytes go. One for an image. */
export interface Spool {
  readonly folder: string;
  count: number;
  sizeBytes: number;
}

export interface LayerResult {
  /** Unpacked. */
  readonly sizeBytes: number;
  /** It changed a package database. */
  readonly hasDatabase: boolean;
  readonly problems: readonly string[];
}

/** The bytes of a layer, unpacked by what they are: gzip, zstd or plain. Throws AppError UNREADABLE above `maxBytes`. */
export async function* unpacked(chunks: AsyncIterable<Buffer>, maxBytes = MAX_LAYER_BYTES): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = joined(first.value, iterator);
  const head = first.value;
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const isZstd = head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528;
  const plain = isGzip
    ? inflated(all, createGunzip({ chunkSize: 256 * 1024 }))
    : isZstd
      ? inflated(all, createZstdDecompress())
      : all;
  let sizeBytes = 0;
  for await (const chunk of plain) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new AppError("UNREADABLE", `It unpacks to more than ${maxBytes} bytes.`);
    yield chunk;
  }
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* inflated(
  chunks: AsyncIterable<Buffer>,
  through: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks, { objectMode: false });
  source.on("error", (error) => through.destroy(error));
  source.pipe(through);
  try {
    for await (const chunk of through) yield chunk as Buffer;
  } finally {
    source.destroy();
    through.destroy();
  }
}

export interface LayerReading {
  readonly tree: LayerTree;
  readonly spool: Spool;
  /** The position of the layer. */
  readonly layer: number;
  readonly wanted: (path: string, mode: number, sizeBytes: number) => Wanted;
  readonly signal: AbortSignal;
}

/** Lays a layer over the tree. Throws AppError UNREADABLE when the archive is broken or breaks a limit. */
export const readLayer = async (chunks: AsyncIterable<Buffer>, reading: LayerReading): Promise<LayerResult> => {
  const { tree, layer, signal } = reading;
  let sizeBytes = 0;
  let hasDatabase = false;
  const problems: string[] = [];
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of unpacked(chunks)) {
      sizeBytes += chunk.length;
      signal.throwIfAborted();
      yield chunk;
    }
  };
  // Whiteouts hide what lower layers have, never what their own layer brings, wherever they stand in it.
  const own: { parts: readonly string[]; apply: () => void }[] = [];
  try {
    for await (const entry of tarEntries(counted(), { maxMembers: MAX_MEMBERS })) {
      const parts = LayerTree.parts(entry.name);
      if (parts === null) {
        if (problems.length < 10)
          problems.push(`a name that leaves the image was passed over: ${entry.name.slice(0, 100)}`);
        continue;
      }
      const whiteout = LayerTree.whiteoutOf(parts);
      if (whiteout !== null) {
        if (whiteout.isOpaque) tree.empty(whiteout.parts);
        else tree.remove(whiteout.parts);
        hasDatabase ||= isDatabase(whiteout.parts.join("/"));
        for (const one of own) if (startsWith(one.parts, whiteout.parts)) one.apply();
        continue;
      }
      const path = parts.join("/");
      hasDatabase ||= isDatabase(path);
      const apply = await applyOf(entry, parts, path, reading);
      apply();
      if (apply !== NOTHING) own.push({ parts, apply });
      if (entry.kind === "file" && (entry.mode & SETUID) !== 0) tree.setuid.set(path, layer);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError("UNREADABLE", `Layer ${layer + 1} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  return { sizeBytes, hasDatabase, problems };
};

const NOTHING = (): void => undefined;

const startsWith = (parts: readonly string[], start: readonly string[]): boolean =>
  start.every((part, at) => parts[at] === part);

/** What the entry does to the tree; its bytes are kept before, for they come only once. */
const applyOf = async (
  entry: TarEntry,
  parts: readonly string[],
  path: string,
  reading: LayerReading,
): Promise<() => void> => {
  const { tree, layer } = reading;
  if (entry.kind === "folder") return () => tree.set(parts, "folder");
  if (entry.kind === "symlink") return () => tree.set(parts, { kind: "link", target: entry.target });
  if (entry.kind === "link") {
    const target = LayerTree.parts(entry.target);
    const node = target === null ? null : tree.get(target);
    return node?.kind === "file" ? () => tree.set(parts, { ...node, layer }) : removal(tree, parts);
  }
  const spooled = entry.kind === "file" ? await keep(entry, path, reading) : null;
  return spooled === null ? removal(tree, parts) : () => tree.set(parts, { kind: "file", spooled, layer });
};

/** A file that is not kept still stands for what was there. */
const removal = (tree: LayerTree, parts: readonly string[]): (() => void) => {
  if (tree.get(parts) === null) return NOTHING;
  return () => tree.remove(parts);
};

const keep = async (entry: TarEntry, path: string, { spool, wanted }: LayerReading): Promise<string | null> => {
  const want = wanted(path, entry.mode, entry.sizeBytes);
  if (want === "no") return null;
  if (entry.sizeBytes > MAX_KEPT_BYTES)
    throw new AppError("UNREADABLE", `${path} is larger than ${MAX_KEPT_BYTES} bytes.`);
  const body = entry.body()[Symbol.asyncIterator]();
  const first = await body.next();
  const head = first.done === true ? Buffer.alloc(0) : first.value;
  if (want === "program" && !isProgramHead(head)) return null;
  spool.sizeBytes += entry.sizeBytes;
  if (spool.sizeBytes > MAX_SPOOL_BYTES) {
    throw new AppError("UNREADABLE", `The image's package files are larger than ${MAX_SPOOL_BYTES} bytes together.`);
  }
  const file = join(spool.folder, String(spool.count++));
  await pipeline(Readable.from(joined(head, body)), createWriteStream(file));
  return file;
};
