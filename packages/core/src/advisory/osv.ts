import { fixUrgency } from "../component/editions.ts";
import { AppError } from "../errors.ts";
import { baseScore } from "../severity/cvss.ts";
import { schemeFor } from "../version/index.ts";
import type { AdvisoryRecord, AffectedPackage, AffectedRange, RecordSeverity } from "./advisory.ts";
import { CWES_MAX, isCwe } from "./enrichment.ts";
import { byStream } from "./modules.ts";
import { intervalsOf, readEvents } from "./osv-ranges.ts";

/** Bounds of one record; counts, and lengths in UTF-16 units. */
export const OSV_LIMITS = {
  idLength: 256,
  nameLength: 1024,
  versionLength: 1024,
  summaryLength: 300,
  originLength: 300,
  vectorLength: 512,
  aliases: 10_000,
  affected: 100_000,
  ranges: 200_000,
  versions: 500_000,
} as const;

type Json = Readonly<Record<string, unknown>>;

const bad = (field: string, what: string): AppError => new AppError("BAD_RECORD", `${field} ${what}.`, { field });

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const object = (value: unknown, field: string): Json => {
  if (!isObject(value)) throw bad(field, "must be an object");
  return value;
};

/** An optional list: absent and null are empty. */
const list = (value: unknown, field: string, max: number): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw bad(field, "must be a list");
  if (value.length > max) throw bad(field, `has more than ${max} entries`);
  return value;
};

/** Without white space around it: an alias `CVE-2020-13665 ` is the CVE. */
const text = (value: unknown, field: string, max: number): string => {
  if (typeof value !== "string") throw bad(field, "must be text");
  const trimmed = value.trim();
  if (trimmed.length === 0) throw bad(field, "must not be empty");
  if (trimmed.length > max) throw bad(field, `is longer than ${max} characters`);
  return trimmed.isWellFormed() ? trimmed : trimmed.toWellFormed();
};

const version = (value: unknown, field: string): string => text(value, field, OSV_LIMITS.versionLength);

/** The name of a record. Some write `cve-2020-1`. */
const nameOf = (value: unknown, field: string): string => {
  const name = text(value, field, OSV_LIMITS.idLength);
  return /^cve-\d/i.test(name) ? name.toUpperCase() : name;
};

const names = (value: unknown, field: string): string[] => [
  ...new Set(list(value, field, OSV_LIMITS.aliases).map((v, i) => nameOf(v, `${field}[${i}]`))),
];

/** Free text that is shown: one line, cut to the limit, empty when it is no text. Copied, so that the source can go. */
const line = (value: unknown, max: number): string => {
  if (typeof value !== "string") return "";
  const flat = value
    .slice(0, max * 8)
    .replaceAll(/\s+/g, " ")
    .trim()
    .toWellFormed();
  return flat.length <= max ? flat : `${flat.slice(0, max - 1).toWellFormed()}…`;
};

/** An instant in ISO form. Dates before 1970 are zero values of the source's language, kept only where one is needed. */
const instant = (value: unknown, field: string): string | null => {
  if (value === undefined || value === null || value === "") return null;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw bad(field, "must be an RFC 3339 time");
  return new Date(time).toISOString();
};

const sinceEpoch = (iso: string | null): string | null => (iso !== null && iso >= "1970" ? iso : null);

const word = (...values: readonly unknown[]): string => {
  for (const value of values) if (typeof value === "string" && value !== "") return line(value, 64).toLowerCase();
  return "";
};

const inner = (entry: Json, field: string): Json => {
  const value = entry[field];
  return isObject(value) ? value : {};
};

/** A tracker's "not yet assigned" says nothing, so the next source is asked first. What a fix needs goes before it. */
const urgencyOf = (entry: Json, ecosystem: string, ranges: readonly AffectedRange[]): string => {
  const needs = fixUrgency(ecosystem);
  if (needs !== "" && ranges.some(({ fixed }) => fixed !== null)) return needs;
  const own = word(inner(entry, "ecosystem_specific")["urgency"]);
  const other = word(inner(entry, "database_specific")["urgency"]);
  return own === "" || own === "not yet assigned" ? other || own : own;
};

const rangesOf = (entry: Json, field: string, ecosystem: string): AffectedRange[] => {
  const scheme = schemeFor(ecosystem) ?? null;
  return list(entry["ranges"], `${field}.ranges`, OSV_LIMITS.ranges).flatMap((value, i) => {
    const range = object(value, `${field}.ranges[${i}]`);
    if (range["type"] !== "SEMVER" && range["type"] !== "ECOSYSTEM") return [];
    return intervalsOf(readEvents(range["events"], `${field}.ranges[${i}].events`, version), scheme);
  });
};

/** A patch of the running kernel changes no package; the CVEs' own records judge the kernel that is installed. */
const isLivePatch = (entry: Json): boolean =>
  word(inner(entry, "ecosystem_specific")["availability"]).startsWith("livepatch ");

const affectedOf = (value: unknown, field: string, summary: string): AffectedPackage[] => {
  const entry = object(value, field);
  // Entries about a source repository name no package: nothing that we inventory can be one.
  if (entry["package"] === undefined || entry["package"] === null || isLivePatch(entry)) return [];
  const named = object(entry["package"], `${field}.package`);
  const ecosystem = text(named["ecosystem"], `${field}.package.ecosystem`, OSV_LIMITS.idLength);
  const versions = list(entry["versions"], `${field}.versions`, OSV_LIMITS.versions);
  const ranges = rangesOf(entry, field, ecosystem);
  const affected = {
    ecosystem,
    name: text(named["name"], `${field}.package.name`, OSV_LIMITS.nameLength),
    ranges,
    versions: [...new Set(versions.map((v, i) => version(v, `${field}.versions[${i}]`)))],
    urgency: urgencyOf(entry, ecosystem, ranges),
  };
  return byStream(affected, summary);
};

const severityOf = (record: Json, entries: readonly Json[]): RecordSeverity => {
  const vectors = new Map<string, { version: string; score: number }>();
  let label = "";
  for (const [i, holder] of [record, ...entries].entries()) {
    const field = i === 0 ? "severity" : `affected[${i - 1}].severity`;
    for (const value of list(holder["severity"], field, OSV_LIMITS.aliases)) {
      if (!isObject(value) || typeof value["score"] !== "string") throw bad(field, "must hold a type and a score");
      if (String(value["type"]).startsWith("CVSS")) {
        const score = value["score"].length <= OSV_LIMITS.vectorLength ? baseScore(value["score"]) : null;
        if (score) vectors.set(value["score"].trim(), score);
      } else label ||= word(value["score"]);
    }
  }
  label ||= word(inner(record, "database_specific")["severity"]);
  for (const entry of entries) {
    const specific = inner(entry, "ecosystem_specific");
    label ||= word(specific["severity"], inner(entry, "database_specific")["severity"], specific["urgency"]);
  }
  const order = [...vectors].sort(
    ([a, x], [b, y]) => Number(y.version) - Number(x.version) || y.score - x.score || (a < b ? -1 : 1),
  );
  return { vectors: order.map(([vector]) => vector), label };
};

/** Weaknesses as GitHub writes them; anything else is left out. */
const cwesOf = (record: Json): string[] => {
  const ids = inner(record, "database_specific")["cwe_ids"];
  if (!Array.isArray(ids)) return [];
  return ids.filter((id): id is string => typeof id === "string" && isCwe(id)).slice(0, CWES_MAX);
};

/**
 * Reads one record in the OSV schema (any 1.x version). GIT ranges and entries without a package are left out; all
 * else that the schema's evaluation needs is kept. Throws BAD_RECORD naming the first field that cannot be used.
 */
export const parseOsvRecord = (json: unknown): AdvisoryRecord => {
  const record = object(json, "record");
  const id = nameOf(record["id"], "id");
  const modifiedAt = instant(record["modified"], "modified");
  if (modifiedAt === null) throw bad("modified", "is missing");
  const entries = list(record["affected"], "affected", OSV_LIMITS.affected);
  const summary = line(record["summary"], OSV_LIMITS.summaryLength);
  const affected = entries.flatMap((entry, i) => affectedOf(entry, `affected[${i}]`, summary));
  const cwes = cwesOf(record);
  return {
    id,
    aliases: names(record["aliases"], "aliases").filter((name) => name !== id),
    upstream: names(record["upstream"], "upstream").filter((name) => name !== id),
    publishedAt: sinceEpoch(instant(record["published"], "published")),
    modifiedAt,
    withdrawnAt: instant(record["withdrawn"], "withdrawn"),
    summary: summary || line(record["details"], OSV_LIMITS.summaryLength),
    severity: severityOf(record, entries as readonly Json[]),
    origin: line(inner(record, "database_specific")["derived_from"], OSV_LIMITS.originLength),
    affected,
    ...(cwes.length > 0 && { cwes }),
  };
};
