import type { Severity } from "../advisory/advisory.ts";
import { attackVectorOf } from "../severity/ssvc.ts";

/** From here on, exploitation within 30 days is called likely (probability 0..1). */
const LIKELY_EPSS = 0.5;
/** From here on, it is called possible; below, unlikely. */
const POSSIBLE_EPSS = 0.1;

/** What the sentence of a risk speaks of. */
export interface RiskFacts {
  readonly severity: Severity;
  readonly cvss: { readonly score: number; readonly vector?: string | null } | null;
  readonly epss: { readonly score: number } | null;
  readonly kevAddedAt: string | null;
  /** Known exploits (count). */
  readonly exploitCount: number;
  readonly fixedIn: string | null;
  /** Assets that have it, those of them that face the internet, and those that are critical (counts); null: no assets are spoken of. */
  readonly assets: { readonly count: number; readonly internet: number; readonly critical: number } | null;
  /** Days since the finding was first seen; null: not spoken of. */
  readonly openDays: number | null;
}

const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
const percent = (share: number): string => {
  const value = share * 100;
  return value > 0 && value < 0.1 ? "below 0.1 %" : `${Number(value.toFixed(value < 10 ? 1 : 0))} %`;
};

const exploitation = ({ kevAddedAt, exploitCount, epss }: RiskFacts): string => {
  if (kevAddedAt !== null) return `exploited in the wild (in CISA's catalog since ${kevAddedAt})`;
  const chance = epss && `EPSS ${percent(epss.score)}`;
  const isPublic = exploitCount > 0 ? "exploit code is public" : "";
  if (chance === null) return isPublic || "nothing is known of exploitation";
  if (isPublic !== "") return `${isPublic} (${chance})`;
  if (epss!.score >= LIKELY_EPSS) return `likely to be exploited within 30 days (${chance})`;
  return `exploitation within 30 days is ${epss!.score >= POSSIBLE_EPSS ? "possible" : "unlikely"} (${chance})`;
};

const WAYS = {
  network: "reachable over the network",
  adjacent: "reachable from the same network only",
  local: "needs access to the machine first",
  physical: "needs hands on the machine",
} as const;

const reach = ({ cvss, assets }: RiskFacts): string => {
  const way = attackVectorOf(cvss?.vector ?? null);
  const said = way === null ? "" : WAYS[way];
  if (assets === null || assets.count === 0) return said;
  const among = [
    ...(assets.internet > 0 ? [`${assets.internet} facing the internet`] : []),
    ...(assets.critical > 0 ? [`${assets.critical} rated critical`] : []),
  ].join(", ");
  return `${said === "" ? "" : `${said} `}on ${plural(assets.count, "asset")}${among === "" ? "" : ` (${among})`}`;
};

const severe = ({ severity, cvss }: RiskFacts): string => {
  const word =
    severity === "unknown" ? "severity unknown" : severity === "none" ? "no severity" : `${severity} severity`;
  return cvss === null ? word : `${word} (CVSS ${cvss.score.toFixed(1)})`;
};

const age = (days: number): string => (days === 0 ? "open here since today" : `open here for ${plural(days, "day")}`);

/**
 * The terms of a risk as one sentence in plain words: how bad, whether it is exploited, how it is reached and where, whether a fix
 * exists, and since when it is open here. Pure.
 */
export const riskSentence = (facts: RiskFacts): string => {
  const parts = [
    severe(facts),
    exploitation(facts),
    reach(facts),
    facts.fixedIn === null ? "no fix is known" : `a fix exists (${facts.fixedIn})`,
    facts.openDays === null ? "" : age(facts.openDays),
  ].filter((part) => part !== "");
  const text = parts.join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};
