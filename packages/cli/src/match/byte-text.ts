/** Room to begin with, in bytes; doubled as needed. */
const FIRST_BYTES = 512 * 1024;

/** So many bytes are copied sooner than the platform's own copying is called. */
const SHORT_BYTES = 48;

const encoder = new TextEncoder();

/** UTF-8 text in one buffer that is used again: pieces of strings would have to be joined and encoded. */
export class ByteText {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Appends bytes as they are. */
  bytes(more: Uint8Array): void {
    const { length } = more;
    this.#reserve(length);
    const bytes = this.#bytes;
    const start = this.#length;
    if (length > SHORT_BYTES) bytes.set(more, start);
    else for (let i = 0; i < length; i += 1) bytes[start + i] = more[i]!;
    this.#length = start + length;
  }

  /** Appends a part of some bytes, unless JSON cannot hold one of them in a string: then nothing, and false. */
  plain(source: Uint8Array, from: number, to: number): boolean {
    this.#reserve(to - from);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = from; i < to; i += 1) {
      const byte = source[i]!;
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return false;
      bytes[at++] = byte;
    }
    this.#length = at;
    return true;
  }

  /** Appends a string. Meant for short ones. */
  text(more: string): void {
    this.#reserve(more.length * 3);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let i = 0; i < more.length; i += 1) {
      const unit = more.charCodeAt(i);
      if (unit > 0x7f) {
        this.#length = start + encoder.encodeInto(more, bytes.subarray(start)).written;
        return;
      }
      bytes[start + i] = unit;
    }
    this.#length = start + more.length;
  }

  /** Goes back to a length that it had. */
  cut(length: number): void {
    this.#length = length;
  }

  /** What was written, in memory of its own; then it is empty. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    const room = this.#length + more;
    if (room <= this.#bytes.length) return;
    const next = new Uint8Array(Math.max(room, this.#bytes.length * 2));
    next.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = next;
  }
}
