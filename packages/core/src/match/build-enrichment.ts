import { type CveEnrichment, CWES_MAX, EXPLOITS_MAX, isCwe, type LifeCycle } from "../advisory/enrichment.ts";
import { baseScore } from "../severity/cvss.ts";
import { compareText } from "./aliases.ts";
import { createCveFacts, type CveFacts, packSsvc } from "./build-facts.ts";
import { createColumn } from "./bytes.ts";
import { NONE, ROW } from "./layout.ts";
import type { Store } from "./store.ts";
import { type Cvss, secondsOf } from "./store-records.ts";

export { type CveFacts, packSsvc, unpackSsvc } from "./build-facts.ts";

/** Lengths in UTF-16 units; longer ones are no address and no name. */
const ADDRESS_MAX = 500;
const NAME_MAX = 300;
const LIFE_CYCLES_MAX = 10_000;

/** The extra section of an index: small tables that are read whole. */
export interface Extras {
  readonly cweNames: Readonly<Record<string, string>>;
  readonly lifeCycles: readonly LifeCycle[];
}

const union = (known: number[], more: readonly number[], max: number): void => {
  for (const one of more) if (known.length < max && !known.includes(one)) known.push(one);
};

const millis = (iso: string | null): number => (iso === null ? Number.NaN : Date.parse(iso));

const isAddress = (text: string): boolean => text.length <= ADDRESS_MAX && /^https?:\/\//.test(text);

/** Collects enrichment of CVEs until the groups are known. What a source says first stands; lists are joined. */
export const createEnrichment = ({ strings }: Store) => {
  const cves = createCveFacts(strings);
  const cweNames = new Map<string, string>();
  const lifeCycles = new Map<string, LifeCycle>();

  const bestOf = (vectors: readonly string[]): Cvss | null => {
    let best: Cvss | null = null;
    for (const vector of vectors) {
      const score = baseScore(vector);
      if (score === null || (best !== null && Number(score.version) <= best.version)) continue;
      best = { version: Number(score.version), score: score.score, vector: strings.intern(vector.trim()) };
    }
    return best;
  };

  const cve = (entry: CveEnrichment): void => {
    const cvss = bestOf(entry.vectors);
    const cwes = entry.cwes.filter(isCwe).map(strings.intern);
    const exploits = entry.exploits.filter(isAddress).map(strings.intern);
    const summary = entry.summary === "" ? null : strings.intern(entry.summary);
    const known = cves.of(entry.id);
    if (known === null) {
      cves.put(entry.id, {
        cvss,
        cwes: cwes.slice(0, CWES_MAX),
        exploits: exploits.slice(0, EXPLOITS_MAX),
        ssvc: entry.ssvc,
        rejectedAt: millis(entry.rejectedAt),
        isPublished: entry.isPublished === true,
        summary,
        published: secondsOf(entry.publishedAt),
      });
      return;
    }
    if (cvss !== null && (known.cvss === null || cvss.version > known.cvss.version)) known.cvss = cvss;
    union(known.cwes, cwes, CWES_MAX);
    union(known.exploits, exploits, EXPLOITS_MAX);
    known.ssvc ??= entry.ssvc;
    if (Number.isNaN(known.rejectedAt)) known.rejectedAt = millis(entry.rejectedAt);
    known.isPublished ||= entry.isPublished === true;
    known.summary ??= summary;
    if (known.published === NONE) known.published = secondsOf(entry.publishedAt);
    cves.put(entry.id, known);
  };

  const sortedCycles = (): LifeCycle[] => [...lifeCycles.values()].sort((a, b) => compareText(a.product, b.product));

  return {
    cve,
    cwe: (id: string, name: string): void => {
      if (isCwe(id) && name !== "") cweNames.set(id, name.slice(0, NAME_MAX));
    },
    lifeCycle: (product: LifeCycle): void => {
      if (lifeCycles.size < LIFE_CYCLES_MAX) lifeCycles.set(product.product, product);
    },
    of: cves.of,
    /** Gives the memory back at once. */
    free: cves.free,
    /** Sorted by product. */
    lifeCycles: sortedCycles,
    extras: (): Uint8Array<ArrayBuffer> => {
      const extras: Extras = {
        cweNames: Object.fromEntries([...cweNames].sort(([a], [b]) => compareText(a, b))),
        lifeCycles: sortedCycles(),
      };
      return new TextEncoder().encode(JSON.stringify(extras));
    },
  };
};

export type EnrichmentStore = ReturnType<typeof createEnrichment>;

const CVE_AT_END = /CVE-\d{4}-\d{4,19}$/;

/**
 * Withdraws the records about rejected CVEs: those whose own id ends with it (`DEBIAN-CVE-…`). Records with an id of their
 * own (a GHSA) stand until their source withdraws them.
 */
export const withdrawRejected = (store: Store, enrichment: EnrichmentStore): void => {
  const rejected = new Set<number>();
  const { records: stored } = store;
  for (let i = 0; i < stored.length; i++) {
    const id = CVE_AT_END.exec(stored.id(i))?.[0];
    const facts = id === undefined ? null : enrichment.of(id);
    const at = facts === null || facts.isPublished ? Number.NaN : facts.rejectedAt;
    if (Number.isNaN(at) || !Number.isNaN(stored.withdrawnAt(i))) continue;
    stored.withdraw(i, at);
    rejected.add(i);
  }
  if (rejected.size === 0) return;
  const records = store.rows.record.view();
  const flags = store.rows.flags.view();
  for (let row = 0; row < records.length; row++)
    if (rejected.has(records[row]!)) flags[row]! |= ROW.withdrawn | ROW.rejected;
};

const cweNumber = (text: string): number => Number(text.slice(4));

/** Gathers the sections of groups' weaknesses, decisions and exploits, group by group. */
export const createGroupFacts = (store: Store, enrichment: EnrichmentStore, groupCount: number) => {
  const { of, intern } = store.strings;
  const cwes = { groups: createColumn(), texts: createColumn() };
  const exploits = { groups: createColumn(), texts: createColumn() };
  const groupSsvc = new Uint8Array(groupCount);
  return {
    /** Answers what is shown of these, as a text that changes when it does. */
    add: (group: number, facts: readonly CveFacts[], records: readonly number[]): string => {
      const ownCwes = records.flatMap((record) => Array.from(store.records.cwes(record)));
      const ids = [...new Set([...ownCwes, ...facts.flatMap((one) => one.cwes)])].map(of);
      ids.sort((a, b) => cweNumber(a) - cweNumber(b));
      const addresses = [...new Set(facts.flatMap((one) => one.exploits))].map(of).sort(compareText);
      const shown = [
        [cwes, ids.slice(0, CWES_MAX)],
        [exploits, addresses.slice(0, EXPLOITS_MAX)],
      ] as const;
      for (const [table, texts] of shown) {
        for (const text of texts) {
          table.groups.push(group);
          table.texts.push(intern(text));
        }
      }
      // a notice is as urgent as the most urgent of what it covers
      groupSsvc[group] = Math.max(0, ...facts.map((one) => packSsvc(one.ssvc)));
      return [...shown[0][1], ...shown[1][1], groupSsvc[group]].join("\0");
    },
    sections: () => ({
      groupSsvc,
      cweGroups: cwes.groups.view(),
      cweTexts: cwes.texts.view(),
      exploitGroups: exploits.groups.view(),
      exploitTexts: exploits.texts.view(),
      extras: enrichment.extras(),
    }),
  };
};
