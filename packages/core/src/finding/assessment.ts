import type { Severity } from "../advisory/advisory.ts";
import type { Ssvc } from "../advisory/enrichment.ts";
import { judgeSsvc, type SsvcJudgement } from "../severity/ssvc.ts";
import { type Criticality, type Exposure, riskOf, type RiskTerm } from "./risk.ts";
import { riskSentence } from "./risk-sentence.ts";

/** What is known of a weakness, and of where it is. */
export interface AssessmentInput {
  readonly severity: Severity;
  readonly cvss: { readonly score: number; readonly vector?: string | null } | null;
  readonly epss: { readonly score: number } | null;
  readonly kevAddedAt: string | null;
  readonly exploitCount: number;
  readonly ssvc: Ssvc | null;
  readonly fixedIn: string | null;
  /** The assets that have it; null where none are spoken of, as for a package URL alone. */
  readonly assets: {
    readonly count: number;
    readonly internet: number;
    readonly critical: number;
    /** Of the asset that adds the most points. */
    readonly exposure: Exposure | null;
    readonly criticality: Criticality | null;
    /** The most critical of all. */
    readonly mostCritical: Criticality | null;
  } | null;
  readonly openDays: number | null;
}

/** A risk taken apart: its number on the worst asset, the terms that add up to it, the same in one sentence, and CISA's decision. */
export interface Assessment {
  readonly risk: number;
  readonly terms: readonly RiskTerm[];
  readonly sentence: string;
  readonly ssvc: SsvcJudgement;
}

/** Takes a risk apart. The server, the command line and so the dashboard say the same. Pure. */
export const assess = (input: AssessmentInput): Assessment => {
  const { assets, fixedIn, exploitCount, ssvc, kevAddedAt, severity, cvss } = input;
  const { risk, terms } = riskOf({
    ...input,
    fixAvailable: fixedIn !== null,
    ...(assets?.exposure ? { exposure: assets.exposure } : {}),
    ...(assets?.criticality ? { criticality: assets.criticality } : {}),
  });
  const judged = judgeSsvc({
    published: ssvc,
    isKev: kevAddedAt !== null,
    exploitCount,
    vector: cvss?.vector ?? null,
    severity,
    criticality: assets?.mostCritical ?? null,
  });
  return { risk, terms, sentence: riskSentence(input), ssvc: judged };
};
