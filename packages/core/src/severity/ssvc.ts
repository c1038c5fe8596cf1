import type { Severity } from "../advisory/advisory.ts";
import type { Ssvc } from "../advisory/enrichment.ts";
import type { Criticality } from "../finding/risk.ts";

/** What CISA's tree decides, the most pressing first. */
export const SSVC_DECISIONS = ["act", "attend", "track*", "track"] as const;
export type SsvcDecision = (typeof SSVC_DECISIONS)[number];
/** Mission prevalence and public well-being together. */
export type SsvcMission = "low" | "medium" | "high";

/** What each decision asks for, as CISA's guide has it. */
export const SSVC_SAYS: Readonly<Record<SsvcDecision, string>> = {
  act: "fix it as soon as possible; leadership should know",
  attend: "fix it sooner than the usual updates; supervisors should know",
  "track*": "fix it with the usual updates, and watch it closely",
  track: "fix it with the usual updates",
};

/** By exploitation, automatable and technical impact: what is decided for a mission of low, medium and high. CISA's tree, version 2.0.3. */
const TREE: Readonly<Record<string, readonly [SsvcDecision, SsvcDecision, SsvcDecision]>> = {
  "none no partial": ["track", "track", "track"],
  "none no total": ["track", "track", "track*"],
  "none yes partial": ["track", "track", "attend"],
  "none yes total": ["track", "track", "attend"],
  "poc no partial": ["track", "track", "track*"],
  "poc no total": ["track", "track*", "attend"],
  "poc yes partial": ["track", "track", "attend"],
  "poc yes total": ["track", "track*", "attend"],
  "active no partial": ["track", "track", "attend"],
  "active no total": ["track", "attend", "act"],
  "active yes partial": ["attend", "attend", "act"],
  "active yes total": ["attend", "act", "act"],
};
const MISSIONS: readonly SsvcMission[] = ["low", "medium", "high"];

/** What CISA's tree decides of the four decision points. */
export const decideSsvc = (points: Ssvc & { readonly mission: SsvcMission }): SsvcDecision =>
  TREE[`${points.exploitation} ${points.automatable} ${points.technicalImpact}`]![MISSIONS.indexOf(points.mission)]!;

const metricsOf = (vector: string | null): ReadonlyMap<string, string> =>
  new Map((vector ?? "").split("/").map((part) => part.split(":") as [string, string]));

const WAYS: Readonly<Record<string, "network" | "adjacent" | "local" | "physical">> = {
  N: "network",
  A: "adjacent",
  L: "local",
  P: "physical",
};

/** How a weakness is reached, by its CVSS vector of any version; null where it does not say. */
export const attackVectorOf = (vector: string | null): "network" | "adjacent" | "local" | "physical" | null =>
  WAYS[metricsOf(vector).get("AV") ?? ""] ?? null;

/** One decision point: its value, where that is from, and why in words. */
export interface SsvcPoint<T extends string> {
  readonly value: T;
  /** `cisa`: CISA published it; `asset`: how the asset is rated; else derived from what is named; `assumed`: nothing says it. */
  readonly from: "cisa" | "kev" | "exploits" | "cvss" | "asset" | "assumed";
  readonly says: string;
}

/** A decision with what it rests on. */
export interface SsvcJudgement {
  readonly decision: SsvcDecision;
  /** What it asks for. */
  readonly says: string;
  readonly exploitation: SsvcPoint<Ssvc["exploitation"]>;
  readonly automatable: SsvcPoint<Ssvc["automatable"]>;
  readonly technicalImpact: SsvcPoint<Ssvc["technicalImpact"]>;
  readonly mission: SsvcPoint<SsvcMission>;
  /** Some decision point is not CISA's own and not the company's: the decision is derived. */
  readonly isDerived: boolean;
}

/** What is known. */
export interface SsvcFacts {
  /** What CISA published of the weakness. */
  readonly published: Ssvc | null;
  readonly isKev: boolean;
  readonly exploitCount: number;
  readonly vector: string | null;
  readonly severity: Severity;
  /** Of the most critical asset that has it. */
  readonly criticality: Criticality | null;
}

const exploitationOf = ({ published, isKev, exploitCount }: SsvcFacts): SsvcJudgement["exploitation"] => {
  if (published?.exploitation === "active") return { value: "active", from: "cisa", says: "CISA: active" };
  // The catalog is newer than what was published with the CVE.
  if (isKev) return { value: "active", from: "kev", says: "derived: listed in CISA's catalog of exploited weaknesses" };
  if (published) return { value: published.exploitation, from: "cisa", says: `CISA: ${published.exploitation}` };
  return exploitCount > 0
    ? { value: "poc", from: "exploits", says: "derived: exploit code is public" }
    : { value: "none", from: "assumed", says: "assumed: nothing is known of exploitation" };
};

const automatableOf = ({ published, vector }: SsvcFacts): SsvcJudgement["automatable"] => {
  if (published) return { value: published.automatable, from: "cisa", says: `CISA: ${published.automatable}` };
  const metrics = metricsOf(vector);
  if (!metrics.has("AV"))
    return { value: "no", from: "assumed", says: "assumed: no CVSS vector says how it is reached" };
  const isOpen = (metrics.get("PR") ?? metrics.get("Au")) === "N" && (metrics.get("UI") ?? "N") === "N";
  const isEasy = metrics.get("AC") === "L" && (metrics.get("AT") ?? "N") === "N";
  return metrics.get("AV") === "N" && isOpen && isEasy
    ? { value: "yes", from: "cvss", says: "derived from CVSS: over the network, without rights or a person's help" }
    : { value: "no", from: "cvss", says: "derived from CVSS: not over the network without rights or a person's help" };
};

const impactOf = ({ published, vector, severity }: SsvcFacts): SsvcJudgement["technicalImpact"] => {
  if (published) return { value: published.technicalImpact, from: "cisa", says: `CISA: ${published.technicalImpact}` };
  const metrics = metricsOf(vector);
  const isWhole = (names: readonly string[]): boolean => names.every((n) => ["H", "C"].includes(metrics.get(n) ?? ""));
  if (metrics.has("AV")) {
    return isWhole(["C", "I"]) || isWhole(["VC", "VI"])
      ? { value: "total", from: "cvss", says: "derived from CVSS: everything can be read and changed" }
      : { value: "partial", from: "cvss", says: "derived from CVSS: not everything can be read and changed" };
  }
  const value = severity === "critical" ? "total" : "partial";
  return { value, from: "assumed", says: `assumed of its severity, ${severity}` };
};

const missionOf = ({ criticality }: SsvcFacts): SsvcJudgement["mission"] => {
  if (criticality === null) return { value: "medium", from: "assumed", says: "assumed: no asset that has it is rated" };
  const value = criticality === "critical" ? "high" : criticality === "low" ? "low" : "medium";
  return { value, from: "asset", says: `the most critical asset that has it is rated ${criticality}` };
};

/**
 * What CISA's tree decides of a weakness here. CISA's own decision points where it published them, else derived from its catalog, known
 * exploits and CVSS; each says where it is from. The mission is the criticality of the assets. Pure.
 */
export const judgeSsvc = (facts: SsvcFacts): SsvcJudgement => {
  const [exploitation, automatable] = [exploitationOf(facts), automatableOf(facts)];
  const [technicalImpact, mission] = [impactOf(facts), missionOf(facts)];
  const decision = decideSsvc({
    exploitation: exploitation.value,
    automatable: automatable.value,
    technicalImpact: technicalImpact.value,
    mission: mission.value,
  });
  const isDerived = [exploitation, automatable, technicalImpact].some((point) => point.from !== "cisa");
  return { decision, says: SSVC_SAYS[decision], exploitation, automatable, technicalImpact, mission, isDerived };
};
