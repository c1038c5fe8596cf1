import type { ContainerWriter } from "./generation-container.ts";
import { GENERATION_LIMITS, type Line } from "./generation-format.ts";

/** Lines are cut into blocks of about this many bytes. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const TAB = 0x09;
const NEWLINE = 0x0a;

/** What a finished block holds. */
export interface LineBlock {
  readonly bytes: Buffer;
  readonly count: number;
  readonly firstKey: string;
}

/** Gathers lines to blocks and passes each on as it is full. */
export class LineBlocks {
  #buffer: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #used = 0;
  #count = 0;
  #firstKey = "";
  readonly #pass: (block: LineBlock) => void;

  constructor(pass: (block: LineBlock) => void) {
    this.#pass = pass;
  }

  /** Whether a line with its key goes into the present block; the next `line` passes that one on when it does not. */
  fits(key: string, value: Uint8Array): boolean {
    return this.#used + Buffer.byteLength(key) + value.length + 2 <= this.#buffer.length;
  }

  /** Adds `key<TAB>value`, or the value alone. Answers the line as it stands in the block, newline included. */
  line(key: string, value: Uint8Array, withKey = true): Buffer {
    const keyBytes = withKey ? Buffer.byteLength(key) + 1 : 0;
    const size = keyBytes + value.length + 1;
    if (this.#used + size > this.#buffer.length) {
      this.flush();
      if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(size);
    }
    if (this.#count === 0) this.#firstKey = key;
    const from = this.#used;
    if (withKey) {
      this.#used += this.#buffer.write(key, this.#used, "utf8");
      this.#buffer[this.#used++] = TAB;
    }
    this.#buffer.set(value, this.#used);
    this.#used += value.length;
    this.#buffer[this.#used++] = NEWLINE;
    this.#count++;
    return this.#buffer.subarray(from, this.#used);
  }

  /** Passes on what is left. */
  flush(): void {
    if (this.#count === 0) return;
    this.#pass({ bytes: this.#buffer.subarray(0, this.#used), count: this.#count, firstKey: this.#firstKey });
    this.#buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#used = 0;
    this.#count = 0;
  }
}

/** Blocks of one section of a file. */
export const sectionBlocks = (writer: ContainerWriter, section: string): LineBlocks =>
  new LineBlocks(({ bytes, count, firstKey }) => writer.block(section, bytes, { count, firstKey }));

/** The parts of a block between newlines; the last ends with one too. Throws Error when one is too long or unended. */
export function* splitLines(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) throw new Error("a line has no end");
    if (end - at > GENERATION_LIMITS.lineBytes) throw new Error("a line is too long");
    yield bytes.subarray(at, end);
    at = end + 1;
  }
}

/** The lines of a block. Throws Error when one has no key. */
export function* keyedLines(bytes: Buffer): Generator<Line> {
  for (const line of splitLines(bytes)) {
    const tab = line.indexOf(TAB);
    if (tab < 1) throw new Error("a line has no key");
    yield { key: line.toString("utf8", 0, tab), value: line.subarray(tab + 1) };
  }
}
