import { AppError } from "@zerotrace/core";
import type { FileDigest, OwnedFile } from "../owned-file.ts";

/** Index entries of one header (count); rpm's own bound. */
const MAX_TAGS = 0xffff;
/** Files of one package that are looked at (count); kernels have about 10,000, texlive 100,000. */
const MAX_FILES = 500_000;
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  arch: 1022,
  sourceRpm: 1044,
  module: 5096,
} as const;
const FILES = { digests: 1035, dirIndexes: 1116, baseNames: 1117, dirNames: 1118, digestAlgorithm: 5011 } as const;
/** rpm's numbers of digest algorithms (those of OpenPGP); without one it is MD5. */
const ALGORITHMS: Readonly<Record<number, FileDigest["algorithm"]>> = {
  1: "md5",
  2: "sha1",
  8: "sha256",
  9: "sha384",
  10: "sha512",
};
const MD5 = 1;
const INT32 = 4;
const STRINGS: ReadonlySet<number> = new Set([6, 8, 9]);

/** What an rpm header says of a package; an absent field is null. */
export interface RpmHeader {
  readonly name: string | null;
  readonly epoch: number | null;
  readonly version: string | null;
  readonly release: string | null;
  readonly arch: string | null;
  readonly sourceRpm: string | null;
  /** MODULARITYLABEL, `nodejs:18:8080020230718172313:63b34585`, of a package that was built for a module. */
  readonly module: string | null;
  /** The package's files for whose base name `wanted` holds, with rpm's checksum where it has one. */
  files(wanted: (baseName: string) => boolean): Omit<OwnedFile, "owner">[];
}

/**
 * Reads a header as the databases keep it: two big-endian counts, index entries of 16 bytes, the store. Costs one pass
 * over the index; nothing is copied. Throws AppError UNREADABLE when the counts do not fit the bytes.
 */
export const readRpmHeader = (blob: Uint8Array): RpmHeader => {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < 8) throw damaged("it is shorter than its head");
  const tagCount = view.getUint32(0);
  const storeAt = 8 + tagCount * 16;
  if (tagCount > MAX_TAGS || storeAt + view.getUint32(4) > blob.length) throw damaged("its counts do not fit");
  const store = blob.subarray(storeAt, storeAt + view.getUint32(4));
  const index = new Map<number, { type: number; offset: number; count: number }>();
  for (let at = 8; at < storeAt; at += 16) {
    const entry = { type: view.getUint32(at + 4), offset: view.getUint32(at + 8), count: view.getUint32(at + 12) };
    if (!index.has(view.getUint32(at))) index.set(view.getUint32(at), entry);
  }
  const strings = (tag: number, limit: number): string[] => {
    const entry = index.get(tag);
    if (entry === undefined || !STRINGS.has(entry.type)) return [];
    return stringsAt(store, entry.offset, Math.min(entry.count, limit));
  };
  const numbers = (tag: number, limit: number): number[] => {
    const entry = index.get(tag);
    if (entry === undefined || entry.type !== INT32) return [];
    const count = Math.min(entry.count, limit);
    if (entry.offset + count * 4 > store.length) throw damaged("a number lies outside");
    return Array.from({ length: count }, (_, i) => view.getUint32(storeAt + entry.offset + i * 4));
  };
  return {
    name: strings(TAG.name, 1)[0] ?? null,
    epoch: numbers(TAG.epoch, 1)[0] ?? null,
    version: strings(TAG.version, 1)[0] ?? null,
    release: strings(TAG.release, 1)[0] ?? null,
    arch: strings(TAG.arch, 1)[0] ?? null,
    sourceRpm: strings(TAG.sourceRpm, 1)[0] ?? null,
    module: strings(TAG.module, 1)[0] ?? null,
    files: (wanted) => {
      const baseNames = strings(FILES.baseNames, MAX_FILES);
      if (!baseNames.some(wanted)) return [];
      const dirIndexes = numbers(FILES.dirIndexes, MAX_FILES);
      const dirNames = strings(FILES.dirNames, MAX_FILES);
      const digests = strings(FILES.digests, MAX_FILES);
      const algorithm = ALGORITHMS[numbers(FILES.digestAlgorithm, 1)[0] ?? MD5];
      return baseNames.flatMap((base, i) => {
        if (!wanted(base)) return [];
        const path = `${dirNames[dirIndexes[i] ?? -1] ?? ""}${base}`;
        const hex = digests[i] ?? "";
        return [algorithm === undefined || hex === "" ? { path } : { path, digest: { algorithm, hex } }];
      });
    },
  };
};

const stringsAt = (store: Uint8Array, offset: number, count: number): string[] => {
  const decoder = new TextDecoder();
  const strings: string[] = [];
  let at = offset;
  while (strings.length < count) {
    const end = at < store.length ? store.indexOf(0, at) : -1;
    if (end < 0) throw damaged("a text lies outside");
    strings.push(decoder.decode(store.subarray(at, end)));
    at = end + 1;
  }
  return strings;
};

const damaged = (why: string): AppError => new AppError("UNREADABLE", `An rpm header is damaged: ${why}.`);
