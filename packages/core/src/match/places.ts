import type { VersionScheme } from "../version/scheme.ts";
import { NO_KEY } from "./direct.ts";
import type { Sections } from "./layout.ts";

/** Positions of versions that are remembered per scheme: operating systems build many packages from one version. */
const REMEMBERED_MAX = 20_000;

/** The place of a version among the sorted keys: twice the position of the first key not below, plus one if equal. */
export const createPlaces = ({ keyOffsets, keyBytes }: Sections) => {
  const remembered = new Map<VersionScheme, Map<string, number>>();
  const count = keyOffsets.length - 1;

  const compareAt = (position: number, key: Uint8Array): number => {
    const start = keyOffsets[position]!;
    const length = keyOffsets[position + 1]! - start;
    const shared = Math.min(length, key.length);
    for (let i = 0; i < shared; i++) {
      const d = keyBytes[start + i]! - key[i]!;
      if (d !== 0) return d;
    }
    return length - key.length;
  };

  const search = (key: Uint8Array): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAt(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low * 2 + (low < count && compareAt(low, key) === 0 ? 1 : 0);
  };

  return (scheme: VersionScheme | null, version: string): number => {
    if (!scheme) return NO_KEY;
    let known = remembered.get(scheme);
    if (!known) remembered.set(scheme, (known = new Map()));
    let place = known.get(version);
    if (place !== undefined) return place;
    const key = scheme.key(version);
    place = key ? search(key) : NO_KEY;
    if (known.size >= REMEMBERED_MAX) known.clear();
    known.set(version, place);
    return place;
  };
};
