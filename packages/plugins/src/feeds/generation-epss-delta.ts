import { zstdCompressSync } from "node:zlib";
import {
  createEpssRows,
  decodeEpss,
  encodeEpss,
  epssMoves,
  readKeys,
  SCALES,
  scaleOf,
  writeKeys,
} from "./generation-epss.ts";
import type { EpssTable } from "./generation-format.ts";

const HEAD_BYTES = 16;

/** Rows that both tables have, by their places in each. */
interface Common {
  readonly inBase: Uint32Array;
  readonly inNext: Uint32Array;
}

const commonOf = (base: EpssTable, next: EpssTable): Common => {
  const inBase: number[] = [];
  const inNext: number[] = [];
  for (let i = 0, j = 0; i < base.keys.length && j < next.keys.length;) {
    if (base.keys[i]! < next.keys[j]!) i++;
    else if (base.keys[i]! > next.keys[j]!) j++;
    else {
      inBase.push(i++);
      inNext.push(j++);
    }
  }
  return { inBase: Uint32Array.from(inBase), inNext: Uint32Array.from(inNext) };
};

/** Places by percentile: when some scores move, the ranks of all others shift a little, neighbors alike. */
const byPercentile = (base: EpssTable, places: Uint32Array): Uint32Array =>
  Uint32Array.from(places.keys()).sort(
    (a, b) => base.percentiles[places[a]!]! - base.percentiles[places[b]!]! || a - b,
  );

const writeSteps = (count: number, stepOf: (i: number) => number): Buffer => {
  const bytes = Buffer.allocUnsafe(count * 4);
  for (let i = 0; i < count; i++) {
    const step = stepOf(i);
    const v = step < 0 ? -2 * step - 1 : 2 * step;
    bytes[i] = v >>> 24;
    bytes[count + i] = v >>> 16;
    bytes[2 * count + i] = v >>> 8;
    bytes[3 * count + i] = v;
  }
  return bytes;
};

const readStep = (bytes: Buffer, count: number, i: number): number => {
  const v =
    ((bytes[i]! << 24) | (bytes[count + i]! << 16) | (bytes[2 * count + i]! << 8) | bytes[3 * count + i]!) >>> 0;
  return v % 2 === 1 ? -(v + 1) / 2 : v / 2;
};

/** CVEs that go, and the rows that are not told as steps: new ones, and without a scale every changed one. */
const goneAndWhole = (base: EpssTable, next: EpssTable, hasSteps: boolean): { gone: number[]; whole: EpssTable } => {
  const gone: number[] = [];
  const rows = createEpssRows();
  for (const { key, before, after } of epssMoves(base, next)) {
    if (after === null) gone.push(key);
    else if (before === null || !hasSteps) rows.add(key, after.score, after.percentile);
  }
  return { gone, whole: rows.table() };
};

/**
 * What turns one table into another. Few changes are told row by row. Where most ranks shifted, as they do every day, all
 * rows are told by how much they moved, in the order of their percentiles. The smaller one is answered: 60 KB for 360,000
 * rows of which 3 % moved, 150 KB where all ranks follow.
 */
export const encodeEpssDelta = (base: EpssTable, next: EpssTable): Buffer => {
  const scale = scaleOf([base.scores, base.percentiles, next.scores, next.percentiles]);
  const [rows, steps] = [deltaOf(base, next, 0), scale === 0 ? null : deltaOf(base, next, scale)];
  const sizeOf = (bytes: Buffer): number => zstdCompressSync(bytes).length;
  return steps !== null && sizeOf(steps) < sizeOf(rows) ? steps : rows;
};

/** `scale` 0: changed rows are told whole. */
const deltaOf = (base: EpssTable, next: EpssTable, scale: number): Buffer => {
  const { gone, whole } = goneAndWhole(base, next, scale !== 0);
  const goneBytes = writeKeys(Float64Array.from(gone));
  const wholeBytes = encodeEpss(whole);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(gone.length, 0);
  head.writeUInt32LE(goneBytes.length, 4);
  head.writeUInt32LE(wholeBytes.length, 8);
  head.writeUInt32LE(scale, 12);
  if (scale === 0) return Buffer.concat([head, goneBytes, wholeBytes]);
  const { inBase, inNext } = commonOf(base, next);
  const order = byPercentile(base, inBase);
  const stepsOf = (a: Float64Array, b: Float64Array): Buffer =>
    writeSteps(order.length, (i) => {
      const row = order[i]!;
      return Math.round(b[inNext[row]!]! * scale) - Math.round(a[inBase[row]!]! * scale);
    });
  const columns = [stepsOf(base.scores, next.scores), stepsOf(base.percentiles, next.percentiles)];
  return Buffer.concat([head, goneBytes, wholeBytes, ...columns]);
};

/** The table after the delta. Throws Error when the delta is none, or is not one of this table. */
export const applyEpssDelta = (base: EpssTable, bytes: Buffer): EpssTable => {
  if (bytes.length < HEAD_BYTES) throw new Error("its scores are cut short");
  const goneCount = bytes.readUInt32LE(0);
  const goneEnd = HEAD_BYTES + bytes.readUInt32LE(4);
  const wholeEnd = goneEnd + bytes.readUInt32LE(8);
  const scale = bytes.readUInt32LE(12);
  const isKnown = scale === 0 || SCALES.includes(scale);
  if (goneCount > base.keys.length || wholeEnd > bytes.length || !isKnown) throw new Error("its scores are damaged");
  const gone = new Set(readKeys(bytes.subarray(HEAD_BYTES, goneEnd), goneCount));
  const whole = decodeEpss(bytes.subarray(goneEnd, wholeEnd));
  const left = Uint32Array.from(base.keys.keys()).filter((i) => !gone.has(base.keys[i]!));
  const rows = createEpssRows();
  const steps = bytes.subarray(wholeEnd);
  if (scale === 0) for (const i of left) rows.add(base.keys[i]!, base.scores[i]!, base.percentiles[i]!);
  else {
    const columnBytes = left.length * 4;
    if (steps.length !== 2 * columnBytes) throw new Error("its scores are those of another table");
    const [scores, percentiles] = [steps.subarray(0, columnBytes), steps.subarray(columnBytes)];
    const moved = (value: number, column: Buffer, i: number): number =>
      (Math.round(value * scale) + readStep(column, left.length, i)) / scale;
    byPercentile(base, left).forEach((row, i) => {
      const at = left[row]!;
      rows.add(base.keys[at]!, moved(base.scores[at]!, scores, i), moved(base.percentiles[at]!, percentiles, i));
    });
  }
  whole.keys.forEach((key, i) => rows.add(key, whole.scores[i]!, whole.percentiles[i]!));
  const table = rows.table();
  const isShare = (v: number): boolean => v >= 0 && v <= 1;
  if (!table.scores.every(isShare) || !table.percentiles.every(isShare)) throw new Error("a score is none");
  return table;
};
