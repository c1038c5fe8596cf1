import { baseEcosystem, canonicalEcosystem } from "@zerotrace/core";
import { COVERED_ECOSYSTEMS } from "./osv/ecosystems.ts";

const HOUR = 1;
const DAY = 24 * HOUR;

/** What a source is for, besides what it says of itself. */
export interface FeedFacts {
  /** What it gives: who is affected, more about what is known, or how long something is supported. */
  readonly kind: "advisories" | "enrichment" | "life cycles";
  /** Ecosystems without release whose packages it judges; empty for enrichment. */
  readonly ecosystems: readonly string[];
  /** More of them, which it has only at a location that holds their archives: they are not fetched from its public address. */
  readonly others?: readonly string[];
  /** SPDX expression, or in a few words what the source says; "none stated" where it says nothing. */
  readonly licence: string;
  /** True: read from its public address without being named. */
  readonly isDefault: boolean;
  /** Hours after which its data is stale: a few times the pace at which it changes. */
  readonly staleAfterHours: number;
}

/** Hours after which the data of a source that is not listed is stale. */
export const STALE_AFTER_HOURS = 48;

const LANGUAGES_OF_GITHUB = [
  "GitHub Actions",
  "Go",
  "Hex",
  "Maven",
  "NuGet",
  "Packagist",
  "Pub",
  "PyPI",
  "RubyGems",
  "SwiftURL",
  "crates.io",
  "npm",
];
const LANGUAGES_OF_CVE = ["Go", "Hex", "Maven", "NuGet", "Packagist", "Pub", "PyPI", "RubyGems", "crates.io", "npm"];

const MORE_OF_OSV = [
  "Alpaquita",
  "BellSoft Hardened Containers",
  "Bitnami",
  "CRAN",
  "CleanStart",
  "Echo",
  "GitHub Actions",
  "Hackage",
  "Homebrew",
  "Julia",
  "MinimOS",
  "opam",
];

const advisories = (ecosystems: readonly string[], licence: string, more: Partial<FeedFacts> = {}): FeedFacts => ({
  kind: "advisories",
  ecosystems,
  licence,
  isDefault: false,
  staleAfterHours: STALE_AFTER_HOURS,
  ...more,
});
const enrichment = (licence: string, staleAfterHours: number, isDefault = false): FeedFacts => ({
  kind: "enrichment",
  ecosystems: [],
  licence,
  isDefault,
  staleAfterHours,
});

/** By the feed's id. A test asserts that these are the feeds of the registry. */
export const FEED_FACTS: Readonly<Record<string, FeedFacts>> = {
  "alpine-secdb": advisories(["Alpine"], "see the site's license.txt", { staleAfterHours: 4 * DAY }),
  amazon: advisories(["Amazon Linux"], "none stated", { staleAfterHours: 14 * DAY }),
  "chainguard-secdb": advisories(["Chainguard"], "none stated"),
  cve5: advisories([...LANGUAGES_OF_CVE, "CPE"], "CVE terms of use; CISA's part CC0-1.0"),
  cwe: enrichment("MITRE's terms of use, with notice", 400 * DAY, true),
  // Its date is that of the newest changelog entry it has read.
  "debian-archive": advisories(["Debian", "Ubuntu"], "that of each package", { staleAfterHours: 14 * DAY }),
  "debian-tracker": advisories(["Debian"], "none stated for the data"),
  eol: { kind: "life cycles", ecosystems: ["OS"], licence: "MIT", isDefault: true, staleAfterHours: 30 * DAY },
  epss: enrichment("free use with attribution to FIRST", 3 * DAY, true),
  exploits: enrichment("GPL-2.0-or-later AND BSD-3-Clause", 14 * DAY, true),
  ghsa: advisories(LANGUAGES_OF_GITHUB, "CC-BY-4.0"),
  kev: enrichment("CC0-1.0", 14 * DAY, true),
  msrc: advisories(["Windows"], "none stated", { staleAfterHours: 40 * DAY }),
  nvd: advisories(["CPE"], "public domain, with notice"),
  oracle: advisories(["Oracle Linux"], "none stated", { staleAfterHours: 14 * DAY }),
  osv: advisories(COVERED_ECOSYSTEMS, "that of each database, mostly CC-BY-4.0, CC0-1.0 and MIT", {
    isDefault: true,
    others: MORE_OF_OSV,
  }),
  redhat: advisories(["Red Hat"], "CC-BY-4.0"),
  suse: advisories(["SUSE", "openSUSE"], "CC-BY-4.0"),
  "wolfi-secdb": advisories(["Wolfi"], "none stated"),
};

/** Feeds that judge packages of an ecosystem, those that are read without being named first, then by id. */
export const feedsFor = (ecosystem: string): string[] => {
  const base = baseEcosystem(canonicalEcosystem(ecosystem));
  return Object.entries(FEED_FACTS)
    .filter(([, facts]) => facts.ecosystems.includes(base) || facts.others?.includes(base))
    .sort(([a, x], [b, y]) => Number(y.isDefault) - Number(x.isDefault) || (a < b ? -1 : 1))
    .map(([id]) => id);
};

const HOUR_MS = 3_600_000;

/** How old a source's data is. */
export interface Freshness {
  /** Whole hours; null when the source gives no date and was never read. */
  readonly ageHours: number | null;
  readonly staleAfterHours: number;
  readonly isStale: boolean;
}

/**
 * The age of a source: of its data where that has a date, else since it was read. It is stale above its bound, which is never
 * below two intervals at which it is read, and when nothing of it is at hand.
 */
export const freshnessOf = (
  source: {
    readonly feed: string;
    readonly dataAt: string | null;
    readonly readAt: string;
    readonly recordCount?: number;
  },
  now: Date,
  syncHours = 0,
): Freshness => {
  const known = Object.hasOwn(FEED_FACTS, source.feed) ? FEED_FACTS[source.feed]!.staleAfterHours : STALE_AFTER_HOURS;
  const staleAfterHours = Math.max(known, 2 * syncHours);
  // A source that was read has records: without any it could not be reached, and there is no earlier copy.
  const at = source.recordCount === 0 ? Number.NaN : Date.parse(source.dataAt ?? source.readAt);
  if (Number.isNaN(at)) return { ageHours: null, staleAfterHours, isStale: true };
  const hours = (now.getTime() - at) / HOUR_MS;
  return { ageHours: Math.max(0, Math.floor(hours)), staleAfterHours, isStale: hours > staleAfterHours };
};
