import { hash } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";

const BLOCK_BYTES = 1024 * 1024;
const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const FIELD_COUNT = 5;
const HASH_BYTES = 16;
/** PostgreSQL counts microseconds from here. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * Writes a file in PostgreSQL's binary COPY format with the columns (id text, feed text, modified_at timestamptz, hash
 * bytea of 16, doc text), header and trailer included (https://www.postgresql.org/docs/17/sql-copy.html). Writes block, so
 * that memory stays at one megabyte however fast rows come: use it off the main thread.
 */
export class CopyFile {
  readonly #fd: number;
  readonly #block: Buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  #used = 0;
  #isOpen = true;

  /** Creates or empties the file. */
  constructor(path: string) {
    this.#fd = openSync(path, "w", 0o600);
    this.#bytes(SIGNATURE);
    this.#int32(0);
    this.#int32(0);
  }

  /** Adds one row. `modifiedAt` is ISO; a time that does not parse becomes null. `doc` is UTF-8; `hash` is the first half of its SHA-256. */
  row(id: string, feed: string, modifiedAt: string | null, doc: Uint8Array): void {
    this.#int16(FIELD_COUNT);
    this.#text(id);
    this.#text(feed);
    const at = Date.parse(modifiedAt ?? "");
    if (Number.isNaN(at)) {
      this.#int32(-1);
    } else {
      this.#int32(8);
      const micros = Buffer.allocUnsafe(8);
      micros.writeBigInt64BE(BigInt(at - POSTGRES_EPOCH_MS) * 1000n);
      this.#bytes(micros);
    }
    this.#int32(HASH_BYTES);
    this.#bytes(hash("sha256", doc, "buffer").subarray(0, HASH_BYTES));
    this.#int32(doc.length);
    this.#bytes(doc);
  }

  /** Writes the trailer and waits until all of it is on disk. */
  finish(): void {
    this.#int16(-1);
    this.#flush();
    fsyncSync(this.#fd);
    this.close();
  }

  /** Gives the file back without a trailer: PostgreSQL will refuse it. */
  close(): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  #text(value: string): void {
    const bytes = Buffer.from(value, "utf8");
    this.#int32(bytes.length);
    this.#bytes(bytes);
  }

  #int16(value: number): void {
    this.#room(2);
    this.#used = this.#block.writeInt16BE(value, this.#used);
  }

  #int32(value: number): void {
    this.#room(4);
    this.#used = this.#block.writeInt32BE(value, this.#used);
  }

  #bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    if (bytes.length > BLOCK_BYTES) {
      this.#write(bytes);
      return;
    }
    this.#block.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #room(size: number): void {
    if (this.#used + size > BLOCK_BYTES) this.#flush();
  }

  #flush(): void {
    this.#write(this.#block.subarray(0, this.#used));
    this.#used = 0;
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }
}
