import type { AdvisoryGroup } from "../advisory/advisory.ts";

/** What the index says of one package version. `hits` is sorted by advisory id. */
export interface Verdict {
  readonly verdict: "affected" | "not_affected" | "unknown";
  /**
   * Why it is unknown: no record names this ecosystem, the system's release is past its end of life and no record names
   * it, the version does not parse, or the package is known in modules alone and its stream is not (`no_stream`). `vex` where statements closed all that affects it, which no index says by itself.
   * Absent otherwise.
   */
  readonly reason?: "no_feed" | "end_of_life" | "unparsable" | "no_stream" | "vex";
  readonly hits: readonly Hit[];
}

export interface Hit {
  /** Position of the group in the index; see `AdvisoryIndex.advisory`. */
  readonly advisory: number;
  /** The record that decided. */
  readonly recordId: string;
  readonly introduced: string;
  /** The version that closes it; null when none is known. The highest where records of one group differ. */
  readonly fixedIn: string | null;
  readonly lastAffected: string | null;
  /** The distribution's urgency; empty when none. */
  readonly urgency: string;
}

/** One range of one record and what it says of a version, for explanations. */
export interface ExplainedRange extends Hit {
  readonly group: AdvisoryGroup;
  readonly outcome:
    | "affected"
    | "below"
    | "fixed"
    | "above_last"
    | "not_listed"
    | "withdrawn"
    | "unparsable"
    /** It would affect, but another edition's records speak of this build (Ubuntu Pro, a minor release of Red Hat). */
    | "other_edition";
  readonly withdrawnAt: string | null;
  /** True when it is the CVE program that rejected the CVE of this record, not the publisher that withdrew it. */
  readonly isRejected?: true;
}

/** What stands in the head of an index file. */
export interface IndexMeta {
  readonly schema: "zerotrace.index/1";
  readonly builtAt: string;
  readonly recordCount: number;
  readonly groupCount: number;
  readonly rangeCount: number;
  readonly sources: readonly SourceReport[];
  /** The name (content hash) of the generation that it was built from; absent when it was built from none. */
  readonly generation?: string;
}

/** One source of advisories or enrichment as it was read: shown wherever its data is. */
export interface SourceReport {
  /** The feed plugin's id: `osv`, `kev`, `epss`, `debian-archive`. */
  readonly feed: string;
  /** The folder or address it was read from. */
  readonly location: string;
  /** Date of the data itself (newest record or the file's own date), ISO; null when the source gives none. */
  readonly dataAt: string | null;
  readonly readAt: string;
  readonly recordCount: number;
  readonly badCount: number;
  /** First bad records with the reason, at most 20. */
  readonly bad: readonly { readonly id: string; readonly reason: string }[];
  /** Ecosystems it has records for, sorted. */
  readonly covers: readonly string[];
  /** What it does not cover, in sentences. */
  readonly notCovered: readonly string[];
  /** Labels of origins inside (records converted from elsewhere). */
  readonly origins: readonly string[];
  /** Of a source of which only some ecosystems were asked for: these, sorted; absent where all of it was. */
  readonly parts?: readonly SourcePart[];
}

/** One ecosystem of a source that was read in part. */
export interface SourcePart {
  /** Without a release. */
  readonly ecosystem: string;
  /** As `dataAt` of the source; null where the source holds nothing of it. */
  readonly dataAt: string | null;
  readonly recordCount: number;
}
