import { SEVERITIES } from "../advisory/advisory.ts";
import type { ExplainedRange } from "../match/types.ts";
import { isClosedBy, type VexStatement } from "../vex/vex.ts";
import type { VersionScheme } from "../version/scheme.ts";
import type { ExplainQuestion } from "./explanation.ts";

/** One weakness with everything that was said of it. */
export interface Group {
  readonly id: string;
  readonly names: readonly string[];
  readonly severity: number;
  readonly ranges: readonly ExplainedRange[];
  readonly deciding: ExplainedRange;
  readonly ruling: VexStatement | null;
  readonly outcome: "affected" | "not_affected" | "unknown";
}

/** The outcome that speaks for a weakness, and of two that clear it the one that says more. */
const OUTCOME_ORDER: readonly ExplainedRange["outcome"][] = [
  "affected",
  "unparsable",
  "fixed",
  "above_last",
  "below",
  "not_listed",
  "other_edition",
  "withdrawn",
];
const rank = (r: ExplainedRange): number => OUTCOME_ORDER.indexOf(r.outcome);

const ORDER = { affected: 0, unknown: 1, not_affected: 2 } as const;
const isCleared = (g: Group): number => (g.ruling !== null && g.deciding.outcome === "affected" ? 0 : 1);
const publishedAt = (g: Group): string => g.deciding.group.publishedAt ?? "";

const byWeight = (a: Group, b: Group): number =>
  ORDER[a.outcome] - ORDER[b.outcome] ||
  (a.outcome === "affected"
    ? a.severity - b.severity
    : isCleared(a) - isCleared(b) || rank(a.deciding) - rank(b.deciding)) ||
  (publishedAt(a) < publishedAt(b) ? 1 : publishedAt(a) > publishedAt(b) ? -1 : 0) ||
  (a.id < b.id ? -1 : 1);

/** Weaknesses of these ranges: what affects first, the worst first; then what is undecided; then what is cleared, by VEX first. */
export const groupsOf = (
  ranges: readonly ExplainedRange[],
  scheme: VersionScheme | undefined,
  ruling: ExplainQuestion["ruling"],
): Group[] => {
  /** Of two that affect, the higher fix speaks, as in the verdict. */
  const byFix = (a: ExplainedRange, b: ExplainedRange): number =>
    a.outcome !== "affected" || a.fixedIn === null || b.fixedIn === null
      ? Number(a.fixedIn === null) - Number(b.fixedIn === null)
      : (scheme?.compare(b.fixedIn, a.fixedIn) ?? 0);
  const byId = new Map<string, ExplainedRange[]>();
  for (const r of ranges) {
    const known = byId.get(r.group.id);
    if (known) known.push(r);
    else byId.set(r.group.id, [r]);
  }
  const groups = [...byId].map(([id, own]): Group => {
    const sorted = own.toSorted((a, b) => rank(a) - rank(b) || byFix(a, b));
    const deciding = sorted[0]!;
    const names = [id, ...deciding.group.aliases];
    const said = ruling?.(names) ?? null;
    const outcome =
      deciding.outcome === "affected" ? "affected" : deciding.outcome === "unparsable" ? "unknown" : "not_affected";
    return {
      id,
      names,
      severity: SEVERITIES.indexOf(deciding.group.severity),
      ranges: sorted,
      deciding,
      ruling: said,
      outcome: outcome === "affected" && said !== null && isClosedBy(said.status) ? "not_affected" : outcome,
    };
  });
  return groups.sort(byWeight);
};
