import { AppError, CWES_MAX, EXPLOITS_MAX, isCwe, SSVC } from "@zerotrace/core";
import type { CveEnrichment, Ssvc } from "@zerotrace/core";
import { affectedOf } from "./affected.ts";
import type { AffectedEntry } from "./affected.ts";
import type { OsvShape } from "../osv-shape.ts";

/** How the origin of our records is shown. */
export const CVE_LIST_ORIGIN = "CVE List https://github.com/CVEProject/cvelistV5";

/** Lengths in UTF-16 units, counts. */
const SUMMARY_MAX = 200;
const VECTORS_MAX = 20;
const REFERENCES_MAX = 1000;
const CONTAINERS_MAX = 20;
const CVE_ID = /^CVE-\d{4}-\d{4,19}$/;
/** Newest first, as the record format names them. */
const METRICS = ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"] as const;

/** What one record of the CVE list gives. */
export interface CveListEntry {
  readonly cve: CveEnrichment;
  /** The record in OSV's shape; null when it names no package and no product. */
  readonly record: OsvShape<AffectedEntry> | null;
  readonly modifiedAt: string;
  /** Elements of `affected[]` whose versions cannot be compared. */
  readonly skippedCount: number;
}

type Json = Readonly<Record<string, unknown>>;

const list = (value: unknown, max = REFERENCES_MAX): readonly unknown[] =>
  Array.isArray(value) ? value.slice(0, max) : [];
const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});

/** Times without a zone are UTC. Null when it is none. */
function instantOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > 40) return null;
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function vectorsOf(containers: readonly Json[]): string[] {
  const vectors = containers.flatMap((container) => {
    const metrics = list(container["metrics"]).map(object);
    return METRICS.flatMap((name) => metrics.map((metric) => object(metric[name])["vectorString"]));
  });
  return [...new Set(vectors.filter((vector) => typeof vector === "string"))].slice(0, VECTORS_MAX);
}

function cwesOf(containers: readonly Json[]): string[] {
  const ids = containers.flatMap((container) =>
    list(container["problemTypes"]).flatMap((type) =>
      list(object(type)["descriptions"]).map((description) => object(description)["cweId"]),
    ),
  );
  return [...new Set(ids.filter((id) => typeof id === "string" && isCwe(id)))].slice(0, CWES_MAX) as string[];
}

const exploitsOf = (containers: readonly Json[]): string[] => {
  const urls = containers.flatMap((container) =>
    list(container["references"]).flatMap((value) => {
      const { url, tags } = object(value);
      return typeof url === "string" && /^https?:\/\//.test(url) && list(tags).includes("exploit") ? [url] : [];
    }),
  );
  return [...new Set(urls)].slice(0, EXPLOITS_MAX);
};

const wordOf = <T extends string>(words: readonly T[], value: unknown): T | undefined =>
  words.find((word) => word === String(value).toLowerCase());

/** The decision points of the last SSVC metric that has all three. */
function ssvcOf(containers: readonly Json[]): Ssvc | null {
  let found: Ssvc | null = null;
  for (const metric of containers.flatMap((container) => list(container["metrics"]))) {
    const other = object(object(metric)["other"]);
    if (other["type"] !== "ssvc") continue;
    const options: Json = Object.assign({}, ...list(object(other["content"])["options"], 20).map(object));
    const exploitation = wordOf(SSVC.exploitation, options["Exploitation"]);
    const automatable = wordOf(SSVC.automatable, options["Automatable"]);
    const technicalImpact = wordOf(SSVC.technicalImpact, options["Technical Impact"]);
    if (exploitation && automatable && technicalImpact) found = { exploitation, automatable, technicalImpact };
  }
  return found;
}

const oneLine = (value: unknown): string => {
  if (typeof value !== "string") return "";
  const flat = value
    .slice(0, SUMMARY_MAX * 2)
    .replaceAll(/\s+/g, " ")
    .trim()
    .toWellFormed();
  const cut = flat.length <= SUMMARY_MAX ? flat : `${flat.slice(0, SUMMARY_MAX - 1).toWellFormed()}…`;
  // Copied, so that the text it was cut from can go.
  return Buffer.from(cut).toString("utf8");
};

function summaryOf(cna: Json): string {
  const english = list(cna["descriptions"])
    .map(object)
    .find((description) => /^en\b/i.test(String(description["lang"])));
  return oneLine(cna["title"]) || oneLine(english?.["value"]);
}

/** What the numbering authority says, then CISA, then the other publishers. */
function containersOf(json: Json): { cna: Json; all: Json[] } {
  const containers = object(json["containers"]);
  const cna = object(containers["cna"]);
  const others = list(containers["adp"], CONTAINERS_MAX).map(object);
  const isCisa = (one: Json): boolean => object(one["providerMetadata"])["shortName"] === "CISA-ADP";
  return { cna, all: [cna, ...others.filter(isCisa), ...others.filter((one) => !isCisa(one))] };
}

/** Reads one record in the CVE record format 5.x. Throws AppError BAD_RECORD when it has no CVE id or no time. */
export function cveListEntry(value: unknown): CveListEntry {
  const json = object(value);
  const metadata = object(json["cveMetadata"]);
  const id = metadata["cveId"];
  if (typeof id !== "string" || !CVE_ID.test(id)) throw new AppError("BAD_RECORD", "its cveId is no CVE id.");
  if (json["containers"] === undefined) throw new AppError("BAD_RECORD", "it has no containers.");
  const { cna, all } = containersOf(json);
  const modifiedAt =
    instantOf(metadata["dateUpdated"]) ??
    instantOf(object(cna["providerMetadata"])["dateUpdated"]) ??
    instantOf(metadata["datePublished"]);
  if (modifiedAt === null) throw new AppError("BAD_RECORD", "it has no time of its last change.");
  const publishedAt = instantOf(metadata["datePublished"]);
  if (metadata["state"] === "REJECTED") {
    const rejectedAt = instantOf(metadata["dateRejected"]) ?? modifiedAt;
    const nothing = { vectors: [], cwes: [], ssvc: null, exploits: [], summary: "" };
    return { cve: { id, ...nothing, rejectedAt, publishedAt }, record: null, modifiedAt, skippedCount: 0 };
  }
  const summary = summaryOf(cna);
  const { entries, skippedCount } = affectedOf(all);
  const cve: CveEnrichment = {
    id,
    vectors: vectorsOf(all),
    cwes: cwesOf(all),
    ssvc: ssvcOf(all),
    exploits: exploitsOf(all),
    rejectedAt: null,
    ...(metadata["state"] === "PUBLISHED" && { isPublished: true }),
    summary,
    publishedAt,
  };
  const record: OsvShape<AffectedEntry> | null =
    entries.length === 0
      ? null
      : {
          schema_version: "1.7.0",
          id: `CVELIST-${id}`,
          modified: modifiedAt,
          ...(publishedAt !== null && { published: publishedAt }),
          aliases: [id],
          ...(summary !== "" && { summary }),
          affected: entries,
          database_specific: { derived_from: CVE_LIST_ORIGIN },
        };
  return { cve, record, modifiedAt, skippedCount };
}
