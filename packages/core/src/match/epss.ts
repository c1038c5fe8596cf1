import { NONE } from "./layout.ts";

/** EPSS rows that are kept until `finish`, with a wide margin over all CVE ids that exist. */
export const EPSS_ROWS_MAX = 5_000_000;
const FIRST_ROWS = 4096;

const CVE = /^CVE-(\d{4})-(\d{4,9})$/;
/** Shares of one are kept as billionths: EPSS has five decimals, which come back exactly. */
const SHARE = 1e9;

/** A CVE id as one exact number, or -1. */
const numberOfCve = (cve: string): number => {
  const found = CVE.exec(cve);
  return found ? Number(found[1]) * 1e9 + Number(found[2]) : -1;
};

/** A share in 0..1 as billionths. */
export const packShare = (share: number): number => Math.round(share * SHARE);
/** The reverse; null for NONE. */
export const unpackShare = (packed: number): number | null => (packed === NONE ? null : packed / SHARE);

/** Collects EPSS rows: 16 bytes each. The last row of a CVE wins. */
export const createEpss = () => {
  let keys = new Float64Array(FIRST_ROWS);
  let shares = new Uint32Array(FIRST_ROWS * 2);
  let length = 0;
  let isSorted = true;

  const sort = (): void => {
    const order = Uint32Array.from({ length }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
    keys = Float64Array.from(order, (i) => keys[i]!);
    const former = shares;
    shares = new Uint32Array(length * 2);
    order.forEach((from, to) => shares.set([former[from * 2]!, former[from * 2 + 1]!], to * 2));
    isSorted = true;
  };

  const addRow = (key: number, score: number, percentile: number): void => {
    if (key < 0 || !(score >= 0 && score <= 1) || !(percentile >= 0 && percentile <= 1) || length >= EPSS_ROWS_MAX)
      return;
    if (length === keys.length) {
      // a transfer gives the old memory back at once
      keys = new Float64Array(keys.buffer.transfer(keys.byteLength * 2));
      shares = new Uint32Array(shares.buffer.transfer(shares.byteLength * 2));
    }
    isSorted &&= length === 0 || keys[length - 1]! <= key;
    keys[length] = key;
    shares[length * 2] = packShare(score);
    shares[length * 2 + 1] = packShare(percentile);
    length++;
  };

  return {
    add: (cve: string, score: number, percentile: number): void => addRow(numberOfCve(cve), score, percentile),
    addRow,
    of: (cve: string): { score: number; percentile: number } | null => {
      const key = numberOfCve(cve);
      if (!isSorted) sort();
      let low = 0;
      let high = length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (keys[middle]! <= key) low = middle + 1;
        else high = middle;
      }
      const row = low - 1;
      if (row < 0 || keys[row] !== key) return null;
      return { score: shares[row * 2]! / SHARE, percentile: shares[row * 2 + 1]! / SHARE };
    },
    free: (): void => {
      keys = new Float64Array(keys.buffer.transfer(0));
      shares = new Uint32Array(shares.buffer.transfer(0));
      length = 0;
    },
  };
};
