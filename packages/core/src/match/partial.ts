import {
  ROW,
  brokenIndex,
  HEADER_BYTES,
  INDEX_BYTES_MAX,
  PAGE_BYTES,
  type Sections,
  sumOfPage,
  viewsOf,
} from "./layout.ts";
import type { Judge } from "./judge.ts";
import type { Texts } from "./texts.ts";

/** Where the bytes of an index lie that is not read whole. */
export interface IndexSource {
  readonly sizeBytes: number;
  /** Fills `into` with what lies at `at`. Throws when there is less. */
  readonly read: (into: Uint8Array, at: number) => void;
  /** Told when a page is damaged, before BAD_FEED is thrown: so that the file is not used again. */
  readonly onDamage?: () => void;
}

/** Brings parts of an index to hand before they are looked at. Each throws BAD_FEED where the file is damaged. */
export interface Parts {
  readonly text: (n: number) => void;
  /** All rows of a package with the lists they name. */
  readonly rows: (package_: number) => void;
  readonly group: (position: number) => void;
  readonly groupIds: () => void;
  readonly extras: () => void;
  readonly all: () => void;
}

const ROWS = ["rowRecord", "rowIntroduced", "rowFixed", "rowUrgency", "rowLow", "rowHigh", "rowFlags"] as const;
/** Sections with one value for each group; those with two follow. */
const GROUPS = [
  "groupId",
  "groupSummary",
  "groupSeverity",
  "groupScore",
  "groupVector",
  "groupPublished",
  "groupModified",
  "groupSsvc",
] as const;
const PAIRS = ["groupEpss", "groupHash"] as const;
const LISTS = [
  ["groupAliasOffsets", "groupAliases"],
  ["groupRecordOffsets", "groupRecords"],
] as const;
/** What is brought to hand only where it is asked for: nine tenths of an index. */
const LATER: ReadonlySet<string> = new Set([
  "stringOffsets",
  "stringBytes",
  "listValues",
  "packageHash",
  "extras",
  ...ROWS,
  ...GROUPS,
  ...PAIRS,
  ...LISTS.flat(),
]);

type View = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** Reads pages of a file into their places, each once, and checks them. */
const createPages = (bytes: Uint8Array, { read, onDamage }: IndexSource, { pageSums }: Sections) => {
  const pagesAt = pageSums.byteOffset - bytes.byteOffset;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  if (pageSums.length !== Math.ceil(pagesAt / PAGE_BYTES)) throw brokenIndex("its pages are torn");
  read(new Uint8Array(bytes.buffer, pageSums.byteOffset, pageSums.byteLength), pagesAt);
  const isRead = new Uint8Array(pageSums.length);
  /** Brings the bytes between two places to hand; pages side by side are read at once. */
  const bring = (from: number, to: number): void => {
    const end = Math.min(isRead.length, Math.ceil(to / PAGE_BYTES));
    for (let page = Math.floor(from / PAGE_BYTES); page < end; page++) {
      if (isRead[page] === 1) continue;
      let last = page + 1;
      while (last < end && isRead[last] === 0) last++;
      const at = page * PAGE_BYTES;
      read(bytes.subarray(at, Math.min(pagesAt, last * PAGE_BYTES)), at);
      for (; page < last; page++) {
        if (sumOfPage(words, page, pagesAt) !== pageSums[page]) {
          onDamage?.();
          throw brokenIndex("a checksum is wrong");
        }
        isRead[page] = 1;
      }
    }
  };
  return {
    /** Values of a section. */
    bring: (view: View, from: number, to: number): void => {
      if (from >= to) return;
      const start = view.byteOffset - bytes.byteOffset;
      bring(start + from * view.BYTES_PER_ELEMENT, start + to * view.BYTES_PER_ELEMENT);
    },
    all: (): void => bring(0, pagesAt),
  };
};

/**
 * The sections of an index of which only the small tables are read now; `parts` brings the rest to hand. The memory of what
 * is never asked for is never touched. Throws BAD_FEED.
 */
export const openParts = (source: IndexSource): { bytes: Uint8Array; sections: Sections; parts: Parts } => {
  const { sizeBytes } = source;
  if (sizeBytes < HEADER_BYTES || sizeBytes % 8 !== 0) throw brokenIndex("it is cut short");
  if (sizeBytes > INDEX_BYTES_MAX) throw brokenIndex("it is too large");
  const bytes = new Uint8Array(sizeBytes);
  source.read(bytes.subarray(0, HEADER_BYTES), 0);
  const s = viewsOf(bytes);
  const pages = createPages(bytes, source, s);
  for (const [name, view] of Object.entries(s)) {
    if (!LATER.has(name) && name !== "pageSums") pages.bring(view, 0, view.length);
  }
  return { bytes, sections: s, parts: partsOf(s, pages) };
};

const partsOf = (s: Sections, { bring, all }: ReturnType<typeof createPages>): Parts => ({
  all,
  text: (n) => {
    bring(s.stringOffsets, n, n + 2);
    bring(s.stringBytes, s.stringOffsets[n]!, s.stringOffsets[n + 1]!);
  },
  rows: (package_) => {
    const [from, to] = [s.packageRowOffsets[package_]!, s.packageRowOffsets[package_ + 1]!];
    for (const name of ROWS) bring(s[name], from, to);
    for (let row = from; row < to; row++) {
      if ((s.rowFlags[row]! & (ROW.keyList | ROW.textList)) === 0) continue;
      const list = s.rowLow[row]!;
      bring(s.listValues, s.listOffsets[list]!, s.listOffsets[list + 1]!);
    }
  },
  group: (i) => {
    for (const name of GROUPS) bring(s[name], i, i + 1);
    for (const name of PAIRS) bring(s[name], i * 2, i * 2 + 2);
    for (const [offsets, values] of LISTS) {
      bring(s[offsets], i, i + 2);
      bring(s[values], s[offsets][i]!, s[offsets][i + 1]!);
    }
  },
  groupIds: () => bring(s.groupId, 0, s.groupId.length),
  extras: () => bring(s.extras, 0, s.extras.length),
});

/** Texts whose bytes are brought to hand first. */
export const textsInParts = (texts: Texts, parts: Parts): Texts => ({
  decode: (n) => (parts.text(n), texts.decode(n)),
  recall: (n) => (parts.text(n), texts.recall(n)),
  equals: (n, value) => (parts.text(n), texts.equals(n, value)),
});

/** A judge whose rows are brought to hand first. */
export const judgeInParts = (judge: Judge, { rows }: Parts): Judge => ({
  verdict: (packages, scheme, version) => {
    for (const one of packages) rows(one);
    return judge.verdict(packages, scheme, version);
  },
  layered: (layers, scheme, version) => {
    for (const layer of layers) rows(layer.package);
    return judge.layered(layers, scheme, version);
  },
  explain: (layers, scheme, version) => {
    for (const layer of layers) rows(layer.package);
    return judge.explain(layers, scheme, version);
  },
});
