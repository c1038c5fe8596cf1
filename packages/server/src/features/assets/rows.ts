import { assetPoints, type Criticality, type Exposure } from "@zerotrace/core";
import type { z } from "zod";
import type { AssetKind, assetRow, branchRow, componentRow } from "./contract.ts";

/** Columns of an asset as `AssetRecord`; `$2` is the number of seconds after which an agent counts as offline. */
export const ASSET_COLUMNS = `a.id, a.kind, a.name, a.branch, a.version, a.os, a.component_count as "componentCount", a.critical, a.high, a.medium,
  a.low, a.none, a.unknown, a.kev_count as "kevCount", a.weighted_risk as risk, a.criticality, a.criticality_by as "criticalityBy", a.exposure, a.exposure_by as "exposureBy", a.covered, a.not_covered as "notCovered", a.unparsable,
  a.first_seen_at as "firstSeenAt", a.last_seen_at as "lastSeenAt", a.inventory_at as "inventoryAt",
  a.machine_id not like 'upload:%' as "hasAgent", a.machine_id not like 'upload:%' and a.last_seen_at > now() - make_interval(secs => $2) as online, a.unreadable_sources as "unreadableSources", a.labels,
  a.facts, a.agent_version as "agentVersion"`;

export interface AssetRecord {
  id: string;
  kind: AssetKind;
  name: string;
  branch: string;
  version: string;
  os: string;
  componentCount: number;
  critical: number;
  high: number;
  medium: number;
  low: number;
  none: number;
  unknown: number;
  kevCount: number;
  risk: number;
  criticality: Criticality | null;
  criticalityBy: string;
  exposure: Exposure | null;
  exposureBy: string;
  covered: number;
  notCovered: number;
  unparsable: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
  inventoryAt: Date | null;
  hasAgent: boolean;
  online: boolean;
  unreadableSources: string[];
  labels: string[];
  facts: Record<string, unknown>;
  agentVersion: string;
}

/** One decimal, as risk is shown. */
export const oneDecimal = (value: number): number => Math.round(value * 10) / 10;

type Rating = z.output<typeof assetRow>["rating"];

const RULE = "rule:";
const ratedBy = (by: string): { from: "hand" | "rule" | null; rule: string | null } => ({
  from: by === "hand" ? "hand" : by.startsWith(RULE) ? "rule" : null,
  rule: by.startsWith(RULE) ? by.slice(RULE.length) : null,
});

/** How an asset is rated, by whom, and the points that this adds to its risk. */
export const toRating = (
  a: Pick<AssetRecord, "criticality" | "criticalityBy" | "exposure" | "exposureBy">,
): Rating => ({
  criticality: { value: a.criticality, ...ratedBy(a.criticalityBy) },
  exposure: { value: a.exposure, ...ratedBy(a.exposureBy) },
  points: assetPoints(a),
});

/** A stored asset as the API shows it. */
export const toAssetRow = (a: AssetRecord): z.output<typeof assetRow> => ({
  id: a.id,
  kind: a.kind,
  name: a.name,
  branch: a.branch,
  version: a.version,
  os: a.os,
  componentCount: a.componentCount,
  findings: { critical: a.critical, high: a.high, medium: a.medium, low: a.low, none: a.none, unknown: a.unknown },
  kevCount: a.kevCount,
  risk: oneDecimal(a.risk),
  rating: toRating(a),
  coverage: { covered: a.covered, notCovered: a.notCovered, unparsable: a.unparsable },
  firstSeenAt: a.firstSeenAt.toISOString(),
  lastSeenAt: a.lastSeenAt.toISOString(),
  inventoryAt: a.inventoryAt?.toISOString() ?? null,
  hasAgent: a.hasAgent,
  online: a.online,
  unreadableSources: a.unreadableSources,
  labels: a.labels,
});

/** An asset as another branch of the same thing shows it. */
export const toBranchRow = (a: AssetRecord): z.output<typeof branchRow> => {
  const { id, branch, version, risk, findings, inventoryAt } = toAssetRow(a);
  return { id, branch, version, risk, findings, inventoryAt };
};

export interface ComponentRecord {
  id: number;
  purl: string;
  ecosystem: string;
  name: string;
  version: string;
  source: string;
  assetCount: number;
  findingCount: number;
  risk: number;
  verdict: "affected" | "not_affected" | "unknown" | null;
  reason: string | null;
  ownerEcosystem: string;
  ownerName: string;
  ownerVersion: string;
  /** Null where nothing is said of places. */
  paths: string[] | null;
  layer: string | null;
  license: string | null;
  isDirect: boolean | null;
  isDev: boolean | null;
}

/** Who decides for an ecosystem, as the feeds in force say. */
export type Authorities = (ecosystem: string) => {
  readonly authority: "current" | "stale" | "none";
  readonly sources: readonly string[];
};

const coverageOf = (
  { verdict, reason, ecosystem, ownerEcosystem }: ComponentRecord,
  of: Authorities,
): z.output<typeof componentRow>["coverage"] => {
  const { authority, sources } = of(ownerEcosystem || ecosystem);
  // Both: a source speaks of the package, and nothing tells what it says of this version.
  const isOpen = reason === "unparsable" || reason === "no_stream";
  const state = verdict === null ? "pending" : isOpen ? "unparsable" : authority;
  // No records of this very release: the feed speaks of others.
  return verdict === "unknown" && !isOpen ? { state: "none", sources: [] } : { state, sources: [...sources] };
};

/** A stored component as the API shows it; not judged yet is `pending`. */
export const toComponentRow = (record: ComponentRecord, authorities: Authorities): z.output<typeof componentRow> => {
  const { ownerEcosystem: ecosystem, ownerName: name, ownerVersion: version, ...judged } = record;
  const { paths, layer, license, isDirect, isDev, ...c } = judged;
  const isClosed = c.verdict === "affected" && c.reason === null && c.findingCount === 0;
  return {
    ...c,
    reason: isClosed ? "vex" : c.reason,
    found: paths === null ? null : { paths, layer: layer ?? "", license: license ?? "", isDirect, isDev },
    coverage: coverageOf(record, authorities),
    source: c.source === "" ? null : c.source,
    ownedBy: name === "" ? null : { ecosystem, name, version },
    risk: oneDecimal(c.risk),
    verdict: isClosed ? "not_affected" : (c.verdict ?? "pending"),
  };
};
