import { type AdvisoryRecord, SEVERITIES, type Severity } from "../advisory/advisory.ts";
import { baseScore, severityOfLabel } from "../severity/cvss.ts";
import type { NamedRecord } from "./aliases.ts";
import { createColumn, createLists } from "./bytes.ts";
import { NONE } from "./layout.ts";
import type { Strings } from "./strings.ts";

/** A rating; `vector` is a number of the string table. */
export interface Cvss {
  readonly version: number;
  readonly score: number;
  readonly vector: number;
}

/** Whole seconds since 1970; NONE for no time, one that does not parse and one before. Later than 2106 is 2106. */
export const secondsOf = (iso: string | null): number => {
  const seconds = iso === null ? Number.NaN : Math.floor(Date.parse(iso) / 1000);
  return seconds >= 0 ? Math.min(seconds, NONE - 1) : NONE;
};

/** Score and version as one number: tenths of both. */
export const packRating = (cvss: { readonly version: number | string; readonly score: number }): number =>
  Math.round(Number(cvss.version) * 10) * 256 + Math.round(cvss.score * 10);

/** The reverse of `packRating`; null where there is no vector. */
export const unpackRating = (rating: number, vector: number): Cvss | null =>
  vector === NONE ? null : { version: (rating >> 8) / 10, score: (rating & 0xff) / 10, vector };

/** What is kept of records besides their rows: columns of numbers, about 50 bytes a record. Texts are numbers of the string table. */
export const createRecords = (strings: Strings) => {
  const ids = createColumn();
  const summaries = createColumn();
  const vectors = createColumn();
  const ratings = createColumn();
  const labels = createColumn();
  const published = createColumn();
  const modified = createColumn();
  const withdrawn = new Map<number, number>();
  /** Three of each record: aliases, upstream, weaknesses. */
  const names = createLists();
  const textsOf = (list: number): string[] => Array.from(names.of(list), strings.of);

  return {
    /** Answers the position of the record. */
    add: (record: AdvisoryRecord): number => {
      const n = ids.length;
      const vector = record.severity.vectors[0];
      const score = vector === undefined ? null : baseScore(vector);
      ids.push(strings.intern(record.id));
      summaries.push(strings.intern(record.summary));
      vectors.push(score ? strings.intern(vector!) : NONE);
      ratings.push(score ? packRating(score) : 0);
      labels.push(SEVERITIES.indexOf(severityOfLabel(record.severity.label)) * 2 + (record.origin === "" ? 0 : 1));
      published.push(secondsOf(record.publishedAt));
      modified.push(secondsOf(record.modifiedAt));
      if (record.withdrawnAt !== null) withdrawn.set(n, Date.parse(record.withdrawnAt));
      for (const list of [record.aliases, record.upstream, record.cwes ?? []]) names.add(list.map(strings.intern));
      return n;
    },
    get length(): number {
      return ids.length;
    },
    id: (n: number): string => strings.of(ids.at(n)),
    idText: (n: number): number => ids.at(n),
    summary: (n: number): number => summaries.at(n),
    /** Its names, decoded at each call. */
    at: (n: number): NamedRecord => ({
      id: strings.of(ids.at(n)),
      aliases: textsOf(n * 3),
      upstream: textsOf(n * 3 + 1),
    }),
    cwes: (n: number): Uint32Array => names.of(n * 3 + 2),
    /** Converted from another source's data. */
    isConverted: (n: number): boolean => (labels.at(n) & 1) === 1,
    label: (n: number): Severity => SEVERITIES[labels.at(n) >> 1]!,
    cvss: (n: number): Cvss | null => unpackRating(ratings.at(n), vectors.at(n)),
    /** Seconds or NONE, as the next. */
    published: (n: number): number => published.at(n),
    modified: (n: number): number => modified.at(n),
    /** Milliseconds since 1970; NaN when it stands or the time does not parse. */
    withdrawnAt: (n: number): number => withdrawn.get(n) ?? Number.NaN,
    withdraw: (n: number, at: number): void => void withdrawn.set(n, at),
    /** The sections of ids and withdrawals. */
    sections: () => {
      const gone = [...withdrawn].filter(([, at]) => !Number.isNaN(at)).sort((a, b) => a[0] - b[0]);
      return {
        recordId: ids.view(),
        withdrawnRecords: Uint32Array.from(gone, ([n]) => n),
        withdrawnAt: Float64Array.from(gone, ([, at]) => at),
      };
    },
    /** Gives back all but what `sections` answers. */
    free: (): void => {
      for (const column of [summaries, vectors, ratings, labels, published, modified, names]) column.free();
    },
  };
};
