import type { SourceReport } from "@zerotrace/core";

/** Sections that hold lines, in the order in which they are written, hashed and replayed. */
export const LINE_SECTIONS = ["cves", "cwes", "kev", "products", "records"] as const;
export type LineSection = (typeof LINE_SECTIONS)[number];

/** Bounds of a generation file. A file from elsewhere may claim anything; nothing beyond these is read. */
export const GENERATION_LIMITS = {
  /** Bytes of one file. */
  fileBytes: 2 * 1024 ** 3,
  /** Bytes of one block after inflating. */
  blockBytes: 96 * 1024 ** 2,
  /** All blocks inflated, as a multiple of the file's size; with a floor for small ones. */
  ratio: 250,
  ratioFloorBytes: 64 * 1024 ** 2,
  /** Bytes of the table of contents, packed and inflated. */
  footerBytes: 8 * 1024 ** 2,
  footerPlainBytes: 64 * 1024 ** 2,
  /** Blocks of one file (count). */
  blocks: 100_000,
  /** Bytes of one line. */
  lineBytes: 64 * 1024 ** 2,
  /** Lines of one section (count). */
  lines: 20_000_000,
  /** Sources described (count). */
  sources: 1_000,
} as const;

/** How many of each thing a generation holds. */
export type GenerationCounts = Readonly<Record<LineSection | "epss", number>>;

/** What stands in a generation besides its content. */
export interface GenerationMeta {
  readonly schema: "zerotrace.generation/1";
  /** A delta holds only what differs from its base. */
  readonly kind: "full" | "delta";
  /** SHA-256 of the whole content, in hexadecimal: the generation's name. Of a delta: of what it gives with its base. */
  readonly hash: string;
  /** The hash of the generation that a delta stands on; null for a full one. */
  readonly base: string | null;
  /** When the feeds were read, ISO. */
  readonly builtAt: string;
  readonly counts: GenerationCounts;
  readonly sources: readonly SourceReport[];
}

/** One line of a section. `value` is valid until the next line is asked for. */
export interface Line {
  readonly key: string;
  readonly value: Buffer;
  /** Of a record that was read just now: what `parseOsvRecord` made of it, as JSON, so that nobody need do it again. */
  readonly record?: Buffer;
}

/** Scores by CVE, sorted. A key is the year times a billion plus the number. */
export interface EpssTable {
  readonly keys: Float64Array;
  readonly scores: Float64Array;
  readonly percentiles: Float64Array;
}

/** Everything that one reading of the feeds gave, wherever it lies. Lines come sorted by key, each key once. */
export interface Generation {
  /** `hash` is empty while the content was never hashed (feeds that were just read). */
  readonly meta: GenerationMeta;
  /** The lines of a section from the first whose key is `from` or above. Throws AppError BAD_FEED when the file is damaged. */
  lines(section: LineSection, from?: string): Iterable<Line>;
  epss(): EpssTable;
  /** Gives back what it holds, where it holds much: it cannot be read after that. */
  release?(): void;
}

/** The first characters of a hash by which people name a generation. */
export const shortHash = (hash: string): string => hash.slice(0, SHORT_HASH_CHARS);
export const SHORT_HASH_CHARS = 12;

/** A key that can stand in a line: names may hold anything, a line's parts are told apart by tab and newline. */
export const lineKey = (name: string): string =>
  name.replaceAll(/[\t\n\r%]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** JSON text on one line. A line break in JSON text is always between tokens, never within a string. */
export const oneLine = (json: string): string => (/[\r\n]/.test(json) ? json.replaceAll(/[\r\n][ \t]*/g, "") : json);

const CVE = /^CVE-\d{4}-\d{4,9}$/;
const YEAR_AT = 4;
const NUMBER_AT = 9;

/** A CVE id as one exact number, or -1. */
export const numberOfCve = (cve: string): number =>
  CVE.test(cve) ? Number(cve.slice(YEAR_AT, NUMBER_AT - 1)) * 1e9 + Number(cve.slice(NUMBER_AT)) : -1;

/** The CVE id of `numberOfCve`. */
export const cveOfNumber = (key: number): string =>
  `CVE-${Math.floor(key / 1e9)}-${String(key % 1e9).padStart(4, "0")}`;
