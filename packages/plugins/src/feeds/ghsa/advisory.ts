import { AppError, normalizeName, schemeFor } from "@zerotrace/core";
import { versionAfter } from "../next-version.ts";

/** How the origin of our records is shown. */
export const GHSA_ORIGIN = "GitHub Advisory Database https://github.com/advisories";

/** Counts; lengths in UTF-16 units. */
const PACKAGES_MAX = 5000;
const VERSION_MAX = 200;
const SUMMARY_MAX = 300;
const GHSA_ID = /^GHSA(?:-[0-9a-z]{4}){3}$/;
const CVE_ID = /^CVE-\d{4}-\d{4,19}$/;

/** OSV's name of what GitHub calls an ecosystem; `other` has no packages that are inventoried. */
const ECOSYSTEMS: Readonly<Record<string, string>> = {
  actions: "GitHub Actions",
  composer: "Packagist",
  erlang: "Hex",
  go: "Go",
  maven: "Maven",
  npm: "npm",
  nuget: "NuGet",
  pip: "PyPI",
  pub: "Pub",
  rubygems: "RubyGems",
  rust: "crates.io",
  swift: "SwiftURL",
};
const SEMVER: ReadonlySet<string> = new Set(["GitHub Actions", "Go", "Hex", "SwiftURL", "crates.io", "npm"]);

type Json = Readonly<Record<string, unknown>>;
type Event = Readonly<Record<string, string>>;

/** The part of OSV's schema that we write. */
export interface OsvShape {
  readonly schema_version: "1.7.0";
  readonly id: string;
  readonly modified: string;
  readonly published?: string;
  readonly withdrawn?: string;
  readonly aliases: readonly string[];
  readonly summary?: string;
  readonly severity?: readonly { readonly type: string; readonly score: string }[];
  readonly affected: readonly OsvAffected[];
  readonly database_specific: Json;
}

interface OsvAffected {
  readonly package: { readonly ecosystem: string; readonly name: string };
  readonly ranges?: readonly { readonly type: "SEMVER" | "ECOSYSTEM"; readonly events: readonly Event[] }[];
  readonly versions?: readonly string[];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, PACKAGES_MAX) : []);
const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const bad = (what: string): AppError => new AppError("BAD_RECORD", what);

const instant = (value: unknown): string | null => {
  const at = typeof value === "string" && value.length <= 40 ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

/** One interval of `vulnerable_version_range`, or one version of it. */
export type VersionRange = { readonly events: readonly Event[] } | { readonly version: string };

/**
 * Reads GitHub's notation, `>= 1.0, < 2.0` or `= 1.2.3`. `fixed` is its `first_patched_version`: it ends a range that
 * says `<=` or `=`, because the fix is what matters, and one without an end. Throws AppError BAD_RECORD when it is none.
 */
export function readRange(text: string, fixed: string | null, ecosystem: string): VersionRange {
  let introduced = "0";
  let end: Event | null = null;
  for (const part of text.split(",")) {
    const [, operator, version = ""] = /^\s*(>=|<=|>|<|=)\s*([A-Za-z0-9]\S*)\s*$/.exec(part) ?? [];
    if (operator === undefined || version.length > VERSION_MAX) throw bad(`its range "${text.slice(0, 80)}" is none.`);
    if (operator === "=") {
      if (fixed === null || !isAbove(fixed, version, ecosystem)) return { version };
      introduced = version;
      end = { fixed };
      break;
    }
    if (operator === ">=") introduced = version;
    else if (operator === ">") introduced = excluded(version, ecosystem);
    else if (operator === "<") end = { fixed: version };
    else end = { last_affected: version };
  }
  if (fixed !== null && (end === null || end["fixed"] === undefined)) {
    end = isAbove(fixed, end?.["last_affected"] ?? introduced, ecosystem) ? { fixed } : end;
  }
  return { events: [{ introduced }, ...(end === null ? [] : [end])] };
}

const excluded = (version: string, ecosystem: string): string => {
  const scheme = schemeFor(ecosystem);
  return (scheme && versionAfter(scheme, version)) ?? version;
};

const isAbove = (a: string, b: string, ecosystem: string): boolean =>
  b === "0" || schemeFor(ecosystem)?.compare(a, b) === 1;

const patchedOf = (value: unknown): string | null => {
  const version = typeof value === "object" ? object(value)["identifier"] : value;
  return typeof version === "string" && version !== "" && version.length <= VERSION_MAX ? version : null;
};

/** The entries of one package in one, in the order of their first. */
function affectedOf(vulnerabilities: readonly unknown[]): OsvAffected[] {
  const packages = new Map<string, { name: string; ecosystem: string; ranges: Event[][]; versions: Set<string> }>();
  for (const value of vulnerabilities) {
    const vulnerability = object(value);
    const { ecosystem: theirs, name } = object(vulnerability["package"]);
    const ecosystem = ECOSYSTEMS[String(theirs).toLowerCase()];
    if (ecosystem === undefined) continue;
    if (typeof name !== "string" || name === "") throw bad("it has a package without a name.");
    const text = vulnerability["vulnerable_version_range"];
    if (typeof text !== "string" || text.trim() === "") throw bad(`${name.slice(0, 80)} has no range.`);
    const range = readRange(text, patchedOf(vulnerability["first_patched_version"]), ecosystem);
    const key = `${ecosystem}\n${normalizeName(ecosystem, name)}`;
    const shown = ecosystem === "PyPI" ? normalizeName(ecosystem, name) : name;
    const own = packages.get(key) ?? { name: shown, ecosystem, ranges: [], versions: new Set() };
    packages.set(key, own);
    if ("version" in range) own.versions.add(range.version);
    else own.ranges.push([...range.events]);
  }
  return [...packages.values()].map(({ name, ecosystem, ranges, versions }) => ({
    package: { ecosystem, name },
    ...(ranges.length > 0 && {
      ranges: ranges.map((events) => ({ type: SEMVER.has(ecosystem) ? "SEMVER" : "ECOSYSTEM", events }) as const),
    }),
    ...(versions.size > 0 && { versions: [...versions] }),
  }));
}

function severityOf(advisory: Json): { type: string; score: string }[] {
  const all = object(advisory["cvss_severities"]);
  const vectors = [object(all["cvss_v4"]), object(all["cvss_v3"]), object(advisory["cvss"])];
  const found = new Map<string, { type: string; score: string }>();
  for (const { vector_string: score } of vectors) {
    if (typeof score !== "string" || score === "") continue;
    const type = score.startsWith("CVSS:4") ? "CVSS_V4" : score.startsWith("CVSS:3") ? "CVSS_V3" : "CVSS_V2";
    found.set(score, { type, score });
  }
  return [...found.values()];
}

function aliasesOf(advisory: Json): string[] {
  const named = list(advisory["identifiers"]).map((value) => object(value)["value"]);
  const ids = [advisory["cve_id"], ...named].filter((id) => typeof id === "string" && CVE_ID.test(id));
  return [...new Set(ids as string[])];
}

const summaryOf = (value: unknown): string =>
  typeof value === "string" ? value.slice(0, SUMMARY_MAX).replaceAll(/\s+/g, " ").trim().toWellFormed() : "";

/**
 * One advisory of GitHub's REST API in OSV's shape. Throws AppError BAD_RECORD when its id, its time or one of its ranges
 * cannot be used: half an advisory would call the other half safe.
 */
export function osvOfAdvisory(value: unknown): OsvShape {
  const advisory = object(value);
  const id = advisory["ghsa_id"];
  if (typeof id !== "string" || !GHSA_ID.test(id)) throw bad("its ghsa_id is no GHSA id.");
  const modified = instant(advisory["updated_at"]);
  if (modified === null) throw bad("it has no updated_at.");
  const published = instant(advisory["published_at"]);
  const withdrawn = instant(advisory["withdrawn_at"]);
  const severity = severityOf(advisory);
  const summary = summaryOf(advisory["summary"]);
  const cwes = list(advisory["cwes"]).map((cwe) => object(cwe)["cwe_id"]);
  const label = advisory["severity"];
  return {
    schema_version: "1.7.0",
    id,
    modified,
    ...(published !== null && { published }),
    ...(withdrawn !== null && { withdrawn }),
    aliases: aliasesOf(advisory),
    ...(summary !== "" && { summary }),
    ...(severity.length > 0 && { severity }),
    affected: affectedOf(list(advisory["vulnerabilities"])),
    database_specific: {
      derived_from: GHSA_ORIGIN,
      ...(typeof label === "string" && { severity: label.slice(0, 20).toUpperCase() }),
      ...(cwes.length > 0 && { cwe_ids: cwes.filter((cwe) => typeof cwe === "string").slice(0, 20) }),
    },
  };
}
