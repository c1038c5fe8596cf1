import { SEVERITIES, type Severity } from "../advisory/advisory.ts";
import { severityOfScore } from "../severity/cvss.ts";
import { type AliasGroup, compareNames, isCve } from "./aliases.ts";
import { buildEnrichment, type CveFacts, type EnrichmentStore } from "./build-enrichment.ts";
import { createColumn, createHash } from "./bytes.ts";
import { NONE } from "./layout.ts";
import type { Store, StoredRecord } from "./store.ts";

/** Enrichment of one CVE id. */
export interface Enrichment {
  readonly kev: ReadonlyMap<string, string>;
  epss(cve: string): { readonly score: number; readonly percentile: number } | null;
  readonly facts: EnrichmentStore;
}

/** Stands in `groupScore` for "no score"; scores are stored as tenths. */
export const NO_SCORE = 255;

interface Rating {
  readonly severity: Severity;
  readonly cvss: StoredRecord["cvss"];
}

const worse = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b);

/** The records' own rating speaks before the one of others about the CVE, unless that is of a newer CVSS version. */
const ratingOf = (records: readonly StoredRecord[], facts: readonly CveFacts[]): Rating => {
  let best: StoredRecord["cvss"] = null;
  let label: Severity = "unknown";
  for (const { cvss, label: own } of records) {
    label = worse(label, own);
    if (!cvss) continue;
    // A newer CVSS version wins, then the higher score.
    if (!best || cvss.version > best.version || (cvss.version === best.version && cvss.score > best.score)) best = cvss;
  }
  for (const { cvss } of facts) if (cvss && (!best || cvss.version > best.version)) best = cvss;
  return { cvss: best, severity: best ? severityOfScore(best.score) : label };
};

/** Withdrawn records speak only where nothing else does; converted data speaks after the original. */
const speakersOf = (group: AliasGroup, records: readonly StoredRecord[]): StoredRecord[] => {
  const all = group.records.map((i) => records[i]!);
  const valid = all.filter((record) => Number.isNaN(record.withdrawnAt));
  return (valid.length > 0 ? valid : all).toSorted(
    (a, b) => Number(a.origin) - Number(b.origin) || compareNames(a.id, b.id),
  );
};

const ratingsOf = (
  groups: readonly AliasGroup[],
  speakers: readonly StoredRecord[][],
  factsOf: (group: AliasGroup) => readonly CveFacts[],
): Rating[] => {
  // a notice is not rated by one of the CVEs that it covers
  const own = speakers.map((records, i) => ratingOf(records, groups[i]!.notice ? [] : factsOf(groups[i]!)));
  const byId = new Map(groups.map((group, i) => [group.id, own[i]!]));
  return groups.map((group, i) => {
    const rating = own[i]!;
    if (!group.notice || rating.severity !== "unknown") return rating;
    // A notice without a rating of its own is as severe as the worst of what it covers.
    const covered = group.aliases.flatMap((name) => byId.get(name) ?? []);
    return covered.reduce((a, b) => {
      if (a.severity !== b.severity) return worse(a.severity, b.severity) === a.severity ? a : b;
      return (b.cvss?.score ?? -1) > (a.cvss?.score ?? -1) ? b : a;
    }, rating);
  });
};

const extreme = (values: readonly number[], pick: (...values: number[]) => number): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : pick(...known);
};

/** Changes when anything that is shown of a group changes. */
const hashOf = (
  texts: readonly string[],
  sections: ReturnType<typeof buildEnrichment>,
  group: number,
  store: Store,
): readonly [number, number] => {
  const { groupCwes, groupCweOffsets, groupExploits, groupExploitOffsets, groupSsvc } = sections;
  const hash = createHash();
  for (const text of texts) hash.text(text);
  const enriched = [
    ...groupCwes.subarray(groupCweOffsets[group], groupCweOffsets[group + 1]),
    ...groupExploits.subarray(groupExploitOffsets[group], groupExploitOffsets[group + 1]),
  ];
  for (const text of enriched) hash.text(store.strings.of(text));
  hash.add(groupSsvc[group]!);
  return hash.pair();
};

const emptySections = (count: number) => {
  const u32 = (): Uint32Array => new Uint32Array(count);
  return {
    groupId: u32(),
    groupSummary: u32(),
    groupSeverity: new Uint8Array(count),
    groupScore: new Uint8Array(count).fill(NO_SCORE),
    groupVector: u32().fill(NONE),
    groupEpss: new Float64Array(count * 2).fill(Number.NaN),
    groupKev: u32().fill(NONE),
    groupPublished: new Float64Array(count),
    groupModified: new Float64Array(count),
    groupHash: new Uint32Array(count * 2),
  };
};

/** Writes the group sections. A notice takes the earliest KEV date and the highest EPSS of the CVEs that it covers. */
export const buildGroups = (store: Store, groups: readonly AliasGroup[], enrichment: Enrichment) => {
  const { intern } = store.strings;
  const count = groups.length;
  const speakers = groups.map((group) => speakersOf(group, store.records));
  const cvesOf = groups.map((group) => [group.id, ...group.aliases].filter(isCve));
  const factsOf = (cves: readonly string[]): CveFacts[] => cves.flatMap((id) => enrichment.facts.of(id) ?? []);
  const ratings = ratingsOf(groups, speakers, (group) => factsOf([group.id, ...group.aliases].filter(isCve)));
  const enriched = buildEnrichment(
    store,
    enrichment.facts,
    groups.map((group, i) => ({ cves: cvesOf[i]!, records: group.records })),
  );
  const out = emptySections(count);
  const aliases = { offsets: createColumn(), values: createColumn() };
  const records = { offsets: createColumn(), values: createColumn() };
  groups.forEach((group, i) => {
    const rating = ratings[i]!;
    const names = [group.id, ...group.aliases];
    const cves = cvesOf[i]!;
    const facts = group.notice ? [] : factsOf(cves);
    const kev = cves.flatMap((cve) => enrichment.kev.get(cve) ?? []).sort()[0];
    const epss = cves.flatMap((cve) => enrichment.epss(cve) ?? []).sort((a, b) => b.score - a.score)[0];
    const summary = speakers[i]!.find((record) => store.strings.of(record.summary) !== "");
    out.groupId[i] = intern(group.id);
    out.groupSummary[i] = summary?.summary ?? facts.find((one) => one.summary !== null)?.summary ?? intern("");
    out.groupSeverity[i] = SEVERITIES.indexOf(rating.severity);
    if (rating.cvss) {
      out.groupScore[i] = Math.round(rating.cvss.score * 10);
      out.groupVector[i] = rating.cvss.vector;
    }
    if (epss) out.groupEpss.set([epss.score, epss.percentile], i * 2);
    if (kev !== undefined) out.groupKev[i] = intern(kev);
    out.groupPublished[i] = extreme(
      [...speakers[i]!, ...facts].map((one) => one.publishedAt),
      Math.min,
    );
    out.groupModified[i] = extreme(
      speakers[i]!.map((record) => record.modifiedAt),
      Math.max,
    );
    aliases.offsets.push(aliases.values.length);
    for (const alias of group.aliases) aliases.values.push(intern(alias));
    records.offsets.push(records.values.length);
    for (const record of group.records) records.values.push(record);
    const texts = [
      ...names,
      store.strings.of(out.groupSummary[i]),
      `${rating.severity} ${rating.cvss?.score ?? ""} ${rating.cvss ? store.strings.of(rating.cvss.vector) : ""}`,
      `${epss?.score ?? ""} ${epss?.percentile ?? ""} ${kev ?? ""}`,
    ];
    out.groupHash.set(hashOf(texts, enriched, i, store), i * 2);
  });
  aliases.offsets.push(aliases.values.length);
  records.offsets.push(records.values.length);
  return {
    ...out,
    ...enriched,
    groupAliasOffsets: aliases.offsets.view(),
    groupAliases: aliases.values.view(),
    groupRecordOffsets: records.offsets.view(),
    groupRecords: records.values.view(),
  };
};
