import type { Ssvc } from "./enrichment.ts";

/** One advisory record, normalized from the OSV schema (https://ossf.github.io/osv-schema/). */
export interface AdvisoryRecord {
  readonly id: string;
  readonly aliases: readonly string[];
  /** Ids this record was derived from; a single one joins its group, several are references only. */
  readonly upstream: readonly string[];
  readonly publishedAt: string | null;
  readonly modifiedAt: string;
  readonly withdrawnAt: string | null;
  readonly summary: string;
  readonly severity: RecordSeverity;
  /** Where the data comes from when it is not the database that the id suggests; empty otherwise. */
  readonly origin: string;
  readonly affected: readonly AffectedPackage[];
  /** Weaknesses, `CWE-79`; absent when the source names none. */
  readonly cwes?: readonly string[];
}

export interface RecordSeverity {
  /** CVSS vectors as written, newest version first; empty when the source gives none. */
  readonly vectors: readonly string[];
  /** The source's own word (`high`, `moderate`, `unimportant` …), lower case; empty when none. */
  readonly label: string;
}

export interface AffectedPackage {
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: readonly AffectedRange[];
  /** Exact versions listed as affected. */
  readonly versions: readonly string[];
  /** The distribution's urgency as written; empty when none. */
  readonly urgency: string;
}

/** introduced <= version < fixed, or introduced <= version <= lastAffected; neither end: no upper bound. */
export interface AffectedRange {
  /** `0` means from the beginning. */
  readonly introduced: string;
  readonly fixed: string | null;
  readonly lastAffected: string | null;
  /** Versions at or above it are not affected, though it is no fix; set only where it is below the other end. */
  readonly limit?: string;
}

/** One line for one weakness: the transitive union of record ids, aliases and single upstreams. */
export interface AdvisoryGroup {
  /** The CVE id where there is one (the smallest), else GHSA, else the smallest id. */
  readonly id: string;
  /** Every other name, sorted. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly severity: Severity;
  readonly cvss: { readonly score: number; readonly vector: string } | null;
  readonly epss: { readonly score: number; readonly percentile: number } | null;
  /** The date CISA listed it as exploited, `YYYY-MM-DD`, or null. */
  readonly kevAddedAt: string | null;
  readonly publishedAt: string | null;
  readonly modifiedAt: string | null;
  /** Weaknesses, `CWE-79`, sorted by number. */
  readonly cwes: readonly string[];
  /** CISA's decision points; null when it has not decided. */
  readonly ssvc: Ssvc | null;
  /** Addresses of known exploits, sorted. */
  readonly exploits: readonly string[];
}

/** `unknown` means that no source gave a severity; it is never `none`. */
export const SEVERITIES = ["critical", "high", "medium", "low", "none", "unknown"] as const;
export type Severity = (typeof SEVERITIES)[number];
