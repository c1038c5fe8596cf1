import { SEVERITIES } from "../advisory/advisory.ts";
import { VEX_STATUSES } from "../vex/vex.ts";

/** What the prompt says of findings: the same names and values as the query of `GET /api/v1/findings`. */
export interface PromptFilter {
  q?: string;
  severity?: string;
  kev?: "true" | "false";
  fix?: "yes" | "no";
  status?: "open" | "fixed" | "not_affected" | "all";
  vex?: "not_affected" | "affected" | "fixed" | "under_investigation";
  ecosystem?: string;
  assetId?: string;
  advisory?: string;
  package?: string;
}

/** One key of the prompt. `values` is empty where any text will do. */
export interface PromptKey {
  /** As typed before the colon. */
  readonly key: string;
  readonly field: Exclude<keyof PromptFilter, "q">;
  readonly says: string;
  readonly values: readonly string[];
  /** Several values, separated by commas. */
  readonly many: boolean;
  /** Longest value in characters, as the API takes it. */
  readonly maxLength: number;
}

/** Every key of the prompt, in the order in which it is written. */
export const PROMPT_KEYS: readonly PromptKey[] = [
  { key: "severity", field: "severity", says: "how bad", values: SEVERITIES, many: true, maxLength: 100 },
  { key: "kev", field: "kev", says: "known to be exploited", values: ["true", "false"], many: false, maxLength: 5 },
  { key: "fix", field: "fix", says: "a fixed version exists", values: ["yes", "no"], many: false, maxLength: 3 },
  {
    key: "status",
    field: "status",
    says: "open unless said",
    values: ["open", "fixed", "not_affected", "all"],
    many: false,
    maxLength: 12,
  },
  { key: "vex", field: "vex", says: "what a VEX statement says", values: VEX_STATUSES, many: false, maxLength: 20 },
  { key: "ecosystem", field: "ecosystem", says: "such as Debian:12 or npm", values: [], many: false, maxLength: 100 },
  { key: "asset", field: "assetId", says: "the id of one asset", values: [], many: false, maxLength: 36 },
  { key: "advisory", field: "advisory", says: "any name of an advisory", values: [], many: false, maxLength: 100 },
  { key: "package", field: "package", says: "exact name", values: [], many: false, maxLength: 300 },
];

/** Longest free text of a prompt, in characters. */
export const PROMPT_WORDS_MAX = 200;

/** The longest question of "are we affected by …?", in UTF-16 units. */
export const AFFECTED_QUESTION_CHARS = 300;
