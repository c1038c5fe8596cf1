import { SSVC } from "../advisory/enrichment.ts";
import { decideSsvc, judgeSsvc, type SsvcDecision, type SsvcFacts, type SsvcMission } from "./ssvc.ts";

/** What an advisory says to the tree by itself; what a finding adds is whether it is known to be exploited, and its severity. */
export type SsvcAdvisory = Pick<SsvcFacts, "published" | "exploitCount" | "vector">;

const { exploitation, automatable, technicalImpact } = SSVC;
/** The technical impact follows from the severity of the finding: nothing else says it. */
const BY_SEVERITY = technicalImpact.length;
const IMPACTS = technicalImpact.length + 1;

/** Classes of advisories (count). */
export const SSVC_CLASSES = exploitation.length * automatable.length * IMPACTS;

/**
 * What an advisory says to the tree, as one number from 0 to `SSVC_CLASSES` - 1, so that a database can decide for millions of findings
 * with `ssvcAnswers`. Stored: the numbers never change their meaning. Pure.
 */
export const ssvcClassOf = (advisory: SsvcAdvisory): number => {
  const facts = { ...advisory, isKev: false, criticality: null };
  const worst = judgeSsvc({ ...facts, severity: "critical" });
  const impact = worst.technicalImpact.value;
  const isBySeverity = judgeSsvc({ ...facts, severity: "low" }).technicalImpact.value !== impact;
  const ways = exploitation.indexOf(worst.exploitation.value) * automatable.length;
  const all = (ways + automatable.indexOf(worst.automatable.value)) * IMPACTS;
  return all + (isBySeverity ? BY_SEVERITY : technicalImpact.indexOf(impact));
};

/**
 * Whether findings get one of these decisions, for one mission: at `class * 4 + 2 (known to be exploited) + 1 (severity critical)`. The same
 * as `judgeSsvc` decides. Pure.
 */
export const ssvcAnswers = (decisions: readonly SsvcDecision[], mission: SsvcMission): readonly boolean[] =>
  Array.from({ length: SSVC_CLASSES * 4 }, (_, at) => {
    const [one, isKev, isCritical] = [at >> 2, (at & 2) > 0, (at & 1) > 0];
    const impact = one % IMPACTS;
    const way = (one - impact) / IMPACTS;
    const known = exploitation[Math.floor(way / automatable.length)] ?? "none";
    const decision = decideSsvc({
      exploitation: isKev ? "active" : known,
      automatable: automatable[way % automatable.length] ?? "no",
      technicalImpact: technicalImpact[impact === BY_SEVERITY ? Number(isCritical) : impact] ?? "partial",
      mission,
    });
    return decisions.includes(decision);
  });
