import { SEVERITIES, type Severity } from "@zerotrace/core";

/** The figures of one sentence. */
export interface Headline {
  readonly severities: Readonly<Record<Severity, number>>;
  readonly packageCount: number;
  /** Shares of the whole risk (0..1) that each upgrade closes, largest first. */
  readonly fixShares: readonly number[];
  readonly kevCount: number;
  /** Components by whether they could be judged: without it nothing is called clean. */
  readonly coverage: Coverage;
}

/** Components that got a verdict, and those that did not (counts). */
export interface Coverage {
  readonly covered: number;
  readonly notCovered: number;
  readonly unparsable: number;
}

const FIXES_NAMED = 3;

/** With commas, as `toLocaleString("en-US")`, whose tables take longer to load than a small scan to end. Whole numbers only. */
const number = (n: number): string => String(n).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");

/** A count with its noun: `1 package`, `2 packages`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`;

/** No findings, and in how much of what is there: what was not judged is not clean. */
const nothingFound = ({ covered, notCovered, unparsable }: Coverage): string => {
  const total = covered + notCovered + unparsable;
  if (total === 0) return "No components: what was read lists none";
  const all = counted(total, "component");
  if (covered === 0) return `Nothing could be judged: no advisories cover any of ${all}`;
  if (notCovered + unparsable === 0) return `No findings: ${all} judged`;
  return `No findings in the ${number(covered)} of ${all} that could be judged; the others are unknown`;
};

/** "260 findings in 39 packages: 4 critical, 31 high, 225 of unknown severity; 3 upgrades close 58 % of the risk" */
export const headline = ({ severities, packageCount, fixShares, kevCount, coverage }: Headline): string => {
  const parts = SEVERITIES.filter((severity) => severities[severity] > 0).map((severity) => {
    const count = number(severities[severity]);
    if (severity === "unknown") return `${count} of unknown severity`;
    return severity === "none" ? `${count} without severity` : `${count} ${severity}`;
  });
  if (parts.length === 0) return nothingFound(coverage);
  const total = SEVERITIES.reduce((sum, severity) => sum + severities[severity], 0);
  const known = `${counted(total, "finding")} in ${counted(packageCount, "package")}: ${parts.join(", ")}`;
  const kev = kevCount > 0 ? `; ${number(kevCount)} known to be exploited` : "";
  const named = fixShares.slice(0, FIXES_NAMED).filter((share) => share > 0);
  if (named.length === 0) return `${known}${kev}; no upgrade closes any of them yet`;
  const share = Math.round(100 * named.reduce((sum, one) => sum + one, 0));
  const closes = named.length === 1 ? "closes" : "close";
  return `${known}${kev}; ${counted(named.length, "upgrade")} ${closes} ${share} % of the risk`;
};

/** "No advisories cover 34 of 959 components", or that all are covered. */
export const coverageLine = (c: Coverage): string => {
  const all = c.covered + c.notCovered + c.unparsable;
  const parts = [
    ...(c.notCovered > 0 ? [`No advisories cover ${number(c.notCovered)} of ${counted(all, "component")}`] : []),
    ...(c.unparsable > 0 ? [`${counted(c.unparsable, "version")} of ${number(all)} cannot be judged`] : []),
  ];
  return parts.length > 0 ? parts.join("; ") : `Advisories cover all ${counted(all, "component")}`;
};
