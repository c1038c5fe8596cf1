import type { FileHandle } from "node:fs/promises";
import { ChunkPieces, FilePieces, type PieceReader } from "./tar-pieces.ts";
import { filled, pieceOf, piecesOf, type Sparse } from "./tar-sparse.ts";

/** What one archive may cost. */
export interface TarLimits {
  /** A larger member is given without its bytes. */
  readonly maxMemberBytes: number;
  /** Count of members, folders and links included. */
  readonly maxMembers: number;
}

/** One regular file of an archive. */
export interface TarMember {
  readonly name: string;
  /** Null when it is larger than allowed. The bytes are its own. */
  readonly bytes: Buffer | null;
}

/** One member of an archive: a file, folder or link; devices and pipes are `other`. */
export interface TarEntry {
  readonly kind: "file" | "folder" | "symlink" | "link" | "other";
  /** As it stands in the archive: not fit as a path. */
  readonly name: string;
  /** Where a link leads, as it stands. */
  readonly target: string;
  /** The file's mode bits, such as 0o4755. */
  readonly mode: number;
  readonly sizeBytes: number;
  /** Where its bytes begin in the archive. */
  readonly offset: number;
  /** The bytes of a file, once, before the next entry is asked for; what is not read is passed over. */
  readonly body: () => AsyncIterable<Buffer>;
}

const BLOCK_BYTES = 512;
/** Long names and pax headers; real ones have a few hundred bytes. */
const MAX_NOTE_BYTES = 64 * 1024;
const NUL = 0;
const SPACE = 0x20;
/** Pieces of a sparse file in its first header, and in each block that goes on with them (count). */
const HEAD_PIECES = 4;
const MORE_PIECES = 21;

const textAt = (block: Buffer, from: number, length: number): string => {
  if (block[from] === NUL) return "";
  const end = block.indexOf(NUL, from);
  return block.toString("utf8", from, end < 0 || end > from + length ? from + length : end);
};

/** A number of a header, octal or (GNU) binary; throws when it is none. */
const numberAt = (block: Buffer, from: number, length: number): number => {
  if (((block[from] as number) & 0x80) !== 0) {
    // The first bit marks it; sizes fit into the last six bytes.
    const value = block.readUIntBE(from + length - 6, 6);
    return block[from] === 0x80 ? value : -1;
  }
  const text = textAt(block, from, length).trim();
  if (text !== "" && !/^[0-7]+$/.test(text)) throw new Error("a header has no number where one belongs");
  return Number.parseInt(text || "0", 8);
};

const checkSum = (block: Buffer): void => {
  // The field itself counts as eight spaces.
  let sum = 8 * SPACE;
  for (let at = 0; at < 148; at++) sum += block[at] as number;
  for (let at = 156; at < BLOCK_BYTES; at++) sum += block[at] as number;
  if (sum !== Number.parseInt(textAt(block, 148, 8), 8)) throw new Error("it is no tar archive, or damaged");
};

/** A pax header's entries: `<length> <key>=<value>\n`; the last of a key counts. */
const paxEntries = (bytes: Buffer): Map<string, string> => {
  const entries = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    const length = Number(bytes.toString("latin1", at, Math.max(space, at)));
    if (!Number.isInteger(length) || length <= 0) throw new Error("a pax header is damaged");
    const entry = bytes.toString("utf8", space + 1, at + length - 1);
    const equals = entry.indexOf("=");
    if (equals > 0) entries.set(entry.slice(0, equals), entry.slice(equals + 1));
    at += length;
  }
  return entries;
};

const padded = (size: number): number => Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;

const KINDS: Readonly<Record<string, TarEntry["kind"]>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  S: "file",
  "1": "link",
  "2": "symlink",
  "5": "folder",
};
/** What follows says more about the next member: GNU's long names and pax headers. */
const NOTES: ReadonlySet<string> = new Set(["L", "K", "x", "g"]);

/** What notes said about the next member. */
interface Noted {
  name: string;
  target: string;
  size: string;
  sparse: Sparse | null;
}

const nothingNoted = (): Noted => ({ name: "", target: "", size: "", sparse: null });

/**
 * The members of a tar archive (ustar, pax and GNU names) as its bytes come in, in memory of one chunk; of a file, bodies that
 * nobody asks for are not read. The holes of sparse files are zeros. Throws Error when it is no archive, is cut off or has more
 * members than allowed.
 */
export async function* tarEntries(
  archive: AsyncIterable<Buffer> | FileHandle,
  { maxMembers }: Pick<TarLimits, "maxMembers">,
): AsyncGenerator<TarEntry> {
  const pieces = Symbol.asyncIterator in archive ? new ChunkPieces(archive) : new FilePieces(archive);
  let noted = nothingNoted();
  let isNoted = false;
  let count = 0;
  try {
    for (;;) {
      // What is at hand is not waited for: an image has a million members, and each wait costs more than its header.
      const block = pieces.now(BLOCK_BYTES) ?? (await pieces.take(BLOCK_BYTES));
      if (block === null) {
        if (count === 0) throw new Error("it is empty");
        return;
      }
      if (block[0] === NUL && block.every((byte) => byte === NUL)) return;
      checkSum(block);
      if (++count > maxMembers) throw new Error(`it has more than ${maxMembers} members`);
      const kind = String.fromCharCode(block[156] as number);
      const isNote = NOTES.has(kind);
      const size = noted.size !== "" && !isNote ? Number(noted.size) : numberAt(block, 124, 12);
      if (!Number.isSafeInteger(size) || size < 0) throw new Error("a member has no size");
      if (isNote) {
        if (size > MAX_NOTE_BYTES) throw new Error("a name is too long");
        readNote(kind, (await pieces.must(padded(size))).subarray(0, size), noted);
        isNoted = true;
        continue;
      }
      const sparse = kind === "S" ? await sparseOf(pieces, block) : noted.sparse;
      const left = { bytes: size };
      yield entryOf(pieces, block, { kind: KINDS[kind] ?? "other", left, noted, sparse });
      const rest = left.bytes + padded(size) - size;
      if (!pieces.passNow(rest)) await pieces.pass(rest);
      if (isNoted) noted = nothingNoted();
      isNoted = false;
    }
  } finally {
    await pieces.end();
  }
}

const readNote = (kind: string, bytes: Buffer, noted: Noted): void => {
  if (kind === "L") noted.name = textAt(bytes, 0, bytes.length);
  else if (kind === "K") noted.target = textAt(bytes, 0, bytes.length);
  else if (kind === "x") {
    const entries = paxEntries(bytes);
    noted.name = entries.get("GNU.sparse.name") ?? entries.get("path") ?? noted.name;
    noted.target = entries.get("linkpath") ?? noted.target;
    noted.size = entries.get("size") ?? "";
    noted.sparse = paxSparse(entries);
  }
};

/** GNU's formats 0.1 and 1.0 of sparse files. */
const paxSparse = (entries: ReadonlyMap<string, string>): Sparse | null => {
  const map = entries.get("GNU.sparse.map");
  const sizeBytes = Number(entries.get("GNU.sparse.realsize") ?? entries.get("GNU.sparse.size"));
  if (!Number.isSafeInteger(sizeBytes)) return null;
  if (map !== undefined) return { sizeBytes, pieces: piecesOf(map.split(",")) };
  return entries.get("GNU.sparse.major") === "1" ? { sizeBytes, pieces: null } : null;
};

/** GNU's old format: pieces in the header, and in blocks that go on with them, each of which says whether another follows. */
const sparseOf = async (pieces: PieceReader, head: Buffer): Promise<Sparse> => {
  const found = sparsePieces(head, 386, HEAD_PIECES);
  for (let isMore = head[482] === 1; isMore;) {
    const block = await pieces.must(BLOCK_BYTES);
    found.push(...sparsePieces(block, 0, MORE_PIECES));
    isMore = block[504] === 1;
    if (found.length > MAX_NOTE_BYTES) throw new Error("a sparse file has too many pieces");
  }
  return { sizeBytes: numberAt(head, 483, 12), pieces: found };
};

const sparsePieces = (block: Buffer, from: number, count: number): ReturnType<typeof pieceOf>[] => {
  const found: ReturnType<typeof pieceOf>[] = [];
  for (let at = from; at < from + count * 24 && block[at] !== NUL; at += 24)
    found.push(pieceOf(numberAt(block, at, 12), numberAt(block, at + 12, 12)));
  return found;
};

interface EntryFacts {
  readonly kind: TarEntry["kind"];
  readonly left: { bytes: number };
  readonly noted: Noted;
  readonly sparse: Sparse | null;
}

const entryOf = (pieces: PieceReader, block: Buffer, { kind, left, noted, sparse }: EntryFacts): TarEntry => {
  const prefix =
    block[345] !== NUL && textAt(block, 257, 5) === "ustar" && block[262] === NUL ? textAt(block, 345, 155) : "";
  return {
    kind,
    name: noted.name || (prefix === "" ? textAt(block, 0, 100) : `${prefix}/${textAt(block, 0, 100)}`),
    target: noted.target || textAt(block, 157, 100),
    mode: numberAt(block, 100, 8) & 0o7777,
    sizeBytes: kind !== "file" ? 0 : (sparse?.sizeBytes ?? left.bytes),
    offset: pieces.position,
    body: () => (sparse === null ? pieces.some(left) : filled(pieces.some(left), sparse)),
  };
};

/**
 * The regular files of a tar archive with their bytes; memory stays at one member. Throws Error as `tarEntries` does. Links and
 * devices are passed over, names are given as they stand: they are not fit as paths.
 */
export async function* tarMembers(chunks: AsyncIterable<Buffer>, limits: TarLimits): AsyncGenerator<TarMember> {
  for await (const { kind, name, sizeBytes, body } of tarEntries(chunks, limits)) {
    if (kind !== "file") continue;
    if (sizeBytes > limits.maxMemberBytes) {
      yield { name, bytes: null };
      continue;
    }
    const parts: Buffer[] = [];
    for await (const part of body()) parts.push(part);
    yield { name, bytes: Buffer.concat(parts) };
  }
}
