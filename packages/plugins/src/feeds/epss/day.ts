import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

/** Scores are whole numbers of 1/100,000, as the source writes them. */
const SCALE = 100_000;
/** Room for a score: 17 bits; the highest value says that the CVE had none. */
const SCORE_ROOM = 2 ** 17;
const ABSENT = SCORE_ROOM - 1;
const FIRST_YEAR = 1990;
const NUMBER_ROOM = 2 ** 26;
const MAGIC = Buffer.from("ZTE1");
const HEAD_BYTES = 8;
const ROWS_MAX = 5_000_000;
const PLAIN_MAX_BYTES = 128 * 1024 * 1024;

const packed = promisify(gzip);
const unpacked = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** All scores of one day, or what was different on it: CVE and score in one number, sorted by CVE; 8 bytes a row. */
export type EpssRows = Float64Array;

/** The CVE as a number; null for one of eight digits and more, of which no score is kept. */
export function keyOf(cveId: string): number | null {
  const [, year = "", number = ""] = /^CVE-(\d{4})-(\d{4,9})$/.exec(cveId) ?? [];
  const n = Number(number);
  return year === "" || n >= NUMBER_ROOM || Number(year) < FIRST_YEAR
    ? null
    : (Number(year) - FIRST_YEAR) * NUMBER_ROOM + n;
}

/** One row; `score` from 0 to 1. */
export const rowFor = (key: number, score: number | null): number =>
  key * SCORE_ROOM + (score === null ? ABSENT : Math.round(score * SCALE));

/** The key of a row, as `keyOf` makes it. */
export const keyOfRow = (row: number): number => Math.floor(row / SCORE_ROOM);

/** The score of a row, 0 to 1; null where it says that there was none. */
export const scoreOf = (row: number): number | null => {
  const score = row % SCORE_ROOM;
  return score === ABSENT ? null : score / SCALE;
};

/** The reverse of `keyOf`: the CVE of a key. */
export const idOf = (key: number): string =>
  `CVE-${Math.floor(key / NUMBER_ROOM) + FIRST_YEAR}-${String(key % NUMBER_ROOM).padStart(4, "0")}`;

const keyAt = (rows: EpssRows, i: number): number =>
  i < rows.length ? Math.floor(rows[i]! / SCORE_ROOM) : Number.POSITIVE_INFINITY;

/** What must be laid over `later` to get `earlier`: only rows that differ. */
export function differences(later: EpssRows, earlier: EpssRows): EpssRows {
  const rows: number[] = [];
  for (let a = 0, b = 0; a < later.length || b < earlier.length;) {
    const ka = keyAt(later, a);
    const kb = keyAt(earlier, b);
    if (ka < kb) rows.push(rowFor(ka, null));
    else if (ka > kb || later[a] !== earlier[b]) rows.push(earlier[b]!);
    if (ka <= kb) a++;
    if (kb <= ka) b++;
  }
  return Float64Array.from(rows);
}

/** About 3 bytes a row: distances of the keys, then the bytes of the scores by rank; packed. */
export async function encodeRows(rows: EpssRows): Promise<Buffer> {
  const bytes = Buffer.alloc(HEAD_BYTES + rows.length * 9);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(rows.length, 4);
  let at = HEAD_BYTES;
  let before = 0;
  for (const row of rows) {
    const key = Math.floor(row / SCORE_ROOM);
    let step = key - before;
    before = key;
    for (; step >= 128; step = Math.floor(step / 128)) bytes[at++] = (step % 128) | 128;
    bytes[at++] = step;
  }
  for (const shift of [16, 8, 0]) for (const row of rows) bytes[at++] = (row % SCORE_ROOM) >>> shift;
  return packed(bytes.subarray(0, at));
}

const opened = async (file: Buffer): Promise<{ bytes: Buffer; count: number }> => {
  const bytes = await unpacked(file, { maxOutputLength: PLAIN_MAX_BYTES });
  const count = bytes.length < HEAD_BYTES ? -1 : bytes.readUInt32LE(4);
  if (!bytes.subarray(0, 4).equals(MAGIC) || count < 0 || count > ROWS_MAX) throw new Error("these are no scores");
  return { bytes, count };
};

const cutShort = (): Error => new Error("the scores are cut short");

/** Tells the key of each row in order until `tell` answers false; answers where the keys end, -1 when it did not get there. */
const eachKey = (bytes: Buffer, count: number, tell: (key: number, row: number) => boolean): number => {
  let at = HEAD_BYTES;
  let key = 0;
  for (let row = 0; row < count; row++) {
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 42) throw cutShort();
      key += (byte & 127) * factor;
      if (byte < 128) break;
    }
    if (!tell(key, row)) return -1;
  }
  return at;
};

const scoreAt = (bytes: Buffer, at: number, count: number): number =>
  Math.min((bytes[at]! << 16) | (bytes[at + count]! << 8) | bytes[at + 2 * count]!, ABSENT);

/** The reverse of `encodeRows`. Throws Error when the bytes are damaged. */
export async function decodeRows(file: Buffer): Promise<EpssRows> {
  const { bytes, count } = await opened(file);
  const rows = new Float64Array(count);
  const at = eachKey(bytes, count, (key, row) => {
    rows[row] = key;
    return true;
  });
  if (bytes.length !== at + 3 * count) throw cutShort();
  for (let i = 0; i < count; i++) rows[i] = rows[i]! * SCORE_ROOM + scoreAt(bytes, at + i, count);
  return rows;
}

/**
 * The score of one CVE in what `encodeRows` wrote: null when the file says that it had none, undefined when it does not name
 * it. Makes no rows: about 2 ms and no memory for 300,000 of them. Throws Error when the bytes are damaged.
 */
export async function scoreIn(file: Buffer, key: number): Promise<number | null | undefined> {
  const { bytes, count } = await opened(file);
  let found = -1;
  eachKey(bytes, count, (one, row) => {
    if (one === key) found = row;
    return one < key;
  });
  if (found < 0) return undefined;
  const at = bytes.length - 3 * count + found;
  if (at < HEAD_BYTES) throw cutShort();
  const score = scoreAt(bytes, at, count);
  return score === ABSENT ? null : score / SCALE;
}
