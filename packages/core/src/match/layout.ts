import { AppError } from "../errors.ts";
import { checksum } from "./bytes.ts";

/** "ZTIX", little-endian. */
const MAGIC = 0x5849545a;
/** Raised with every change of the layout. */
export const INDEX_FORMAT = 7;
/** Largest index that is opened, in bytes. */
export const INDEX_BYTES_MAX = 1024 * 1024 * 1024;

/** What is read and checked at once of an index that is not read whole, in bytes. */
export const PAGE_BYTES = 32 * 1024;

/** No value: no upper bound, no string. */
export const NONE = 0xffff_ffff;
/** A bound whose version has no key in its scheme. */
export const UNPARSABLE = 0xffff_fffe;

/** Bits of a row; `rejected`: withdrawn because the CVE program rejected its CVE. */
export const ROW = { highInclusive: 1, withdrawn: 2, keyList: 4, textList: 8, last: 16, rejected: 32 } as const;

/**
 * Every section of an index in file order. `…Offsets` have one more value than there are owners. Strings are numbers
 * into `stringOffsets`; versions are positions in the sorted keys, so that matching compares integers. Where the order
 * of a scheme is not total, `directValues` (sorted) and `directTexts` give the text of each such position, and versions
 * without a key follow: their positions begin at the number of keys. What few owners have is kept beside their sorted
 * positions: `lastRows` and `lastTexts` (rows with the bit `last`), `withdrawn…`, `kev…`, `cwe…`, `exploit…`. Times of
 * groups are seconds since 1970, EPSS billionths. `pageSums` are checksums of the pages before it, so that a part can be
 * trusted without the rest; the first page's leaves out the four words of the header, which change last.
 */
const SECTIONS = {
  meta: "u8",
  stringOffsets: "u32",
  stringBytes: "u8",
  keyOffsets: "u32",
  keyBytes: "u8",
  directValues: "u32",
  directTexts: "u32",
  ecosystems: "u32",
  packageEcosystem: "u32",
  packageName: "u32",
  packageRowOffsets: "u32",
  packageHash: "u32",
  slots: "u32",
  rowRecord: "u32",
  rowIntroduced: "u32",
  rowFixed: "u32",
  lastRows: "u32",
  lastTexts: "u32",
  rowUrgency: "u16",
  urgencies: "u32",
  rowLow: "u32",
  rowHigh: "u32",
  rowFlags: "u8",
  listOffsets: "u32",
  listValues: "u32",
  recordId: "u32",
  recordGroup: "u32",
  withdrawnRecords: "u32",
  withdrawnAt: "f64",
  groupId: "u32",
  groupSummary: "u32",
  groupSeverity: "u8",
  groupScore: "u8",
  groupVector: "u32",
  groupEpss: "u32",
  kevGroups: "u32",
  kevDates: "u32",
  groupPublished: "u32",
  groupModified: "u32",
  groupAliasOffsets: "u32",
  groupAliases: "u32",
  groupRecordOffsets: "u32",
  groupRecords: "u32",
  groupSsvc: "u8",
  cweGroups: "u32",
  cweTexts: "u32",
  exploitGroups: "u32",
  exploitTexts: "u32",
  groupHash: "u32",
  extras: "u8",
  pageSums: "u32",
} as const;

type ArrayOf = { u8: Uint8Array; u16: Uint16Array; u32: Uint32Array; f64: Float64Array };
type Name = keyof typeof SECTIONS;
export type Sections = { readonly [K in Name]: ArrayOf[(typeof SECTIONS)[K]] };

/** Those that are made from the others when they are packed. */
type Given = Omit<Sections, "pageSums">;

const NAMES = Object.keys(SECTIONS) as Name[];
const GIVEN = NAMES.filter((name): name is keyof Given => name !== "pageSums");
const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const;
const HEAD_WORDS = 4;
const HEADER_WORDS = HEAD_WORDS + NAMES.length * 2;
/** The header and the table of sections, in bytes. */
export const HEADER_BYTES = HEADER_WORDS * 4;
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/**
 * Writes all sections into one buffer: header (magic, format, length, checksum), table, sections on 8-byte bounds. Each
 * section's memory is given back once it is copied, so that two wholes never lie side by side: the sections are used up,
 * and none may share a buffer with another.
 */
export const pack = (sections: Given): Uint8Array<ArrayBuffer> => {
  const places: number[] = [];
  let size = aligned(HEADER_BYTES);
  for (const name of GIVEN) {
    places.push(size, sections[name].byteLength);
    size = aligned(size + sections[name].byteLength);
  }
  const pagesAt = size;
  const pageCount = Math.ceil(pagesAt / PAGE_BYTES);
  places.push(pagesAt, pageCount * 4);
  size = aligned(pagesAt + pageCount * 4);
  const bytes = new Uint8Array(size);
  GIVEN.forEach((name, i) => {
    const { buffer, byteOffset, byteLength } = sections[name];
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), places[i * 2]);
    (buffer as ArrayBuffer).transfer(0);
  });
  const words = new Uint32Array(bytes.buffer);
  words.set([MAGIC, INDEX_FORMAT, size, 0, ...places]);
  for (let page = 0; page < pageCount; page++) words[pagesAt / 4 + page] = sumOfPage(words, page, pagesAt);
  words[3] = checksum(words.subarray(HEAD_WORDS));
  return bytes;
};

/** The checksum of a page of an index whose sums begin at `pagesAt`. */
export const sumOfPage = (words: Uint32Array, page: number, pagesAt: number): number => {
  const from = Math.max(HEAD_WORDS, (page * PAGE_BYTES) / 4);
  return checksum(words.subarray(from, Math.min(pagesAt, (page + 1) * PAGE_BYTES) / 4));
};

/** Whether the first 8 bytes are those of an index that this version reads. */
export const isReadableHead = (head: Uint8Array): boolean => {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return head.byteLength >= 8 && view.getUint32(0, true) === MAGIC && view.getUint32(4, true) === INDEX_FORMAT;
};

/** Says that an index is not whole. */
export const brokenIndex = (why: string): AppError =>
  new AppError("BAD_FEED", `The index cannot be used: ${why}. Build it again.`);

/** Views of the sections in place, nothing copied when the bytes start on an 8-byte bound. Throws BAD_FEED. */
export const unpack = (input: Uint8Array): Sections => {
  if (input.byteLength < HEADER_BYTES || input.byteLength % 8 !== 0) throw brokenIndex("it is cut short");
  if (input.byteLength > INDEX_BYTES_MAX) throw brokenIndex("it is too large");
  const bytes = input.byteOffset % 8 === 0 ? input : input.slice();
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const views = viewsOf(bytes);
  if (words[3] !== checksum(words.subarray(HEAD_WORDS))) throw brokenIndex("its checksum is wrong");
  return views;
};

/** Views of the sections by the header alone; the rest of the bytes may still be missing. Throws BAD_FEED. */
export const viewsOf = (bytes: Uint8Array): Sections => {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_WORDS);
  if (words[0] !== MAGIC) throw brokenIndex("it is no index file");
  if (words[1] !== INDEX_FORMAT) {
    throw brokenIndex(`its format is ${words[1]} and this version reads ${INDEX_FORMAT}`);
  }
  if (words[2] !== bytes.byteLength) throw brokenIndex("its length is wrong");
  const views: Record<string, ArrayOf[keyof ArrayOf]> = {};
  NAMES.forEach((name, i) => {
    const offset = words[HEAD_WORDS + i * 2]!;
    const length = words[HEAD_WORDS + 1 + i * 2]!;
    const array = ARRAYS[SECTIONS[name]];
    const width = array.BYTES_PER_ELEMENT;
    if (offset % 8 !== 0 || length % width !== 0 || offset + length > bytes.byteLength) {
      throw brokenIndex(`${name} is torn`);
    }
    views[name] = new array(bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length / width);
  });
  return views as unknown as Sections;
};
