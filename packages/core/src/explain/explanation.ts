import type { Component, JudgedPackage } from "../component/component.ts";
import type { ExplainedRange } from "../match/types.ts";
import type { VexStatement } from "../vex/vex.ts";

/** What is asked. */
export interface ExplainQuestion {
  readonly component: Component;
  /** Only this weakness, by any of its names. */
  readonly advisory?: string | undefined;
  /** The VEX statement that decides on a weakness of these names; none when left out. */
  readonly ruling?: (names: readonly string[]) => VexStatement | null;
  /** Feeds that have records of an ecosystem, in force or not, in words a person can act on. */
  readonly feedsFor?: (ecosystem: string) => readonly string[];
  /** ISO; decides what is past its end of life. */
  readonly now: string;
}

/** The rule that decided, for programs. */
export type ExplainRule =
  | "range"
  | "vex"
  | "withdrawn"
  | "not_named"
  | "not_known"
  | "no_feed"
  | "end_of_life"
  | "unparsable"
  | "no_stream";

/** One thing that was looked at, with what came of it. */
export interface ExplainStep {
  readonly outcome: "affected" | "not_affected" | "unknown" | "note";
  /** The best name of the weakness; null where the step is about none. */
  readonly advisory: string | null;
  /** The record that says so; null for a VEX statement and for notes. */
  readonly record: string | null;
  /** One sentence without its full stop. */
  readonly says: string;
}

/** Why a package is affected, not affected or unknown. */
export interface Explanation {
  /** What is judged: the owner for what lies in files of a system's package, else the source package, else itself. */
  readonly judged: JudgedPackage;
  readonly verdict: "affected" | "not_affected" | "unknown";
  readonly rule: ExplainRule;
  /** The first line: the answer. */
  readonly answer: string;
  /** The second line: the record and the rule that decided. */
  readonly decidedBy: string;
  /** The rest: what decided first, then what affects, then the others, each by the advisory's name. */
  readonly steps: readonly ExplainStep[];
  /** The ranges behind them, as the index gives them. */
  readonly ranges: readonly ExplainedRange[];
}
