import type { FileHandle } from "node:fs/promises";

/** Reads an archive's bytes in pieces of a known length. */
export interface PieceReader {
  /** Bytes that were taken. */
  readonly position: number;
  /** The next bytes when they are at hand, without waiting and without a copy; null when they must be waited for. */
  now(count: number): Buffer | null;
  /** Passes over so many bytes when that needs no waiting; false when it does, and nothing was passed over. */
  passNow(count: number): boolean;
  /** Exactly so many bytes, or null at the end; throws when it ends in between. */
  take(count: number): Promise<Buffer | null>;
  /** As `take`, but throws at the end too. */
  must(count: number): Promise<Buffer>;
  /** Passes over so many bytes; throws when it ends in between. */
  pass(count: number): Promise<void>;
  /** So many bytes in pieces as they come; `left.bytes` falls with them. Throws when it ends in between. */
  some(left: { bytes: number }): AsyncGenerator<Buffer>;
  end(): Promise<void>;
}

const FILE_PIECE_BYTES = 256 * 1024;
const CUT_OFF = "it ends in the middle";

/** Of a file: what is passed over is not read. */
export class FilePieces implements PieceReader {
  readonly #file: FileHandle;
  position = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  now(): null {
    return null;
  }

  passNow(count: number): boolean {
    this.position += count;
    return true;
  }

  pass(count: number): Promise<void> {
    this.position += count;
    return Promise.resolve();
  }

  async take(count: number): Promise<Buffer | null> {
    const bytes = Buffer.alloc(count);
    let done = 0;
    while (done < count) {
      const { bytesRead } = await this.#file.read(bytes, done, count - done, this.position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (done === 0 && count > 0) return null;
    if (done < count) throw new Error(CUT_OFF);
    this.position += count;
    return bytes;
  }

  async must(count: number): Promise<Buffer> {
    const bytes = await this.take(count);
    if (bytes === null) throw new Error(CUT_OFF);
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
export class ChunkPieces implements PieceReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  position = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  now(count: number): Buffer | null {
    const end = this.#at + count;
    if (end > this.#chunk.length) return null;
    const part = this.#chunk.subarray(this.#at, end);
    this.#at = end;
    this.position += count;
    return part;
  }

  passNow(count: number): boolean {
    const end = this.#at + count;
    if (end > this.#chunk.length) return false;
    this.#at = end;
    this.position += count;
    return true;
  }

  async take(count: number): Promise<Buffer | null> {
    const kept: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const part = await this.#part(missing);
      if (part === null) {
        if (missing === count) return null;
        throw new Error(CUT_OFF);
      }
      missing -= part.length;
      kept.push(part);
    }
    return kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept);
  }

  async must(count: number): Promise<Buffer> {
    const bytes = await this.take(count);
    if (bytes === null && count > 0) throw new Error(CUT_OFF);
    return bytes ?? Buffer.alloc(0);
  }

  async pass(count: number): Promise<void> {
    for (let missing = count; missing > 0;) {
      const part = await this.#part(missing);
      if (part === null) throw new Error(CUT_OFF);
      missing -= part.length;
    }
  }

  async *some(left: { bytes: number }): AsyncGenerator<Buffer> {
    while (left.bytes > 0) {
      const part = await this.#part(left.bytes);
      if (part === null) throw new Error(CUT_OFF);
      left.bytes -= part.length;
      yield part;
    }
  }

  async end(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** The next bytes, at most so many and at least one; null at the end. */
  async #part(max: number): Promise<Buffer | null> {
    while (this.#at >= this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done === true) return null;
      this.#chunk = next.value;
      this.#at = 0;
    }
    const part = this.#chunk.subarray(this.#at, this.#at + max);
    this.#at += part.length;
    this.position += part.length;
    return part;
  }
}
