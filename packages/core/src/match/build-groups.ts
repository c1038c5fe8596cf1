import { SEVERITIES, type Severity } from "../advisory/advisory.ts";
import { severityOfScore } from "../severity/cvss.ts";
import { type AliasGroup, type AliasGroups, compareNames, isCve } from "./aliases.ts";
import { createGroupFacts, type CveFacts, type EnrichmentStore } from "./build-enrichment.ts";
import { createColumn, createHash } from "./bytes.ts";
import { packShare } from "./epss.ts";
import { NONE } from "./layout.ts";
import type { Store } from "./store.ts";
import type { Cvss } from "./store-records.ts";

/** Ids that feeds give to records whose source has none but the CVE: they are looked up, and no name that others know. */
const OWN_ID = /^(?:NVD|CVELIST)-CVE-/;

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
  readonly cvss: Cvss | null;
}

const worse = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b);

/** The records' own rating speaks before the one of others about the CVE, unless that is of a newer CVSS version. */
const ratingOf = ({ records: stored }: Store, records: readonly number[], facts: readonly CveFacts[]): Rating => {
  let best: Cvss | null = null;
  let label: Severity = "unknown";
  for (const record of records) {
    const cvss = stored.cvss(record);
    label = worse(label, stored.label(record));
    if (!cvss) continue;
    // A newer CVSS version wins, then the higher score.
    if (!best || cvss.version > best.version || (cvss.version === best.version && cvss.score > best.score)) best = cvss;
  }
  for (const { cvss } of facts) if (cvss && (!best || cvss.version > best.version)) best = cvss;
  return { cvss: best, severity: best ? severityOfScore(best.score) : label };
};

/** Withdrawn records speak only where nothing else does; converted data speaks after the original. */
const speakersOf = (group: AliasGroup, { records: stored }: Store): readonly number[] => {
  if (group.records.length === 1) return group.records;
  const valid = group.records.filter((record) => Number.isNaN(stored.withdrawnAt(record)));
  return (valid.length > 0 ? [...valid] : [...group.records]).sort(
    (a, b) => Number(stored.isConverted(a)) - Number(stored.isConverted(b)) || compareNames(stored.id(a), stored.id(b)),
  );
};

const emptySections = (count: number) => {
  const u32 = (): Uint32Array => new Uint32Array(count);
  return {
    groupId: u32(),
    groupSummary: u32(),
    groupSeverity: new Uint8Array(count),
    groupScore: new Uint8Array(count).fill(NO_SCORE),
    groupVector: u32().fill(NONE),
    groupEpss: new Uint32Array(count * 2).fill(NONE),
    groupPublished: u32(),
    groupModified: u32(),
    groupHash: new Uint32Array(count * 2),
  };
};

type Out = ReturnType<typeof emptySections>;

const forEach = (groups: AliasGroups, tell: (group: AliasGroup, position: number) => void): void => {
  for (let i = 0; i < groups.length; i++) tell(groups.at(i), i);
};

/** Writes severity, score and vector of each group. */
const rate = (
  store: Store,
  groups: AliasGroups,
  out: Out,
  factsOf: (group: AliasGroup) => readonly CveFacts[],
): void => {
  const unknown = SEVERITIES.indexOf("unknown");
  forEach(groups, (group, i) => {
    // a notice is not rated by one of the CVEs that it covers
    const { severity, cvss } = ratingOf(store, speakersOf(group, store), group.notice ? [] : factsOf(group));
    out.groupSeverity[i] = SEVERITIES.indexOf(severity);
    if (!cvss) return;
    out.groupScore[i] = Math.round(cvss.score * 10);
    out.groupVector[i] = cvss.vector;
  });
  // A notice without a rating of its own is as severe as the worst of what it covers.
  const rankOf = (i: number): number =>
    (SEVERITIES.length - out.groupSeverity[i]!) * 256 + (out.groupScore[i] === NO_SCORE ? 0 : out.groupScore[i]! + 1);
  const borrowed: (readonly [number, number])[] = [];
  forEach(groups, (group, i) => {
    if (!group.notice || out.groupSeverity[i] !== unknown) return;
    let worst = i;
    for (const name of group.aliases) {
      const covered = groups.find(name);
      if (covered >= 0 && rankOf(covered) > rankOf(worst)) worst = covered;
    }
    if (worst !== i) borrowed.push([i, worst]);
  });
  const { groupSeverity, groupScore, groupVector } = out;
  // What they cover rates itself: read first, then written, so that no notice borrows from one that borrowed.
  const ratings = borrowed.map(([, from]) => [groupSeverity[from]!, groupScore[from]!, groupVector[from]!] as const);
  borrowed.forEach(([to], i) => {
    [groupSeverity[to], groupScore[to], groupVector[to]] = ratings[i]!;
  });
};

const extreme = (values: readonly number[], pick: (...values: number[]) => number): number => {
  const known = values.filter((value) => value !== NONE);
  return known.length === 0 ? NONE : pick(...known);
};

/** Writes the group sections. A notice takes the earliest KEV date and the highest EPSS of the CVEs that it covers. */
export const buildGroups = (store: Store, groups: AliasGroups, enrichment: Enrichment) => {
  const { strings, records: stored } = store;
  const { intern, of } = strings;
  const cvesOf = (group: AliasGroup): string[] => [group.id, ...group.aliases].filter(isCve);
  const factsOf = (cves: readonly string[]): CveFacts[] => cves.flatMap((id) => enrichment.facts.of(id) ?? []);
  const out = emptySections(groups.length);
  rate(store, groups, out, (group) => factsOf(cvesOf(group)));
  const groupFacts = createGroupFacts(store, enrichment.facts, groups.length);
  const aliases = { offsets: createColumn(), values: createColumn() };
  const records = { offsets: createColumn(), values: createColumn() };
  const kevs = { groups: createColumn(), dates: createColumn() };
  forEach(groups, (group, i) => {
    const cves = cvesOf(group);
    const allFacts = factsOf(cves);
    const facts = group.notice ? [] : allFacts;
    const speakers = speakersOf(group, store);
    const kev = cves.flatMap((cve) => enrichment.kev.get(cve) ?? []).sort()[0];
    const epss = cves.flatMap((cve) => enrichment.epss(cve) ?? []).sort((a, b) => b.score - a.score)[0];
    const empty = intern("");
    const summary = speakers.map(stored.summary).find((text) => text !== empty);
    out.groupId[i] = intern(group.id);
    out.groupSummary[i] = summary ?? facts.find((one) => one.summary !== null)?.summary ?? empty;
    if (epss) out.groupEpss.set([packShare(epss.score), packShare(epss.percentile)], i * 2);
    if (kev !== undefined) {
      kevs.groups.push(i);
      kevs.dates.push(intern(kev));
    }
    out.groupPublished[i] = extreme(
      [...speakers.map(stored.published), ...facts.map((one) => one.published)],
      Math.min,
    );
    out.groupModified[i] = extreme(speakers.map(stored.modified), Math.max);
    aliases.offsets.push(aliases.values.length);
    for (const alias of group.aliases) if (!OWN_ID.test(alias)) aliases.values.push(intern(alias));
    records.offsets.push(records.values.length);
    for (const record of group.records) records.values.push(record);
    const vector = out.groupVector[i]!;
    const hash = createHash();
    for (const text of [
      group.id,
      ...group.aliases,
      of(out.groupSummary[i]),
      `${out.groupSeverity[i]} ${out.groupScore[i]} ${vector === NONE ? "" : of(vector)}`,
      `${epss?.score ?? ""} ${epss?.percentile ?? ""} ${kev ?? ""}`,
      groupFacts.add(i, allFacts, group.records),
    ])
      hash.text(text);
    out.groupHash.set(hash.pair(), i * 2);
  });
  aliases.offsets.push(aliases.values.length);
  records.offsets.push(records.values.length);
  return {
    ...out,
    ...groupFacts.sections(),
    kevGroups: kevs.groups.view(),
    kevDates: kevs.dates.view(),
    groupAliasOffsets: aliases.offsets.view(),
    groupAliases: aliases.values.view(),
    groupRecordOffsets: records.offsets.view(),
    groupRecords: records.values.view(),
  };
};
