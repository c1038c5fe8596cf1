import { assess, type Assessment } from "../finding/assessment.ts";
import type { Explanation } from "./explanation.ts";

/** The risk of one weakness that affects what was asked, taken apart. */
export interface ExplainedRisk extends Assessment {
  readonly advisory: string;
  readonly fixedIn: string | null;
}

/** What each weakness that affects a package means, the highest risk first; no asset is spoken of. Empty where nothing affects it. */
export const explainedRisks = ({ steps, ranges }: Pick<Explanation, "steps" | "ranges">): ExplainedRisk[] => {
  const affecting = new Set(
    steps.flatMap((s) => (s.outcome === "affected" && s.advisory !== null ? [s.advisory] : [])),
  );
  // A statement, which has no record, closes the weakness whatever its ranges say.
  for (const s of steps) {
    if (s.outcome === "not_affected" && s.record === null && s.advisory !== null) affecting.delete(s.advisory);
  }
  const byAdvisory = new Map<string, ExplainedRisk>();
  for (const { outcome, group, fixedIn } of ranges) {
    if (outcome !== "affected" || !affecting.has(group.id)) continue;
    const known = byAdvisory.get(group.id);
    // Several ranges of one weakness: a fix that one of them knows is a fix.
    if (known !== undefined && (known.fixedIn !== null || fixedIn === null)) continue;
    const exploitCount = group.exploits.length;
    const assessed = assess({ ...group, exploitCount, fixedIn, assets: null, openDays: null });
    byAdvisory.set(group.id, { advisory: group.id, fixedIn, ...assessed });
  }
  return [...byAdvisory.values()].sort((a, b) => b.risk - a.risk || (a.advisory < b.advisory ? -1 : 1));
};
