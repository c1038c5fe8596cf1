const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const START_SIZE_BYTES = 64 * 1024;
/** Milliseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's dates begin. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const DAY_MS = 86_400_000;
const OID_INT4 = 23;
const OID_TEXT = 25;

/**
 * Encodes rows for `COPY table (…) FROM STDIN (FORMAT binary)`: `row(n)`, then n values in the columns' order and
 * exactly the columns' types (PostgreSQL casts nothing here), for each row; `finish()` at the end. One writer makes
 * one copy. `sizeBytes` is what was written so far.
 */
export class CopyWriter {
  #buffer = Buffer.allocUnsafe(START_SIZE_BYTES);
  #at = 0;

  constructor() {
    this.#at = SIGNATURE.copy(this.#buffer, 0);
  }

  get sizeBytes(): number {
    return this.#at;
  }

  #room(count: number): number {
    const at = this.#at;
    const end = at + count;
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#at = end;
    return at;
  }

  /** Begins a row of `fieldCount` values. */
  row(fieldCount: number): this {
    const at = this.#room(2);
    this.#buffer.writeInt16BE(fieldCount, at);
    return this;
  }

  null(): this {
    const at = this.#room(4);
    this.#buffer.writeInt32BE(-1, at);
    return this;
  }

  bool(value: boolean): this {
    const at = this.#room(5);
    this.#buffer.writeInt32BE(1, at);
    this.#buffer[at + 4] = value ? 1 : 0;
    return this;
  }

  int2(value: number): this {
    const at = this.#room(6);
    this.#buffer.writeInt32BE(2, at);
    this.#buffer.writeInt16BE(value, at + 4);
    return this;
  }

  int4(value: number): this {
    const at = this.#room(8);
    this.#buffer.writeInt32BE(4, at);
    this.#buffer.writeInt32BE(value, at + 4);
    return this;
  }

  /** A number must be a safe integer; larger values come as bigint. */
  int8(value: number | bigint): this {
    const at = this.#room(12);
    this.#buffer.writeInt32BE(8, at);
    if (typeof value === "bigint") this.#buffer.writeBigInt64BE(value, at + 4);
    else {
      if (!Number.isSafeInteger(value)) throw new RangeError(`int8 needs a safe integer, not ${value}`);
      this.#buffer.writeInt32BE(Math.floor(value / 4_294_967_296), at + 4);
      this.#buffer.writeUInt32BE(value >>> 0, at + 8);
    }
    return this;
  }

  /** For columns of type `real`. */
  float4(value: number): this {
    const at = this.#room(8);
    this.#buffer.writeInt32BE(4, at);
    this.#buffer.writeFloatBE(value, at + 4);
    return this;
  }

  float8(value: number): this {
    const at = this.#room(12);
    this.#buffer.writeInt32BE(8, at);
    this.#buffer.writeDoubleBE(value, at + 4);
    return this;
  }

  /** UTF-8. U+0000, which PostgreSQL's text cannot hold, makes the COPY fail with 22021. */
  text(value: string): this {
    const sizeBytes = Buffer.byteLength(value);
    const at = this.#room(4 + sizeBytes);
    this.#buffer.writeInt32BE(sizeBytes, at);
    this.#buffer.write(value, at + 4);
    return this;
  }

  /** JSON text for a `jsonb` column. */
  jsonb(json: string): this {
    const sizeBytes = Buffer.byteLength(json);
    const at = this.#room(5 + sizeBytes);
    this.#buffer.writeInt32BE(sizeBytes + 1, at);
    this.#buffer[at + 4] = 1;
    this.#buffer.write(json, at + 5);
    return this;
  }

  bytea(value: Uint8Array): this {
    const at = this.#room(4 + value.length);
    this.#buffer.writeInt32BE(value.length, at);
    this.#buffer.set(value, at + 4);
    return this;
  }

  /** A Date, or milliseconds since 1970. */
  timestamptz(value: Date | number): this {
    return this.int8(Math.round((Number(value) - POSTGRES_EPOCH_MS) * 1000));
  }

  /** The UTC day of a Date or of milliseconds since 1970. */
  date(value: Date | number): this {
    return this.int4(Math.floor((Number(value) - POSTGRES_EPOCH_MS) / DAY_MS));
  }

  /** 8-4-4-4-12 hexadecimal digits. */
  uuid(value: string): this {
    const hex = value.replaceAll("-", "");
    if (!/^[0-9a-fA-F]{32}$/.test(hex)) throw new RangeError("not a UUID");
    const at = this.#room(20);
    this.#buffer.writeInt32BE(16, at);
    this.#buffer.write(hex, at + 4, "hex");
    return this;
  }

  int4Array(values: ArrayLike<number>): this {
    const at = this.#arrayHeader(values.length, OID_INT4, values.length * 8);
    for (let i = 0; i < values.length; i += 1) {
      this.#buffer.writeInt32BE(4, at + i * 8);
      this.#buffer.writeInt32BE(values[i] ?? 0, at + i * 8 + 4);
    }
    return this;
  }

  textArray(values: readonly string[]): this {
    const start = this.#at;
    this.#arrayHeader(values.length, OID_TEXT, 0);
    for (const value of values) this.text(value);
    this.#buffer.writeInt32BE(this.#at - start - 4, start);
    return this;
  }

  /** Size, dimensions, no nulls, element type, length, lower bound; returns where the elements begin. */
  #arrayHeader(count: number, oid: number, elementsBytes: number): number {
    const headBytes = count === 0 ? 12 : 20;
    const at = this.#room(4 + headBytes + elementsBytes);
    this.#buffer.writeInt32BE(headBytes + elementsBytes, at);
    this.#buffer.writeInt32BE(count === 0 ? 0 : 1, at + 4);
    this.#buffer.writeInt32BE(0, at + 8);
    this.#buffer.writeInt32BE(oid, at + 12);
    if (count > 0) {
      this.#buffer.writeInt32BE(count, at + 16);
      this.#buffer.writeInt32BE(1, at + 20);
    }
    return at + 4 + headBytes;
  }

  /** The whole copy, trailer included. The writer is done after this. */
  finish(): Uint8Array {
    const at = this.#room(2);
    this.#buffer.writeInt16BE(-1, at);
    return this.#buffer.subarray(0, this.#at);
  }
}
