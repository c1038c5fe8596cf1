import type { EpssTable } from "./generation-format.ts";

/** Factors that may make all values of a table whole numbers; 0 stands for values that are kept as they are. */
export const SCALES = [1e5, 1e6, 1e9];
const ROWS_MAX = 5_000_000;
const HEAD_BYTES = 12;
const KEY_BYTES_MAX = 8;

export const NO_EPSS: EpssTable = {
  keys: new Float64Array(0),
  scores: new Float64Array(0),
  percentiles: new Float64Array(0),
};

/** The factor by which all values are whole numbers, exactly; 0 when there is none. */
export const scaleOf = (columns: readonly Float64Array[]): number =>
  SCALES.find((scale) => columns.every((column) => column.every((v) => Math.round(v * scale) / scale === v))) ?? 0;

/** Sorted keys as steps of variable length. */
export const writeKeys = (keys: Float64Array): Buffer => {
  const bytes = Buffer.allocUnsafe(keys.length * KEY_BYTES_MAX + KEY_BYTES_MAX);
  let at = 0;
  let before = 0;
  for (const key of keys) {
    let step = key - before;
    before = key;
    for (; step >= 128; step = Math.floor(step / 128)) bytes[at++] = (step % 128) | 128;
    bytes[at++] = step;
  }
  return bytes.subarray(0, at);
};

/** What `writeKeys` wrote. Throws Error when it is none. */
export const readKeys = (bytes: Buffer, count: number): Float64Array => {
  const keys = new Float64Array(count);
  let at = 0;
  let key = 0;
  for (let i = 0; i < count; i++) {
    let step = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 49) throw new Error("its scores are damaged");
      step += (byte & 127) * factor;
      if (byte < 128) break;
    }
    if (i > 0 && step === 0) throw new Error("its scores are not sorted");
    key += step;
    keys[i] = key;
  }
  if (at !== bytes.length) throw new Error("its scores are damaged");
  return keys;
};

/** The four bytes of each number apart: bytes of one rank resemble each other. */
const writePlanes = (column: Float64Array, scale: number): Buffer => {
  const n = column.length;
  if (scale === 0) return Buffer.from(column.slice().buffer);
  const bytes = Buffer.allocUnsafe(n * 4);
  for (let i = 0; i < n; i++) {
    const v = Math.round(column[i]! * scale);
    bytes[i] = v >>> 24;
    bytes[n + i] = v >>> 16;
    bytes[2 * n + i] = v >>> 8;
    bytes[3 * n + i] = v;
  }
  return bytes;
};

const readPlanes = (bytes: Buffer, n: number, scale: number): Float64Array => {
  if (scale === 0) return new Float64Array(Uint8Array.from(bytes).buffer);
  const column = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const v = ((bytes[i]! << 24) | (bytes[n + i]! << 16) | (bytes[2 * n + i]! << 8) | bytes[3 * n + i]!) >>> 0;
    column[i] = v / scale;
  }
  return column;
};

/** The table in columns; about 3 bytes a row once compressed. Exact. */
export const encodeEpss = ({ keys, scores, percentiles }: EpssTable): Buffer => {
  const scale = scaleOf([scores, percentiles]);
  const keyBytes = writeKeys(keys);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(keys.length, 0);
  head.writeUInt32LE(scale, 4);
  head.writeUInt32LE(keyBytes.length, 8);
  return Buffer.concat([head, keyBytes, writePlanes(scores, scale), writePlanes(percentiles, scale)]);
};

/** The table that `encodeEpss` wrote. Throws Error when it is none. */
export const decodeEpss = (bytes: Buffer): EpssTable => {
  if (bytes.length < HEAD_BYTES) throw new Error("its scores are cut short");
  const n = bytes.readUInt32LE(0);
  const scale = bytes.readUInt32LE(4);
  const keysEnd = HEAD_BYTES + bytes.readUInt32LE(8);
  const columnBytes = n * (scale === 0 ? 8 : 4);
  if (n > ROWS_MAX || (scale !== 0 && !SCALES.includes(scale)) || bytes.length !== keysEnd + 2 * columnBytes) {
    throw new Error("its scores are damaged");
  }
  const table = {
    keys: readKeys(bytes.subarray(HEAD_BYTES, keysEnd), n),
    scores: readPlanes(bytes.subarray(keysEnd, keysEnd + columnBytes), n, scale),
    percentiles: readPlanes(bytes.subarray(keysEnd + columnBytes), n, scale),
  };
  const isShare = (v: number): boolean => v >= 0 && v <= 1;
  if (!table.scores.every(isShare) || !table.percentiles.every(isShare)) throw new Error("a score is none");
  return table;
};

/** Collects rows in any order; of several of one CVE the last stands. */
export const createEpssRows = () => {
  let keys = new Float64Array(4096);
  let values = new Float64Array(8192);
  let count = 0;
  return {
    add(key: number, score: number, percentile: number): void {
      if (key < 0 || count >= ROWS_MAX) return;
      if (count === keys.length) {
        keys = new Float64Array(keys.buffer.transfer(keys.byteLength * 2));
        values = new Float64Array(values.buffer.transfer(values.byteLength * 2));
      }
      keys[count] = key;
      values[count * 2] = score;
      values[count * 2 + 1] = percentile;
      count++;
    },
    table(): EpssTable {
      const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
      const last = order.filter((row, i) => i + 1 === order.length || keys[order[i + 1]!] !== keys[row]);
      return {
        keys: Float64Array.from(last, (row) => keys[row]!),
        scores: Float64Array.from(last, (row) => values[row * 2]!),
        percentiles: Float64Array.from(last, (row) => values[row * 2 + 1]!),
      };
    },
    /** Gives the memory back at once; there are no rows from then on. */
    free(): void {
      keys = new Float64Array(keys.buffer.transfer(0));
      values = new Float64Array(values.buffer.transfer(0));
      count = 0;
    },
  };
};

/** One CVE whose scores differ; null where a side does not have it. */
export interface EpssMove {
  readonly key: number;
  readonly before: { readonly score: number; readonly percentile: number } | null;
  readonly after: { readonly score: number; readonly percentile: number } | null;
}

const rowOf = (table: EpssTable, i: number) => ({ score: table.scores[i]!, percentile: table.percentiles[i]! });

/** Every CVE whose score or percentile differs, in order. */
export function* epssMoves(a: EpssTable, b: EpssTable): Generator<EpssMove> {
  for (let i = 0, j = 0; i < a.keys.length || j < b.keys.length;) {
    const x = a.keys[i] ?? Number.POSITIVE_INFINITY;
    const y = b.keys[j] ?? Number.POSITIVE_INFINITY;
    if (x < y) yield { key: x, before: rowOf(a, i++), after: null };
    else if (y < x) yield { key: y, before: null, after: rowOf(b, j++) };
    else {
      if (a.scores[i] !== b.scores[j] || a.percentiles[i] !== b.percentiles[j]) {
        yield { key: x, before: rowOf(a, i), after: rowOf(b, j) };
      }
      i++;
      j++;
    }
  }
}
