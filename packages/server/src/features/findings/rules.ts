import { AppError, isEndOfLife, SEVERITIES, type ExplainedRange, type Severity, type VexStatus } from "@zerotrace/core";
import { FINDING_FIELDS, parseQuery, type QueryNode } from "@zerotrace/core/query/language/index";
import { z } from "zod";
import type { Leads } from "./lead-sql.ts";
import { findingFilter, type findingRow } from "./contract.ts";
import type { FindingRecord } from "./sql.ts";

/** A filter as it is executed; null and empty mean that it does not restrict. */
export interface FindingFilter {
  readonly q: string | null;
  readonly severities: readonly Severity[];
  readonly kev: boolean | null;
  readonly fix: boolean | null;
  readonly status: "open" | "fixed" | "accepted" | "not_affected" | "all";
  /** What the deciding VEX statement says. */
  readonly vex: VexStatus | null;
  readonly ecosystem: string | null;
  readonly assetId: string | null;
  readonly advisory: string | null;
  readonly package: string | null;
  /** Of the language of queries; all else must hold too. */
  readonly query: QueryNode | null;
  /** False: no VEX statement and no decision closes a finding of the company, so that none needs to be asked for. */
  readonly mayBeClosed: boolean;
  /** What its names lead to, where that was looked up. */
  readonly leads?: Leads;
}

const query = z.object(findingFilter);

/** The filter of a query. Throws BAD_REQUEST naming a severity that does not exist. */
export const filterOf = (raw: z.output<typeof query>): FindingFilter => {
  const severities = (raw.severity ?? "")
    .split(",")
    .map((s) => s.trim())
    .filter((s) => s !== "");
  for (const s of severities) {
    if (!(SEVERITIES as readonly string[]).includes(s)) {
      throw new AppError("BAD_REQUEST", `There is no severity "${s}"; use ${SEVERITIES.join(", ")}.`, {
        field: "severity",
      });
    }
  }
  return {
    q: raw.q?.trim() || null,
    severities: severities as Severity[],
    kev: raw.kev === undefined ? null : raw.kev === "true",
    fix: raw.fix === undefined ? null : raw.fix === "yes",
    status: raw.status,
    vex: raw.vex ?? null,
    ecosystem: raw.ecosystem || null,
    assetId: raw.assetId ?? null,
    advisory: raw.advisory || null,
    package: raw.package || null,
    query: queryOf(raw.query ?? ""),
    mayBeClosed: true,
  };
};

/** A query as a tree; null for an empty one. Throws BAD_REQUEST that shows where the first mistake is and how to mend it. */
const queryOf = (text: string): QueryNode | null => {
  const { node, errors } = parseQuery(text, FINDING_FIELDS);
  const [first] = errors;
  if (first === undefined) return node;
  const where = text.slice(first.at, first.at + first.length);
  throw new AppError("BAD_REQUEST", `At character ${first.at + 1} ("${where.slice(0, 60)}"): ${first.message}`, {
    field: "query",
  });
};

/** A stored finding as the API shows it. */
export const toFindingRow = (f: FindingRecord): z.output<typeof findingRow> => {
  const { componentId: _, recordId: __, ...rest } = f;
  return {
    ...rest,
    cvss: f.cvss === null ? null : Math.round(f.cvss * 10) / 10,
    epss: f.epss === null ? null : Math.round(f.epss * 100_000) / 100_000,
    risk: Math.round(f.risk * 10) / 10,
    firstSeenAt: f.firstSeenAt.toISOString(),
    fixedAt: f.fixedAt?.toISOString() ?? null,
    reopenedAt: f.reopenedAt?.toISOString() ?? null,
    publishedAt: f.publishedAt?.toISOString() ?? null,
  };
};

/** One sentence for a person: why this version is affected. */
export const whySentence = (f: FindingRecord, range: ExplainedRange | undefined): string => {
  const what = `${f.source ?? f.package} ${f.version}`;
  const from =
    range === undefined || range.introduced === "0" || range.introduced === "" ? "" : ` since ${range.introduced}`;
  if (f.status === "fixed")
    return `${f.advisory} no longer affects any asset: it was closed when its component or record changed.`;
  if (isEndOfLife(f.advisory)) return f.summary;
  if (f.fixedIn !== null)
    return `${f.recordId} says that ${f.source ?? f.package} is affected${from} until ${f.fixedIn}, and ${what} is lower.`;
  if (range?.lastAffected)
    return `${f.recordId} says that ${f.source ?? f.package} is affected${from} up to ${range.lastAffected}, which includes ${what}.`;
  return `${f.recordId} says that ${f.source ?? f.package} is affected${from} and names no fixed version, so ${what} is affected.`;
};
