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

const BLOCK_BYTES = 512;
/** Long names and pax headers; real ones have a few hundred bytes. */
const MAX_NOTE_BYTES = 64 * 1024;
const NUL = 0;
const SPACE = 0x20;

/** Reads bytes in pieces of a known length from chunks of any length. */
class Pieces {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes, or null at the end; throws when it ends in between. With `isKept` false they are passed over. */
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
      missing -= part.length;
      if (isKept) kept.push(part);
    }
    return Buffer.concat(kept);
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

/**
 * The regular files of a tar archive (ustar, pax and GNU names) as its bytes come in; memory stays at one member. Throws Error
 * when it is no archive, is cut off or has more members than allowed. Links and devices are passed over, names are given
 * as they stand: they are not fit as paths.
 */
export async function* tarMembers(chunks: AsyncIterable<Buffer>, limits: TarLimits): AsyncGenerator<TarMember> {
  const pieces = new Pieces(chunks);
  let count = 0;
  let longName = "";
  let paxSize = "";
  try {
    for (;;) {
      const block = await pieces.take(BLOCK_BYTES);
      if (block === null) {
        if (count === 0) throw new Error("it is empty");
        return;
      }
      if (block.every((byte) => byte === NUL)) return;
      checkSum(block);
      if (++count > limits.maxMembers) throw new Error(`it has more than ${limits.maxMembers} members`);
      const kind = String.fromCharCode(block[156] as number);
      const isNote = kind === "L" || kind === "x" || kind === "g" || kind === "K";
      const size = paxSize !== "" && !isNote ? Number(paxSize) : numberAt(block, 124, 12);
      if (!Number.isSafeInteger(size) || size < 0) throw new Error("a member has no size");
      const isFile = kind === "0" || kind === "\0" || kind === "7";
      const isKept = isNote ? size <= MAX_NOTE_BYTES : isFile && size <= limits.maxMemberBytes;
      if (isNote && !isKept) throw new Error("a name is too long");
      const bytes = (await pieces.must(padded(size), isKept)).subarray(0, size);
      if (kind === "L") longName = textAt(bytes, 0, size);
      else if (kind === "x") {
        longName = paxEntry(bytes, "path") || longName;
        paxSize = paxEntry(bytes, "size");
      } else if (!isNote) {
        const prefix = textAt(block, 257, 5) === "ustar" && block[262] === NUL ? textAt(block, 345, 155) : "";
        const name = longName || (prefix === "" ? "" : `${prefix}/`) + textAt(block, 0, 100);
        longName = "";
        paxSize = "";
        if (isFile) yield { name, bytes: isKept ? bytes : null };
      }
    }
  } finally {
    await pieces.end();
  }
}
