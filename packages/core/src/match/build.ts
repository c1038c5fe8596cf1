import type { AdvisoryRecord } from "../advisory/advisory.ts";
import type { CveEnrichment, LifeCycle } from "../advisory/enrichment.ts";
import { endOfLifeRecords } from "../advisory/life-cycle.ts";
import { groupRecords } from "./aliases.ts";
import { createEnrichment, withdrawRejected } from "./build-enrichment.ts";
import { buildGroups } from "./build-groups.ts";
import { hashPackages } from "./build-hashes.ts";
import { buildRows, packRows } from "./build-rows.ts";
import { hashName } from "./bytes.ts";
import { createEpss } from "./epss.ts";
import { pack, type Sections } from "./layout.ts";
import { createStore, type Store } from "./store.ts";
import type { IndexMeta } from "./types.ts";

/** Packages by the hash of ecosystem number and name, linear probing, at most half full; 0 is an empty slot. */
const packPackages = (store: Store, byName: Uint32Array) => {
  const { intern } = store.strings;
  const names = [...store.ecosystems].sort();
  const number = new Map(names.map((name, i) => [name, i]));
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(byName.length * 2 + 2)));
  const packageEcosystem = new Uint32Array(byName.length);
  const packageName = new Uint32Array(byName.length);
  byName.forEach((stored, rank) => {
    packageEcosystem[rank] = number.get(store.packages.ecosystem(stored))!;
    packageName[rank] = store.packages.nameText(stored);
    let slot = hashName(packageEcosystem[rank], store.packages.name(stored)) & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = rank + 1;
  });
  return { ecosystems: Uint32Array.from(names, intern), packageEcosystem, packageName, slots };
};

type TextSections = Pick<Sections, (typeof TEXT_SECTIONS)[number]>;
/** Sections whose values are numbers of the string table. */
const TEXT_SECTIONS = [
  "rowIntroduced",
  "rowFixed",
  "lastTexts",
  "urgencies",
  "directTexts",
  "ecosystems",
  "packageName",
  "recordId",
  "groupId",
  "groupSummary",
  "groupVector",
  "kevDates",
  "groupAliases",
  "cweTexts",
  "exploitTexts",
] as const;

/** Where numbers of the string table stand in the sections, lists of texts included. */
const textColumns = (
  sections: TextSections & Pick<Sections, "listOffsets" | "listValues">,
  isTextList: readonly boolean[],
): Uint32Array[] => {
  const { listOffsets, listValues } = sections;
  const lists = isTextList.flatMap((isText, i) =>
    isText ? [listValues.subarray(listOffsets[i], listOffsets[i + 1])] : [],
  );
  return [...TEXT_SECTIONS.map((name) => sections[name]), ...lists];
};

/** What the caller knows about a build; the counts come from the builder. */
export type BuildMeta = Pick<IndexMeta, "builtAt" | "sources" | "generation">;

/** Collects records and enrichment in any order and writes the one-file index. */
export interface IndexBuilder {
  add(record: AdvisoryRecord): void;
  /** `addedAt`: the date of CISA's listing, `YYYY-MM-DD`. */
  kev(cve: string, addedAt: string): void;
  /** Score and percentile in 0..1; other values are ignored. */
  epss(cve: string, score: number, percentile: number): void;
  /** As `epss`; the CVE as its year times a billion plus its number. */
  epssRow(key: number, score: number, percentile: number): void;
  /** What a source says of a CVE; the first source's word stands, lists are joined. CVEs that no record names are dropped. */
  cve(entry: CveEnrichment): void;
  /** The name of a weakness, `CWE-79`. */
  cwe(id: string, name: string): void;
  lifeCycle(product: LifeCycle): void;
  /** The finished artefact; the same calls in the same order give the same bytes. The builder is used up. */
  finish(meta: BuildMeta): Uint8Array<ArrayBuffer>;
}

/** Makes an empty builder. It keeps columns and interned texts, about 1.5 KB for a record of the OSV data. */
export const createIndexBuilder = (): IndexBuilder => {
  const store = createStore();
  const kev = new Map<string, string>();
  const epss = createEpss();
  const facts = createEnrichment(store);
  return {
    add: store.add,
    kev: (cve, addedAt) => void kev.set(cve, addedAt.slice(0, 10)),
    epss: epss.add,
    epssRow: epss.addRow,
    cve: facts.cve,
    cwe: facts.cwe,
    lifeCycle: facts.lifeCycle,
    finish: ({ builtAt, sources, generation }) => {
      // An end of life alone must not make the rest of an ecosystem look judged.
      const covered = new Set(store.ecosystems);
      for (const record of endOfLifeRecords(facts.lifeCycles(), builtAt, (one) => covered.has(one))) store.add(record);
      withdrawRejected(store, facts);
      const groups = groupRecords(store.records);
      const built = buildRows(store, groups);
      const packageHash = hashPackages(store, groups, built);
      const groupSections = buildGroups(store, groups, { kev, epss: epss.of, facts });
      // The drafts need not lie beside the finished bytes.
      for (const draft of [...Object.values(store.rows), store.lists, store.records, epss, facts, groups]) draft.free();
      const rowSections = packRows(store, built);
      const packageSections = packPackages(store, built.byName);
      const meta: IndexMeta = {
        schema: "zerotrace.index/1",
        builtAt,
        recordCount: store.records.length,
        groupCount: groups.length,
        rangeCount: rowSections.rowFlags.length,
        sources,
        ...(generation !== undefined && { generation }),
      };
      const sections = {
        ...rowSections,
        ...packageSections,
        packageHash,
        ...groupSections,
        ...store.records.sections(),
      };
      return pack({
        meta: new TextEncoder().encode(JSON.stringify(meta)),
        ...sections,
        ...store.strings.finish(textColumns(sections, built.isTextList)),
      });
    },
  };
};
