import type { Severity, SourceReport, VexStatus } from "@zerotrace/core";
import type { ImageFault, TargetInventory, TargetKind } from "../targets/target.ts";

/** What a scan says: `zerotrace.scan/1`. Everything sorted; the same inventories and feeds give the same report. */
export interface ScanReport {
  readonly schema: "zerotrace.scan/1";
  /** The names of all targets, with a comma between them. */
  readonly target: string;
  readonly targets: readonly ReportTarget[];
  /** Components of all targets together (count). */
  readonly components: number;
  /** Lists that exist and cannot be read, and what was left out. */
  readonly unreadable?: readonly Unreadable[];
  /** Entries of lists that were read otherwise: they are unknown, not absent. */
  readonly leftOut?: readonly Unreadable[];
  readonly coverage: readonly ScanCoverage[];
  /** By risk, highest first; then package, id, purl. */
  readonly findings: readonly ScanFinding[];
  /** What VEX statements close. */
  readonly notAffected?: readonly (ScanFinding & { readonly vex: ScanVex })[];
  /** What rules of zerotrace.yaml or a baseline leave out. */
  readonly ignored?: readonly (ScanFinding & { readonly ignored: Ignored })[];
  /** Components whose license the policy denies or does not know. */
  readonly licenses?: readonly LicenseFinding[];
  /** Faults of images. */
  readonly faults?: readonly (ImageFault & { readonly target: string })[];
  /** What the policy says of this report; absent without one. */
  readonly policy?: PolicyOutcome;
  /** What was read, with the date of its data; when it was read would make the same scan another document. */
  readonly sources: readonly Omit<SourceReport, "readAt">[];
}

export interface ReportTarget {
  readonly name: string;
  readonly kind: TargetKind;
  /** `Debian GNU/Linux 12 (bookworm)`; empty when it has no operating system. */
  readonly os: string;
  readonly components: number;
  readonly places: number;
  /** The image's base, where recognized, and its part of the risk, 0..1. */
  readonly base?: { readonly reference: string; readonly riskShare: number };
}

export interface Unreadable {
  /** The reader or the list. */
  readonly source: string;
  readonly error: string;
  /** The target's name; absent when the report has only one. */
  readonly target?: string;
}

/** One advisory on one component of one target. */
export interface ScanFinding {
  readonly purl: string;
  readonly ecosystem: string;
  /** The installed package. */
  readonly package: string;
  /** The source package that advisories speak of, where it has another name. */
  readonly source?: string;
  readonly version: string;
  readonly id: string;
  readonly aliases: readonly string[];
  /** What the advisory says in one line; empty when it says nothing. */
  readonly title: string;
  readonly fixedIn: string | null;
  /** What the fix needs that not everybody has: `Ubuntu Pro`. */
  readonly fixNeeds?: string;
  readonly severity: Severity;
  readonly cvss: number | null;
  readonly epss: number | null;
  readonly kev: boolean;
  readonly risk: number;
  /** The VEX statement that decides on it, without closing it; absent when none does. */
  readonly vex?: ScanVex;
  /** The target's name. */
  readonly target: string;
  /** Where the component was found, sorted; empty for a list without places. */
  readonly places: readonly FindingPlace[];
  /** Asked for by the project itself; absent when nothing tells. */
  readonly isDirect?: boolean;
  /** Needed only to develop; absent when nothing tells. */
  readonly isDev?: boolean;
  /** `name@version` from a direct dependency down to this component's parent; absent when nothing tells. */
  readonly via?: readonly string[];
}

export interface FindingPlace {
  readonly path: string;
  /** The reader's id. */
  readonly reader: string;
  /** From 1. */
  readonly line?: number;
  /** The place inside an archive. */
  readonly inside?: string;
  /** The position of the image's layer, from 0. */
  readonly layer?: number;
  /** The build step of that layer. */
  readonly step?: string;
  readonly isBase?: boolean;
}

/** A VEX statement on a finding. */
export interface ScanVex {
  readonly status: VexStatus;
  readonly justification: string;
  readonly note: string;
  readonly author: string;
  /** ISO; empty when the document does not say. */
  readonly at: string;
  /** The file it is from. */
  readonly document: string;
}

/** Why a finding is left out. */
export interface Ignored {
  readonly by: "rule" | "baseline";
  readonly reason: string;
  readonly owner?: string;
  /** `2027-01-31`; absent when it does not end. */
  readonly expires?: string;
}

/** The components of an ecosystem that judges, and how many got a verdict. */
export interface ScanCoverage {
  /** For what lies in a package of the system, that package's. */
  readonly ecosystem: string;
  readonly components: number;
  readonly covered: number;
  /** Of the components, those of another ecosystem inside packages of this one, which takes their verdict; absent: none. */
  readonly owned?: number;
  /** Why some are not covered, the worst reason; absent when all are. */
  readonly reason?: "no_feed" | "end_of_life" | "no_stream" | "unparsable";
  /** Feeds that speak of this ecosystem, sorted. */
  readonly sources: readonly string[];
}

export interface LicenseFinding {
  readonly purl: string;
  readonly package: string;
  readonly version: string;
  /** The concluded one where a bill of materials tells it, else as declared; empty when nobody says. */
  readonly license: string;
  readonly verdict: "denied" | "unknown";
  readonly target: string;
  readonly places: readonly FindingPlace[];
}

export interface PolicyOutcome {
  /** The conditions of `--fail-on` and of the file, as written. */
  readonly failOn: readonly string[];
  /** Findings and licenses over the policy (count). */
  readonly overCount: number;
  /** Rules that have expired, were not used or are too broad, in sentences. */
  readonly warnings: readonly string[];
}

/** A scan that has ended, as formats write it. */
export interface FinishedScan {
  readonly report: ScanReport;
  /** The components behind the report, one of each target. */
  readonly inventories: readonly TargetInventory[];
  readonly toolVersion: string;
  /** The folder that paths in documents for pipelines begin at; absent: each target's own. */
  readonly baseFolder?: string;
  /** ISO; of the data, or of SOURCE_DATE_EPOCH: never of the clock, so that the same scan has the same bytes. */
  readonly at: string;
}

/** A way to write a scan. */
export interface ReportFormat {
  /** What `--format` takes. */
  readonly id: string;
  readonly title: string;
  readonly mediaType: string;
  /** The file's ending, with the dot. */
  readonly ending: string;
  /** Loads the writer. */
  readonly load: () => Promise<{ readonly write: WriteReport }>;
}

/** The document in pieces, in order; together they are UTF-8 text. */
export type WriteReport = (scan: FinishedScan) => Iterable<string>;
