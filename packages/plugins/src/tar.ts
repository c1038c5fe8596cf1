import type { FileHandle } from "node:fs/promises";

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
const FILE_PIECE_BYTES = 256 * 1024;
/** Long names and pax headers; real ones have a few hundred bytes. */
const MAX_NOTE_BYTES = 64 * 1024;
const NUL = 0;
const SPACE = 0x20;

/** Reads an archive's bytes in pieces of a known length. */
interface PieceReader {
  /** Bytes that were taken. */
  readonly position: number;
  /** Exactly so many bytes, or null at the end; throws when it ends in between. With `isKept` false they are passed over. */
  take(count: number, isKept?: boolean): Promise<Buffer | null>;
  /** As `take`, but throws at the end too. */
  must(count: number, isKept?: boolean): Promise<Buffer>;
  /** So many bytes in pieces as they come; `left.bytes` falls with them. Throws when it ends in between. */
  some(left: { bytes: number }): AsyncGenerator<Buffer>;
  end(): Promise<void>;
}

/** Of a file: what is passed over is not read. */
class FilePieces implements PieceReader {
  readonly #file: FileHandle;
  position = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async take(count: number, isKept = true): Promise<Buffer | null> {
    if (!isKept) {
      this.position += count;
      return Buffer.alloc(0);
    }
    const bytes = Buffer.alloc(count);
    let done = 0;
    while (done < count) {
      const { bytesRead } = await this.#file.read(bytes, done, count - done, this.position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (done === 0 && count > 0) return null;
    if (done < count) throw new Error("it ends in the middle");
    this.position += count;
    return bytes;
  }

  async must(count: number, isKept = true): Promise<Buffer> {
    const bytes = await this.take(count, isKept);
    if (bytes === null) throw new Error("it ends in the middle");
    return bytes;
  }

  async *some(left: { bytes: number }): AsyncGenerator<Buffer> {
    while (left.bytes > 0) {
      const part = await this.must(Math.min(left.bytes, FILE_PIECE_BYTES));
      left.bytes -= part.length;
      yield part;
    }
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** Of chunks of any length. */
class Pieces implements PieceReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  position = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async take(count: number, isKept = true): Promise<Buffer | null> {
    const kept: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) {
          if (missing === count) return null;
          throw new Error("it ends in the middle");
        }
        this.#rest = next.value;
        continue;
      }
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      this.position += part.length;
      missing -= part.length;
      if (isKept) kept.push(part);
    }
    return Buffer.concat(kept);
  }

  async *some(left: { bytes: number }): AsyncGenerator<Buffer> {
    while (left.bytes > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw new Error("it ends in the middle");
        this.#rest = next.value;
        continue;
      }
      const part = this.#rest.subarray(0, left.bytes);
      this.#rest = this.#rest.subarray(part.length);
      this.position += part.length;
      left.bytes -= part.length;
      yield part;
    }
  }

  async must(count: number, isKept = true): Promise<Buffer> {
    const bytes = await this.take(count, isKept);
    if (bytes === null && count > 0) throw new Error("it ends in the middle");
    return bytes ?? Buffer.alloc(0);
  }

  async end(): Promise<void> {
    await this.#chunks.return?.();
  }
}

const textAt = (block: Buffer, from: number, length: number): string => {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(NUL);
  return field.subarray(0, end < 0 ? length : end).toString("utf8");
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
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) sum += at >= 148 && at < 156 ? SPACE : (block[at] as number);
  if (sum !== Number.parseInt(textAt(block, 148, 8), 8)) throw new Error("it is no tar archive, or damaged");
};

/** A pax header's entry; empty when there is none. Entries are `<length> <key>=<value>\n`. */
const paxEntry = (bytes: Buffer, key: string): string => {
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    const length = Number(bytes.subarray(at, Math.max(space, at)).toString("latin1"));
    if (!Number.isInteger(length) || length <= 0) throw new Error("a pax header is damaged");
    const entry = bytes.subarray(space + 1, at + length - 1).toString("utf8");
    if (entry.startsWith(`${key}=`)) return entry.slice(key.length + 1);
    at += length;
  }
  return "";
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
}

/**
 * The members of a tar archive (ustar, pax and GNU names) as its bytes come in, in memory of one chunk; of a file, bodies that
 * nobody asks for are not read. Throws Error when it is
 * no archive, is cut off or has more members than allowed. Of a sparse file (GNU) the bytes are those that are stored.
 */
export async function* tarEntries(
  archive: AsyncIterable<Buffer> | FileHandle,
  { maxMembers }: Pick<TarLimits, "maxMembers">,
): AsyncGenerator<TarEntry> {
  const pieces = Symbol.asyncIterator in archive ? new Pieces(archive) : new FilePieces(archive);
  let noted: Noted = { name: "", target: "", size: "" };
  let count = 0;
  try {
    for (;;) {
      const block = await pieces.take(BLOCK_BYTES);
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
        continue;
      }
      if (kind === "S") await passSparseMap(pieces, block);
      yield* entryOf(pieces, block, { kind: KINDS[kind] ?? "other", size, noted });
      noted = { name: "", target: "", size: "" };
    }
  } finally {
    await pieces.end();
  }
}

const readNote = (kind: string, bytes: Buffer, noted: Noted): void => {
  if (kind === "L") noted.name = textAt(bytes, 0, bytes.length);
  else if (kind === "K") noted.target = textAt(bytes, 0, bytes.length);
  else if (kind === "x") {
    noted.name = paxEntry(bytes, "path") || noted.name;
    noted.target = paxEntry(bytes, "linkpath") || noted.target;
    noted.size = paxEntry(bytes, "size");
  }
};

/** Blocks that go on with the map of a sparse file's pieces; each says whether another follows. */
const passSparseMap = async (pieces: PieceReader, head: Buffer): Promise<void> => {
  for (let isMore = head[482] === 1; isMore;) isMore = (await pieces.must(BLOCK_BYTES))[504] === 1;
};

async function* entryOf(
  pieces: PieceReader,
  block: Buffer,
  { kind, size, noted }: { readonly kind: TarEntry["kind"]; readonly size: number; readonly noted: Noted },
): AsyncGenerator<TarEntry> {
  const prefix = textAt(block, 257, 5) === "ustar" && block[262] === NUL ? textAt(block, 345, 155) : "";
  const left = { bytes: size };
  const body = pieces.some(left);
  yield {
    kind,
    name: noted.name || (prefix === "" ? "" : `${prefix}/`) + textAt(block, 0, 100),
    target: noted.target || textAt(block, 157, 100),
    mode: numberAt(block, 100, 8) & 0o7777,
    sizeBytes: kind === "file" ? size : 0,
    offset: pieces.position,
    body: () => body,
  };
  await pieces.must(left.bytes + padded(size) - size, false);
}

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
