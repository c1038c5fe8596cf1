import type { AdvisoryRecord } from "../advisory/advisory.ts";
import type { CveEnrichment, LifeCycle } from "../advisory/enrichment.ts";
import { endOfLifeRecords } from "../advisory/life-cycle.ts";
import { groupRecords } from "./aliases.ts";
import { createEnrichment, withdrawRejected } from "./build-enrichment.ts";
import { buildGroups } from "./build-groups.ts";
import { buildRows, hashPackages } from "./build-rows.ts";
import { hashName } from "./bytes.ts";
import { pack } from "./layout.ts";
import { createStore, type Store } from "./store.ts";
import type { IndexMeta } from "./types.ts";

/** EPSS rows that are kept until `finish`, with a wide margin over all CVE ids that exist. */
export const EPSS_ROWS_MAX = 5_000_000;

const CVE = /^CVE-(\d{4})-(\d{4,9})$/;

/** A CVE id as one exact number, or -1. */
const numberOfCve = (cve: string): number => {
  const found = CVE.exec(cve);
  return found ? Number(found[1]) * 1e9 + Number(found[2]) : -1;
};

const createEpss = () => {
  let keys = new Float64Array(4096);
  let values = new Float64Array(8192);
  let length = 0;
  const add = (cve: string, score: number, percentile: number): void => {
    const key = numberOfCve(cve);
    if (key < 0 || !(score >= 0 && score <= 1) || !(percentile >= 0 && percentile <= 1) || length >= EPSS_ROWS_MAX)
      return;
    if (length === keys.length) {
      keys = new Float64Array(keys.buffer.transfer(keys.byteLength * 2));
      values = new Float64Array(values.buffer.transfer(values.byteLength * 2));
    }
    keys[length] = key;
    values[length * 2] = score;
    values[length * 2 + 1] = percentile;
    length++;
  };
  /** Rows by CVE number, of those alone that are wanted; the last row of a CVE wins. Gives back what held all of them. */
  const pick = (wanted: ReadonlySet<number>): Map<number, { score: number; percentile: number }> => {
    const found = new Map<number, { score: number; percentile: number }>();
    for (let i = 0; i < length; i++) {
      if (wanted.has(keys[i]!)) found.set(keys[i]!, { score: values[i * 2]!, percentile: values[i * 2 + 1]! });
    }
    length = 0;
    keys.buffer.transfer(0);
    values.buffer.transfer(0);
    return found;
  };
  return { add, pick };
};

const packLists = (lists: readonly Uint32Array[]) => {
  const listOffsets = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => (listOffsets[i + 1] = listOffsets[i]! + list.length));
  const listValues = new Uint32Array(listOffsets[lists.length]!);
  lists.forEach((list, i) => listValues.set(list, listOffsets[i]));
  return { listOffsets, listValues };
};

const packStrings = (values: readonly string[]) => {
  const encoder = new TextEncoder();
  const stringOffsets = new Uint32Array(values.length + 1);
  let bytes = new Uint8Array(1 << 20);
  let at = 0;
  values.forEach((value, i) => {
    if (bytes.length - at < value.length * 3) {
      const larger = new Uint8Array(Math.max(bytes.length * 2, at + value.length * 3));
      larger.set(bytes);
      bytes = larger;
    }
    stringOffsets[i] = at;
    at += encoder.encodeInto(value, bytes.subarray(at)).written;
  });
  stringOffsets[values.length] = at;
  return { stringOffsets, stringBytes: bytes.subarray(0, at) };
};

/** Packages by the hash of ecosystem number and name, linear probing, at most half full; 0 is an empty slot. */
const packPackages = (store: Store, byName: readonly number[]) => {
  const { intern } = store.strings;
  const names = [...store.ecosystems].sort();
  const number = new Map(names.map((name, i) => [name, i]));
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(byName.length * 2 + 2)));
  const packageEcosystem = new Uint32Array(byName.length);
  const packageName = new Uint32Array(byName.length);
  byName.forEach((stored, rank) => {
    const { ecosystem, name } = store.packages[stored]!;
    packageEcosystem[rank] = number.get(ecosystem)!;
    packageName[rank] = intern(name);
    let slot = hashName(packageEcosystem[rank], name) & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = rank + 1;
  });
  return { ecosystems: Uint32Array.from(names, intern), packageEcosystem, packageName, slots };
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
    cve: facts.cve,
    cwe: facts.cwe,
    lifeCycle: facts.lifeCycle,
    finish: ({ builtAt, sources, generation }) => {
      // An end of life alone must not make the rest of an ecosystem look judged.
      const covered = new Set(store.ecosystems);
      for (const record of endOfLifeRecords(facts.lifeCycles(), builtAt, (one) => covered.has(one))) store.add(record);
      withdrawRejected(store, facts);
      const groups = groupRecords(store.records);
      const rows = buildRows(store, groups);
      const wanted = new Set(groups.flatMap((g) => [g.id, ...g.aliases].map(numberOfCve)).filter((n) => n >= 0));
      const scores = epss.pick(wanted);
      const groupSections = buildGroups(store, groups, {
        kev,
        epss: (cve) => scores.get(numberOfCve(cve)) ?? null,
        facts,
      });
      const packageHash = hashPackages(store, groups, rows);
      // The rows are written: their drafts need not lie beside the finished bytes.
      for (const column of [...Object.values(store.rows), store.listOffsets, store.listValues]) column.free();
      const { lists, byName, ...rowSections } = rows;
      const packageSections = packPackages(store, byName);
      const meta: IndexMeta = {
        schema: "zerotrace.index/1",
        builtAt,
        recordCount: store.records.length,
        groupCount: groups.length,
        rangeCount: rows.rowFlags.length,
        sources,
        ...(generation !== undefined && { generation }),
      };
      const recordId = Uint32Array.from(store.records, (record) => store.strings.intern(record.id));
      return pack({
        meta: new TextEncoder().encode(JSON.stringify(meta)),
        ...packStrings(store.strings.values),
        ...rowSections,
        ...packLists(lists),
        ...packageSections,
        packageHash,
        ...groupSections,
        recordId,
        recordWithdrawn: Float64Array.from(store.records, (record) => record.withdrawnAt),
      });
    },
  };
};
