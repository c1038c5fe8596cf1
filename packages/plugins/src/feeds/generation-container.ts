import { createHash } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompressSync } from "node:zlib";
import { AppError, messageOf } from "@zerotrace/core";
import { GENERATION_LIMITS, type GenerationMeta, LINE_SECTIONS } from "./generation-format.ts";
import { checkedFooter } from "./generation-footer.ts";

/** The first and last bytes of a generation file. */
export const GENERATION_MAGIC = Buffer.from("ZTGEN\0\x01\n", "latin1");

const TAIL_BYTES = 4 + 32 + GENERATION_MAGIC.length;
const LEVEL = 9;
/** A block and what it refers to fit into this window, 2^23 bytes. */
const WINDOW_LOG = 23;
const FOOTER_LEVEL = 12;
const LARGE_BYTES = 1024 * 1024;
/** One compressed piece of a section. */
export interface Block {
  readonly section: string;
  /** Where it begins, in bytes from the file's beginning. */
  readonly at: number;
  readonly packedBytes: number;
  readonly plainBytes: number;
  readonly lineCount: number;
  readonly firstKey: string;
}

export interface Footer {
  readonly meta: GenerationMeta;
  readonly blocks: readonly Block[];
}

const compress = promisify(zstdCompress);

const pack = (plain: Uint8Array, level: number, dictionary?: Buffer): Promise<Buffer> =>
  compress(plain, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_windowLog]: WINDOW_LOG,
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_enableLongDistanceMatching]: 1,
    },
    ...(dictionary !== undefined && dictionary.length > 0 && { dictionary }),
  });

/** Gives the memory of a large buffer back at once, not with some later garbage collection; small ones may share theirs. */
const giveBack = ({ buffer }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= LARGE_BYTES) buffer.transfer(0);
};

/** The same words in the same order, whoever made them: equal generations are equal files. */
const canonical = (meta: GenerationMeta): GenerationMeta => ({
  schema: meta.schema,
  kind: meta.kind,
  hash: meta.hash,
  base: meta.base,
  builtAt: meta.builtAt,
  counts: Object.fromEntries([...LINE_SECTIONS, "epss" as const].map((name) => [name, meta.counts[name]])) as never,
  sources: meta.sources,
});

/**
 * Writes a generation file: blocks one after the other, then the table of contents. Blocks are compressed beside the
 * caller's work; whoever adds many waits for `room` between them.
 */
export class ContainerWriter {
  readonly #fd: number;
  readonly #blocks: [string, number, number, number, string][] = [];
  #at = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #isOpen = true;

  /** Creates or empties the file. */
  constructor(path: string) {
    this.#fd = openSync(path, "w", 0o600);
    this.#write(GENERATION_MAGIC);
  }

  /** Bytes written until now. */
  get sizeBytes(): number {
    return this.#at;
  }

  /** Adds a block, which is then the writer's; `dictionary` is what the reader will have at hand as well. */
  block(section: string, plain: Uint8Array, lines: { count: number; firstKey: string }, dictionary?: Buffer): void {
    const before = this.#tail;
    const write = async (): Promise<void> => {
      const packing = pack(plain, LEVEL, dictionary);
      packing.catch(() => undefined);
      await before;
      const packed = await packing;
      this.#blocks.push([section, packed.length, plain.length, lines.count, lines.firstKey]);
      this.#write(packed);
      giveBack(plain);
      giveBack(packed);
    };
    this.#tail = write();
    // It is told by `room` and `finish`; nobody may wait for either after an error elsewhere.
    this.#tail.catch(() => undefined);
  }

  /** Resolves when no block waits: whoever adds many asks before each, for one takes 25 MB until it is written. Throws what writing threw. */
  async room(): Promise<void> {
    await this.#tail;
  }

  /** Writes the table of contents and waits until all of it is on disk. */
  async finish(meta: GenerationMeta): Promise<void> {
    await this.#tail;
    const footer = await pack(
      Buffer.from(JSON.stringify({ meta: canonical(meta), blocks: this.#blocks })),
      FOOTER_LEVEL,
    );
    this.#write(footer);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(footer.length);
    this.#write(Buffer.concat([size, createHash("sha256").update(footer).digest(), GENERATION_MAGIC]));
    fsyncSync(this.#fd);
    await this.close();
  }

  /** Gives the file back; without `finish` no reader takes it. */
  async close(): Promise<void> {
    await this.#tail.catch(() => undefined);
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    this.#at += bytes.length;
  }
}

/** Where a generation lies: a file of its own, or a part of one. */
export interface Place {
  readonly path: string;
  /** First byte; 0 unless said. */
  readonly at?: number;
  /** Bytes; to the end of the file unless said. */
  readonly sizeBytes?: number;
}

const bad = (path: string, why: string, cause?: unknown): AppError =>
  new AppError("BAD_FEED", `${path} is not a generation that can be used: ${why}. Nothing was applied.`, { cause });

const readAt = (fd: number, at: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, at + done);
    if (count === 0) throw new Error("it is cut short");
    done += count;
  }
  return bytes;
};

const withFile = <T>(path: string, use: (fd: number) => T): T => {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (cause) {
    throw bad(path, messageOf(cause), cause);
  }
  try {
    return use(fd);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw bad(path, messageOf(cause), cause);
  } finally {
    closeSync(fd);
  }
};

/** A generation file that is open for reading; nothing is held but its table of contents. */
export interface Container extends Footer {
  readonly path: string;
  /** The bytes of one block. Throws AppError BAD_FEED when it is damaged or larger than it says. */
  read(block: Block, dictionary?: Buffer): Buffer;
}

/** Reads the table of contents and checks it against the bounds. Throws AppError BAD_FEED. */
export const openContainer = (place: Place): Container => {
  const { path, at: start = 0 } = place;
  const footer = withFile(path, (fd) => {
    const sizeBytes = place.sizeBytes ?? fstatSync(fd).size - start;
    if (sizeBytes > GENERATION_LIMITS.fileBytes)
      throw new Error(`it is larger than ${GENERATION_LIMITS.fileBytes} bytes`);
    if (sizeBytes < GENERATION_MAGIC.length + TAIL_BYTES) throw new Error("it is cut short");
    const head = readAt(fd, start, GENERATION_MAGIC.length);
    if (!head.equals(GENERATION_MAGIC)) throw new Error("it does not begin as one, or is of another version");
    const tail = readAt(fd, start + sizeBytes - TAIL_BYTES, TAIL_BYTES);
    if (!tail.subarray(36).equals(GENERATION_MAGIC)) throw new Error("it is cut short");
    const footerBytes = tail.readUInt32LE(0);
    const footerAt = sizeBytes - TAIL_BYTES - footerBytes;
    if (footerBytes > GENERATION_LIMITS.footerBytes || footerAt < GENERATION_MAGIC.length) {
      throw new Error("its table of contents cannot be right");
    }
    const packed = readAt(fd, start + footerAt, footerBytes);
    if (!createHash("sha256").update(packed).digest().equals(tail.subarray(4, 36))) {
      throw new Error("its table of contents is damaged");
    }
    const plain = zstdDecompressSync(packed, { maxOutputLength: GENERATION_LIMITS.footerPlainBytes });
    return checkedFooter(JSON.parse(plain.toString("utf8")), { start: GENERATION_MAGIC.length, end: footerAt });
  });
  return {
    ...footer,
    path,
    read: (block, dictionary) =>
      withFile(path, (fd) => {
        const packed = readAt(fd, start + block.at, block.packedBytes);
        const plain = zstdDecompressSync(packed, {
          maxOutputLength: Math.max(1, block.plainBytes),
          params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
          ...(dictionary !== undefined && dictionary.length > 0 && { dictionary }),
        });
        if (plain.length !== block.plainBytes) throw new Error("a block has another size than it says");
        return plain;
      }),
  };
};
