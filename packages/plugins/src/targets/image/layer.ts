import { AppError, messageOf } from "@zerotrace/core";
import { type TarEntry, tarEntries } from "../../tar.ts";
import { isProgramHead } from "../choose.ts";
import type { Spool, Spooled } from "./spool.ts";
import { LayerTree } from "./tree.ts";
import { unpacked, withFirst } from "./unpack.ts";
import { isDatabase, type Wanted } from "./wanted.ts";

/** Members of one layer (count). */
const MAX_MEMBERS = 2_000_000;
/** Bytes of one file that is kept. */
const MAX_KEPT_BYTES = 2 * 1024 ** 3;
/** Bytes of all files of an image that are kept. */
const MAX_SPOOL_BYTES = 32 * 1024 ** 3;
/** Problems of one layer that are kept (count). */
const MAX_LAYER_PROBLEMS = 10;
/** Hard links whose files must be looked for again (count). */
const MAX_MISSED = 100_000;
const SETUID = 0o4000;
const HEAD_BYTES = 4;
const NAME_SHOWN = 100;

export interface LayerResult {
  /** Unpacked. */
  readonly sizeBytes: number;
  /** It changed a package database. */
  readonly hasDatabase: boolean;
  readonly problems: readonly string[];
  /** Hard links that matter by their names, to files that do not by theirs: their bytes went by. By the path of the file. */
  readonly missed: ReadonlyMap<string, readonly (readonly string[])[]>;
}

export interface LayerReading {
  readonly tree: LayerTree;
  readonly spool: Spool;
  /** The position of the layer. */
  readonly layer: number;
  readonly wanted: (path: string, mode: number, sizeBytes: number) => Wanted;
  /** Bytes of the layer when unpacked; MAX_LAYER_BYTES when absent. */
  readonly maxBytes?: number;
  /** Bytes of one kept file; 2 GiB when absent. */
  readonly maxKeptBytes?: number;
  readonly signal: AbortSignal;
}

/** Lays a layer over the tree. Throws AppError UNREADABLE naming the layer when its archive is broken or breaks a limit. */
export const readLayer = async (chunks: AsyncIterable<Buffer>, reading: LayerReading): Promise<LayerResult> => {
  const { tree, layer } = reading;
  const problems: string[] = [];
  const missed = new Map<string, (readonly string[])[]>();
  let hasDatabase = false;
  const onProblem = (text: string): void => {
    if (problems.length < MAX_LAYER_PROBLEMS) problems.push(text);
  };
  const sizeBytes = await eachEntry(chunks, reading, (entry) => {
    const parts = LayerTree.parts(entry.name);
    if (parts === null) return onProblem(`a name that leaves the image was passed over: ${shown(entry.name)}`);
    const whiteout = LayerTree.whiteoutOf(parts);
    if (whiteout !== null) {
      tree.whiteout(whiteout.parts, whiteout.isOpaque, layer);
      hasDatabase ||= isDatabase(whiteout.parts.join("/"));
      return;
    }
    const path = parts.join("/");
    if (entry.kind === "folder") return tree.folder(parts);
    hasDatabase ||= isDatabase(path);
    if (entry.kind === "file") return layFile(entry, parts, { path, reading, onProblem });
    if (entry.kind === "symlink") return tree.set(parts, { kind: "link", target: entry.target, layer });
    if (entry.kind !== "link") return tree.cover(parts);
    const target = LayerTree.parts(entry.target);
    const node = target === null ? null : tree.get(target);
    if (node !== null && node.kind !== "folder") return tree.set(parts, { ...node, layer });
    tree.cover(parts);
    if (target !== null && reading.wanted(path, 0, 0) === "yes" && missed.size < MAX_MISSED)
      missed.set(target.join("/"), [...(missed.get(target.join("/")) ?? []), parts]);
  });
  return { sizeBytes, hasDatabase, problems, missed };
};

/** Reads a layer again for the files behind hard links that `readLayer` missed. Throws as it does. */
export const readMissed = async (
  chunks: AsyncIterable<Buffer>,
  missed: LayerResult["missed"],
  reading: LayerReading,
): Promise<void> => {
  const { tree, layer, spool } = reading;
  const lay = async (entry: TarEntry, links: readonly (readonly string[])[]): Promise<void> => {
    const spooled = await keep(entry, false, spool);
    for (const parts of links)
      if (spooled !== null) tree.set(parts, { kind: "file", spooled, layer, isSetuid: false, isProgram: false });
  };
  await eachEntry(chunks, reading, (entry) => {
    const links = entry.kind === "file" ? missed.get(LayerTree.parts(entry.name)?.join("/") ?? "") : undefined;
    return links === undefined || entry.sizeBytes > MAX_KEPT_BYTES ? undefined : lay(entry, links);
  });
};

/**
 * Gives each entry of a layer to `visit`, which may take its bytes, and reads the layer to its last byte, so that its digest is
 * checked. The bytes when unpacked.
 */
const eachEntry = async (
  chunks: AsyncIterable<Buffer>,
  { layer, signal, maxBytes }: LayerReading,
  visit: (entry: TarEntry) => void | Promise<void>,
): Promise<number> => {
  const packed = chunks[Symbol.asyncIterator]();
  const plain = unpacked(keptOpen(packed), maxBytes);
  let sizeBytes = 0;
  const counted = {
    next: async (): Promise<IteratorResult<Buffer>> => {
      signal.throwIfAborted();
      const next = await plain.next();
      if (next.done !== true) sizeBytes += next.value.length;
      return next;
    },
  };
  try {
    const first = await counted.next();
    const archive = first.done === true ? null : withFirst(first.value, counted);
    for await (const entry of archive === null ? [] : tarEntries(archive, { maxMembers: MAX_MEMBERS })) {
      const visiting = visit(entry);
      if (visiting !== undefined) await visiting;
    }
    // What follows the end of the archive belongs to the digest, too.
    while ((await counted.next()).done !== true);
    while ((await packed.next()).done !== true);
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError("UNREADABLE", `Layer ${layer + 1} cannot be read: ${messageOf(error)}`, { cause: error });
  } finally {
    await plain.return(undefined);
    await packed.return?.();
  }
  return sizeBytes;
};

/** The chunks to one that may stop early, while others read on. */
const keptOpen = (iterator: AsyncIterator<Buffer>): AsyncIterable<Buffer> => ({
  [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }),
});

const shown = (name: string): string => name.slice(0, NAME_SHOWN);

interface Laying {
  readonly path: string;
  readonly reading: LayerReading;
  readonly onProblem: (text: string) => void;
}

/** Nothing is waited for when the file does not matter: most files of an image do not. */
const layFile = (entry: TarEntry, parts: readonly string[], laying: Laying): void | Promise<void> => {
  const { path, reading, onProblem } = laying;
  const { tree, layer, spool, maxKeptBytes = MAX_KEPT_BYTES } = reading;
  const isSetuid = (entry.mode & SETUID) !== 0;
  const want = reading.wanted(path, entry.mode, entry.sizeBytes);
  const lay = (spooled: Spooled | null): void => {
    if (spooled !== null) tree.set(parts, { kind: "file", spooled, layer, isSetuid, isProgram: want === "program" });
    else if (isSetuid) tree.set(parts, { kind: "mark", layer });
    else tree.cover(parts);
  };
  if (want === "no") return lay(null);
  if (entry.sizeBytes > maxKeptBytes || spool.sizeBytes + entry.sizeBytes > MAX_SPOOL_BYTES) {
    // A large program is most often data that may be run by accident of its mode.
    if (want === "yes") onProblem(`${shown(path)} was not read: it has ${entry.sizeBytes} bytes, more than is kept`);
    return lay(null);
  }
  return keep(entry, want === "program", spool).then(lay);
};

/** Keeps the bytes of a file in the spool; null when only a program is wanted and it is none. */
const keep = async (entry: TarEntry, isProgramOnly: boolean, spool: Spool): Promise<Spooled | null> => {
  const body = entry.body()[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await body.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return isProgramOnly && !isProgramHead(head) ? null : spool.keep(head, body, entry.sizeBytes);
};
