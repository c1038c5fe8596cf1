import type { Severity } from "@zerotrace/core";
import type { Demand, Way, WayKind } from "./fix.ts";

/** What `zerotrace fix` says: `zerotrace.fix/1`. Sorted; the same inventories and feeds give the same report. */
export interface FixReport {
  readonly schema: "zerotrace.fix/1";
  /** Findings of the targets, each counted at every place (count). */
  readonly findings: number;
  /** Of `findings`, those that the actions close (count). */
  readonly closes: number;
  /** Share of the risk that the actions close, 0..1. */
  readonly riskShare: number;
  /** By the risk that each closes, highest first. */
  readonly actions: readonly FixAction[];
  /** Packages whose findings stay, whatever is done here, by risk. */
  readonly unfixed: readonly Unfixed[];
}

/** One upgrade at one place. */
export interface FixAction {
  readonly target: string;
  /** The lockfile or manifest, within the target. */
  readonly path: string;
  readonly line?: number;
  /** The package manager's id; empty where none of them mends this place. */
  readonly manager: string;
  readonly ecosystem: string;
  readonly package: string;
  readonly from: string;
  readonly to: string;
  readonly isDirect?: boolean;
  readonly isDev?: boolean;
  /** `name@version` from a direct dependency down to its parent. */
  readonly via?: readonly string[];
  readonly kind: WayKind;
  readonly crossesMajor: boolean;
  /** Of one that does: the version of the present major that leaves least, and how many of its findings that closes (count). */
  readonly withinMajor?: { readonly to: string; readonly closes: number };
  /** Whether it goes against a range that somebody declares; null when the files do not tell. */
  readonly breaksRange: boolean | null;
  readonly demands: readonly Demand[];
  /** By risk. */
  readonly closes: readonly ClosedFinding[];
  /** What the new version still has, by id; `fixedIn` says where that is closed. */
  readonly remains: readonly { readonly id: string; readonly fixedIn: string | null }[];
  /** Share of all risk, 0..1. */
  readonly riskShare: number;
  /** With all actions before it. */
  readonly riskShareSoFar: number;
  /** What is changed in files, in words: `package.json: overrides.request.qs ^6.5.3`. */
  readonly edits: readonly string[];
  /** As typed in a POSIX shell, in the folder `folder` of the target. */
  readonly commands: readonly { readonly folder: string; readonly command: string }[];
  readonly notes: readonly string[];
}

export interface ClosedFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly kev: boolean;
  readonly risk: number;
}

export const UNFIXED_REASONS = ["no_fix", "major_version"] as const;

/** A package with findings that no action closes. */
export interface Unfixed {
  readonly target: string;
  readonly paths: readonly string[];
  readonly ecosystem: string;
  readonly package: string;
  readonly version: string;
  /** `major_version`: a fix exists and crosses a major version, which was not wanted. */
  readonly reason: (typeof UNFIXED_REASONS)[number];
  /** The version that would close them; null when none is known. */
  readonly fixedIn: string | null;
  readonly findings: readonly ClosedFinding[];
  readonly riskShare: number;
  /** What can be done instead. */
  readonly alternatives: readonly { readonly kind: "replace" | "mitigate" | "watch"; readonly says: string }[];
}

/** An action with what carries it out. */
export interface PlannedAction {
  readonly action: FixAction;
  readonly way: Way;
}

export interface FixPlan {
  readonly report: FixReport;
  /** In the order of `report.actions`. */
  readonly planned: readonly PlannedAction[];
}
