import { type Ssvc, SSVC } from "../advisory/enrichment.ts";
import { createColumn, createLists, createMarks } from "./bytes.ts";
import { NONE } from "./layout.ts";
import { type Cvss, packRating, unpackRating } from "./store-records.ts";
import type { Strings } from "./strings.ts";

/** What the sources together say of one CVE. Texts are numbers of the string table. */
export interface CveFacts {
  cvss: Cvss | null;
  cwes: number[];
  exploits: number[];
  ssvc: Ssvc | null;
  rejectedAt: number;
  isPublished: boolean;
  summary: number | null;
  /** Seconds since 1970 or NONE. */
  published: number;
}

/** One byte: 0 is undecided, else 1 + the three positions. */
export const packSsvc = (ssvc: Ssvc | null): number =>
  ssvc === null
    ? 0
    : 1 +
      SSVC.exploitation.indexOf(ssvc.exploitation) * 4 +
      SSVC.automatable.indexOf(ssvc.automatable) * 2 +
      SSVC.technicalImpact.indexOf(ssvc.technicalImpact);

/** The reverse of `packSsvc`; null for bytes that it never writes. */
export const unpackSsvc = (byte: number): Ssvc | null => {
  const exploitation = SSVC.exploitation[(byte - 1) >> 2];
  const automatable = SSVC.automatable[((byte - 1) >> 1) & 1];
  const technicalImpact = SSVC.technicalImpact[(byte - 1) & 1];
  if (byte === 0 || !exploitation || !automatable || !technicalImpact) return null;
  return { exploitation, automatable, technicalImpact };
};

/** Bit of the column of SSVC bytes: the CVE is published. */
const PUBLISHED = 0x100;

/** Facts by CVE id in columns of numbers, about 40 bytes each: as objects those of every CVE would weigh most in a build. */
export const createCveFacts = (strings: Strings) => {
  /** By the number of the id's text: the row of the newest facts plus one. */
  const rowOf = createMarks();
  const ratings = createColumn();
  const vectors = createColumn();
  const ssvcs = createColumn();
  const summaries = createColumn();
  const published = createColumn();
  const rejectedAt = new Map<number, number>();
  /** Two of each row: weaknesses, exploits. */
  const lists = createLists();

  return {
    /** Made anew at each call; null when nothing is known. */
    of: (id: string): CveFacts | null => {
      const text = strings.find(id);
      const row = (text < 0 ? 0 : rowOf.at(text)) - 1;
      if (row < 0) return null;
      return {
        cvss: unpackRating(ratings.at(row), vectors.at(row)),
        cwes: Array.from(lists.of(row * 2)),
        exploits: Array.from(lists.of(row * 2 + 1)),
        ssvc: unpackSsvc(ssvcs.at(row) & 0xff),
        rejectedAt: rejectedAt.get(row) ?? Number.NaN,
        isPublished: (ssvcs.at(row) & PUBLISHED) !== 0,
        summary: summaries.at(row) === NONE ? null : summaries.at(row),
        published: published.at(row),
      };
    },
    /** From now on these are the facts of the CVE; the row of former ones is left behind. */
    put: (id: string, facts: CveFacts): void => {
      const row = ratings.length;
      ratings.push(facts.cvss === null ? 0 : packRating(facts.cvss));
      vectors.push(facts.cvss?.vector ?? NONE);
      ssvcs.push(packSsvc(facts.ssvc) | (facts.isPublished ? PUBLISHED : 0));
      summaries.push(facts.summary ?? NONE);
      published.push(facts.published);
      if (!Number.isNaN(facts.rejectedAt)) rejectedAt.set(row, facts.rejectedAt);
      lists.add(facts.cwes);
      lists.add(facts.exploits);
      rowOf.set(strings.intern(id), row + 1);
    },
    free: (): void => {
      for (const column of [rowOf, ratings, vectors, ssvcs, summaries, published, lists]) column.free();
      rejectedAt.clear();
    },
  };
};
