import { baseEcosystem, schemeFor } from "@zerotrace/core";
import type { VersionBound } from "@zerotrace/core/query/affected";
import type { z } from "zod";
import type { affectedRow } from "./contract.ts";
import type { Candidate, Holder } from "./sql.ts";

type Verdict = z.output<typeof affectedRow>["verdict"];

export interface Ruling {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Components named of one asset. */
const SHOWN_MAX = 5;
/** Affected first, then what nobody knows. */
const RANK: Readonly<Record<Verdict, number>> = { affected: 0, unknown: 1, not_affected: 2 };

const HOLDS: Readonly<Record<VersionBound["op"], (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  "=": (order) => order === 0,
  ">=": (order) => order >= 0,
  ">": (order) => order > 0,
};

/** Whether a version lies within all bounds, by its ecosystem's order; null when that cannot be told. */
export const isInRange = (ecosystem: string, version: string, range: readonly VersionBound[]): boolean | null => {
  const scheme = schemeFor(ecosystem);
  let isWithin = true;
  for (const { op, version: bound } of range) {
    const isSame = version !== "" && version === bound;
    const order = isSame ? 0 : (scheme?.compare(version, bound) ?? null);
    if (order === null) return null;
    isWithin &&= HOLDS[op](order);
  }
  return isWithin;
};

const unknown = (c: Candidate): Ruling => ({ verdict: "unknown", reason: c.reason ?? "pending" });

/** Whether a component is affected by the advisory that was asked for. */
export const rulingByAdvisory = (c: Candidate): Ruling => {
  if (c.isMatch)
    return c.isClosed ? { verdict: "not_affected", reason: "vex" } : { verdict: "affected", reason: "match" };
  return c.verdict === null || c.verdict === "unknown" ? unknown(c) : { verdict: "not_affected", reason: "fixed" };
};

/** Whether a component is one of the versions that were asked for; without a range, whether any advisory affects it. */
export const rulingByPackage =
  (range: readonly VersionBound[]) =>
  (c: Candidate): Ruling => {
    if (range.length > 0) {
      const isWithin = isInRange(c.ecosystem, c.version, range);
      if (isWithin === null) return { verdict: "unknown", reason: "unparsable" };
      return isWithin
        ? { verdict: "affected", reason: "in_range" }
        : { verdict: "not_affected", reason: "out_of_range" };
    }
    if (c.verdict === null || c.verdict === "unknown") return unknown(c);
    if (c.verdict === "not_affected") return { verdict: "not_affected", reason: "fixed" };
    return c.findingCount > 0 || c.isOwned
      ? { verdict: "affected", reason: "installed" }
      : { verdict: "not_affected", reason: "vex" };
  };

/** An asset with what was asked for. */
export type Row = z.output<typeof affectedRow>;

/** The answer for each asset, affected ones first, then by risk and name. */
export const rowsOf = (
  holders: readonly Holder[],
  candidates: readonly Candidate[],
  rule: (candidate: Candidate) => Ruling,
): Row[] => {
  const byId = new Map(candidates.map((c) => [c.id, { ...rule(c), c }]));
  const rows = holders.map(({ ids, assetId, kind, name, branch, risk }): Row => {
    const ruled = ids.flatMap((id) => byId.get(id) ?? []);
    const sorted = ruled.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict] || (a.c.purl < b.c.purl ? -1 : 1));
    return {
      assetId,
      kind,
      name,
      branch,
      risk: Math.round(risk * 10) / 10,
      verdict: sorted[0]?.verdict ?? "unknown",
      components: sorted.slice(0, SHOWN_MAX).map(({ c, verdict, reason }) => ({
        purl: c.purl,
        name: c.name,
        version: c.version,
        verdict,
        reason,
        fixedIn: c.fixedIn,
      })),
      componentCount: ids.length,
    };
  });
  return rows.sort(compareRows);
};

/** The order of the rows. */
export const compareRows = (
  a: Pick<Row, "verdict" | "risk" | "name" | "assetId">,
  b: Pick<Row, "verdict" | "risk" | "name" | "assetId">,
): number =>
  RANK[a.verdict] - RANK[b.verdict] ||
  b.risk - a.risk ||
  (a.name < b.name ? -1 : a.name > b.name ? 1 : a.assetId < b.assetId ? -1 : a.assetId > b.assetId ? 1 : 0);

/** The packages that records of an advisory speak of, each once; records that are no OSV documents say nothing. */
export const packagesOf = (docs: readonly string[], most: number): { ecosystem: string; name: string }[] => {
  const found = new Map<string, { ecosystem: string; name: string }>();
  for (const text of docs) {
    for (const { package: one } of affectedOf(text)) {
      if (typeof one?.ecosystem !== "string" || typeof one.name !== "string") continue;
      const { name } = one;
      const ecosystem = baseEcosystem(one.ecosystem);
      if (found.size < most) found.set(`${ecosystem} ${name}`, { ecosystem, name });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};

const affectedOf = (text: string): { package?: { ecosystem?: unknown; name?: unknown } }[] => {
  try {
    const { affected } = JSON.parse(text) as { affected?: unknown };
    return Array.isArray(affected) ? affected.filter((one) => typeof one === "object" && one !== null) : [];
  } catch {
    return [];
  }
};
