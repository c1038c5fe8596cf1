import { parseCpe, schemeFor, SCHEMES } from "@zerotrace/core";
import type { VersionScheme } from "@zerotrace/core";
import { cpeCriteria, productsOf } from "../nvd/configurations.ts";
import { packageOf, understands } from "./collections.ts";
import { affectedVersions, NO_END } from "./statuses.ts";
import type { AffectedVersions, StatusEntry } from "./statuses.ts";

/** One element of OSV's `affected`. */
export interface AffectedEntry {
  readonly package: { readonly ecosystem: string; readonly name: string };
  readonly ranges?: readonly { readonly type: "ECOSYSTEM" | "SEMVER"; readonly events: readonly object[] }[];
  readonly versions?: readonly string[];
  readonly database_specific?: object;
}

/** What the `affected[]` of a record says, in OSV's shape. */
export interface Affected {
  readonly entries: readonly AffectedEntry[];
  /** Elements that name a package or a product, and whose versions cannot be compared. */
  readonly skippedCount: number;
}

type Json = Readonly<Record<string, unknown>>;

const ENTRIES_MAX = 20_000;
const VERSIONS_MAX = 10_000;
const VERSION_MAX_CHARS = 200;
/** Words that stand where no version is. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(["", "*", "-", "n/a", "na", "none", "unknown", "unspecified"]);
/** Types whose versions are no versions of the product that a CPE names. */
const FOREIGN_TYPES: ReadonlySet<string> = new Set(["git", "commit-id", "original_commit_for_fix", "rpm"]);

const CPE_SCHEME = SCHEMES.find((scheme) => scheme.id === "cpe") as VersionScheme;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const version = (value: unknown): string =>
  typeof value === "string" && value.length <= VERSION_MAX_CHARS ? value.trim() : "";
const isAffected = (status: unknown): boolean => status === "affected";

/** `6.6.*` as an end is everything below `6.7`. */
function endOf(value: string, isIncluded: boolean): StatusEntry["end"] {
  const series = /^(.*?)(\d{1,15})\.\*$/.exec(value);
  if (series) return { version: `${series[1]}${Number(series[2]) + 1}`, isIncluded: false };
  return { version: value, isIncluded };
}

function statusEntry(json: Json): StatusEntry | null {
  const from = version(json["version"]);
  const below = version(json["lessThan"]);
  const upTo = version(json["lessThanOrEqual"]);
  const end = below === "" ? (upTo === "" ? null : endOf(upTo, true)) : endOf(below, false);
  const isPlaceholder = PLACEHOLDERS.has(from.toLowerCase());
  if (end === null && isPlaceholder) return null;
  const isEndless = end !== null && end.version !== NO_END && PLACEHOLDERS.has(end.version.toLowerCase());
  return {
    version: isPlaceholder ? "0" : from,
    isAffected: isAffected(json["status"]),
    end: isEndless ? { version: NO_END, isIncluded: true } : end,
    changes: list(json["changes"]).map((value) => {
      const change = object(value);
      return { at: version(change["at"]), isAffected: isAffected(change["status"]) };
    }),
  };
}

/** The versions of an element; `takes` says which types of ranges can be compared. Null: they cannot be. */
function versionsOf(json: Json, scheme: VersionScheme, takes: (type: string) => boolean): AffectedVersions | null {
  const raw = list(json["versions"]).map(object);
  if (raw.length > VERSIONS_MAX) return null;
  const own = raw.filter((one) => version(one["versionType"]).toLowerCase() !== "git");
  const byDefault = isAffected(json["defaultStatus"]);
  const isRange = (one: Json): boolean => one["lessThan"] !== undefined || one["lessThanOrEqual"] !== undefined;
  const isStrange = (one: Json): boolean => isRange(one) && !takes(version(one["versionType"]).toLowerCase());
  // One entry decides before the next: all of them can be compared, or none is of use.
  if (own.some(isStrange) || (raw.length > 0 && own.length === 0)) return null;
  const entries = own.flatMap((one) => statusEntry(one) ?? []);
  if (raw.length > 0 && entries.length === 0) return null;
  return affectedVersions(entries, byDefault, scheme) ?? onlyListed(entries, byDefault);
}

/** Versions that the scheme cannot order can still be equal. */
function onlyListed(entries: readonly StatusEntry[], byDefault: boolean): AffectedVersions | null {
  if (byDefault || entries.some((entry) => entry.end !== null || entry.changes.length > 0)) return null;
  return { ranges: [], versions: entries.filter((entry) => entry.isAffected).map((entry) => entry.version) };
}

const isEmpty = ({ ranges, versions }: AffectedVersions): boolean => ranges.length === 0 && versions.length === 0;

const entryOf = (ecosystem: string, name: string, found: AffectedVersions): AffectedEntry => ({
  package: { ecosystem, name },
  ...(found.ranges.length > 0 && {
    ranges: found.ranges.map((events) => ({ type: "ECOSYSTEM" as const, events })),
  }),
  ...(found.versions.length > 0 && { versions: [...new Set(found.versions)] }),
});

/** `part:vendor:product` of names in either binding, each once. */
function productNames(cpes: unknown): string[] {
  const names = new Set<string>();
  for (const value of list(cpes).slice(0, ENTRIES_MAX)) {
    if (typeof value !== "string") continue;
    const criteria = cpeCriteria(value);
    if (criteria !== null && !criteria.isPlaceholder) names.add(criteria.name);
    else if (criteria === null && value.startsWith("cpe:/")) {
      const { part, vendor, product } = parseCpe(value) ?? {};
      const name = [part, vendor, product].join(":").replaceAll("\\", "").toLowerCase();
      if (/^[aho]:[^*:?][^:]*:[^*:?][^:]*$/.test(name)) names.add(name);
    }
  }
  return [...names];
}

/**
 * Reads `affected[]` and `cpeApplicability` of the containers, the first one first: packages of language ecosystems, and
 * products with a CPE name that is written there. A product that an earlier container names is left out of later ones.
 */
export function affectedOf(containers: readonly Json[]): Affected {
  const entries: AffectedEntry[] = [];
  let skippedCount = 0;
  const earlier = new Set<string>();
  for (const container of containers) {
    const applicable = productsOf(container["cpeApplicability"]);
    const own: AffectedEntry[] = applicable.affected.filter((one) => !earlier.has(one.package.name));
    const applicableNames = new Set(applicable.affected.map((one) => one.package.name));
    skippedCount += applicable.skippedCount;
    for (const value of list(container["affected"]).slice(0, ENTRIES_MAX)) {
      const json = object(value);
      const read = packageEntries(json) ?? productEntries(json, new Set([...earlier, ...applicableNames]));
      if (read === "skipped") skippedCount++;
      else own.push(...read);
    }
    entries.push(...own.slice(0, ENTRIES_MAX));
    for (const one of own) earlier.add(one.package.name);
  }
  // Packages of one module say the same of it.
  const each = new Map(entries.map((entry) => [JSON.stringify(entry), entry]));
  return { entries: [...each.values()], skippedCount };
}

/** Null when the element names no package. */
function packageEntries(json: Json): AffectedEntry[] | "skipped" | null {
  const named = packageOf(json);
  if (named === null) return null;
  const scheme = schemeFor(named.ecosystem);
  const found = scheme && versionsOf(json, scheme, (type) => understands(named.ecosystem, type));
  if (!found) return "skipped";
  return isEmpty(found) ? [] : [entryOf(named.ecosystem, named.name, found)];
}

/** The CPE name of a vendor's package collection names the system that has the package, not the package. */
function productEntries(json: Json, left: ReadonlySet<string>): AffectedEntry[] | "skipped" {
  if (json["packageName"] !== undefined || json["packageURL"] !== undefined) return [];
  const names = productNames(json["cpes"]).filter((name) => !left.has(name));
  if (names.length === 0) return [];
  const found = versionsOf(json, CPE_SCHEME, (type) => !FOREIGN_TYPES.has(type));
  if (found === null) return "skipped";
  return isEmpty(found) ? [] : names.map((name) => entryOf("CPE", name, found));
}
