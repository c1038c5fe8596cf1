import { AppError, CWES_MAX, isCwe } from "@zerotrace/core";
import type { CveEnrichment } from "@zerotrace/core";
import { productsOf } from "./configurations.ts";
import type { AffectedProduct } from "./configurations.ts";
import type { OsvShape } from "../osv-shape.ts";

/** How the origin of our records is shown. */
export const NVD_ORIGIN = "NVD https://nvd.nist.gov";

/** One line: descriptions of 50,000 CVEs are most of an index, and those of advisories come first anyway. */
const SUMMARY_MAX_CHARS = 160;
const VECTORS_MAX = 20;
const CVE_ID = /^CVE-\d{4}-\d{4,19}$/;
/** Newest first, as NVD names them. */
const METRICS = ["cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2"] as const;

/** What is kept of one CVE of NVD: small, and all that later readings need. */
export interface NvdEntry {
  readonly cve: CveEnrichment;
  /** The record in OSV's shape; null when it names no product. */
  readonly record: OsvShape<AffectedProduct> | null;
  readonly modifiedAt: string;
  /** Parts of the configurations that were left out. */
  readonly skippedCount: number;
}

type Json = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});

/** NVD writes times without a zone; they are UTC. Null when it is none. */
export function instantOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

const isPrimary = (value: Json): boolean => value["type"] === "Primary";

const primaryFirst = (values: readonly unknown[]): Json[] => {
  const all = values.map(object);
  return [...all.filter(isPrimary), ...all.filter((value) => !isPrimary(value))];
};

function vectorsOf(metrics: Json): string[] {
  const vectors = METRICS.flatMap((name) =>
    primaryFirst(list(metrics[name])).map((metric) => object(metric["cvssData"])["vectorString"]),
  );
  return [...new Set(vectors.filter((vector) => typeof vector === "string"))].slice(0, VECTORS_MAX);
}

function cwesOf(weaknesses: unknown): string[] {
  const names = primaryFirst(list(weaknesses)).flatMap((weakness) =>
    list(weakness["description"]).map((description) => object(description)["value"]),
  );
  return [...new Set(names.filter((name) => typeof name === "string" && isCwe(name)))].slice(0, CWES_MAX) as string[];
}

function summaryOf(descriptions: unknown): string {
  const english = list(descriptions)
    .map(object)
    .find((description) => /^en\b/.test(String(description["lang"])));
  const value = english?.["value"];
  if (typeof value !== "string") return "";
  const lines = value.slice(0, SUMMARY_MAX_CHARS * 8).split(/\r?\n/);
  const first = (lines.find((line) => line.trim() !== "") ?? "").replaceAll(/\s+/g, " ").trim().toWellFormed();
  return first.length <= SUMMARY_MAX_CHARS ? first : `${first.slice(0, SUMMARY_MAX_CHARS - 1).toWellFormed()}…`;
}

/**
 * Reads one element of `vulnerabilities`. `fallbackAt` stands in where it has no `lastModified`. Throws AppError BAD_RECORD
 * when it has no CVE id.
 */
export function entryOf(element: unknown, fallbackAt: string): NvdEntry {
  const json = object(object(element)["cve"]);
  const id = json["id"];
  if (typeof id !== "string" || !CVE_ID.test(id)) throw new AppError("BAD_RECORD", "its id is no CVE id.");
  const modifiedAt = instantOf(json["lastModified"]) ?? fallbackAt;
  const publishedAt = instantOf(json["published"]);
  const isRejected = String(json["vulnStatus"]).toLowerCase() === "rejected";
  const summary = summaryOf(json["descriptions"]);
  const { affected, skippedCount } = isRejected
    ? { affected: [], skippedCount: 0 }
    : productsOf(json["configurations"]);
  return {
    cve: {
      id,
      vectors: isRejected ? [] : vectorsOf(object(json["metrics"])),
      cwes: isRejected ? [] : cwesOf(json["weaknesses"]),
      ssvc: null,
      exploits: [],
      rejectedAt: isRejected ? modifiedAt : null,
      summary: isRejected ? "" : summary,
      publishedAt,
    },
    record: affected.length === 0 ? null : recordOf(id, modifiedAt, publishedAt, summary, affected),
    modifiedAt,
    skippedCount,
  };
}

const recordOf = (
  id: string,
  modified: string,
  published: string | null,
  summary: string,
  affected: readonly AffectedProduct[],
): OsvShape<AffectedProduct> => ({
  schema_version: "1.7.0",
  id: `NVD-${id}`,
  modified,
  ...(published !== null && { published }),
  aliases: [id],
  ...(summary !== "" && { summary }),
  affected,
  database_specific: { derived_from: NVD_ORIGIN },
});
