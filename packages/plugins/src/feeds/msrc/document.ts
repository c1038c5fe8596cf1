import { schemeFor } from "@zerotrace/core";
import { NO_DATE } from "../data-date.ts";

/** Name and address of the source, for `derived_from`. */
export const MSRC_ORIGIN = "Microsoft Security Update Guide (https://api.msrc.microsoft.com/cvrf/v3.0/updates)";

/** The package that stands for Windows itself; its version is the build. */
const PACKAGE = "Windows";

/**
 * The ecosystem of a version of Windows by Microsoft's name of the product, architecture and edition included: `Windows:Server 2022`,
 * `Windows:11 Version 24H2 for x64-based Systems`. One each, so that a version that Microsoft does not list is not taken for clean.
 */
export const windowsEcosystem = (product: string): string => `Windows:${product.replace(/^Windows /, "")}`;

/** Bounds of one document: counts, and lengths in UTF-16 units. */
const LIMITS = { products: 100_000, weaknesses: 100_000, treeDepth: 8, vectors: 20, textLength: 500 } as const;
/** Microsoft's numbers in the JSON form of CVRF. */
const KNOWN_AFFECTED = 3;
const VENDOR_FIX = 2;
const THREAT = { exploit: 1, severity: 3 } as const;
const SEVERITIES = ["critical", "important", "moderate", "low"];

const IS_SYSTEM = /^Windows (?:\d|Server|RT|Vista|XP)/;
/** A system's own build; beside it stand builds of parts of it, such as browsers. */
const SYSTEM_BUILD = /^(?:10\.0|6\.[0-3])\.\d{1,6}\.\d{1,6}$/;

const builds = schemeFor("Windows")!;

type Json = Readonly<Record<string, unknown>>;
const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectOf) : []);
const textOf = (value: unknown): string =>
  typeof value === "string" ? value.slice(0, LIMITS.textLength).replaceAll(/\s+/g, " ").trim() : "";
/** Texts come as `{"Value": …}`. */
const valueOf = (value: unknown): string => textOf(objectOf(value)["Value"]);
const idsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(textOf).filter((id) => id !== "") : []);

/** Microsoft writes times without a zone; they are UTC. */
const instantOf = (value: unknown): string => {
  const text = textOf(value);
  const ms = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
};

function productsOf(tree: Json): Map<string, string> {
  const names = new Map<string, string>();
  const put = (product: Json): void => {
    const id = textOf(product["ProductID"]);
    if (id === "") return;
    if (names.size >= LIMITS.products) throw new Error(`it has more than ${LIMITS.products} products`);
    names.set(id, textOf(product["Value"]));
  };
  for (const product of objectsOf(tree["FullProductName"])) put(product);
  let level = objectsOf(tree["Branch"]);
  for (let depth = 0; level.length > 0 && depth < LIMITS.treeDepth; depth++) {
    for (const item of level) put(item);
    level = level.flatMap((item) => objectsOf(item["Items"]));
  }
  return names;
}

/** What a month's document says of one product and weakness. */
interface Fix {
  build: string;
  /** True: Microsoft has an update, whether it tells its build or not. */
  isFixed: boolean;
  readonly updates: Set<string>;
}

function fixesOf(weakness: Json): Map<string, Fix> {
  const fixes = new Map<string, Fix>();
  for (const status of objectsOf(weakness["ProductStatuses"])) {
    if (status["Type"] !== KNOWN_AFFECTED) continue;
    for (const id of idsOf(status["ProductID"])) fixes.set(id, { build: "", isFixed: false, updates: new Set() });
  }
  for (const remedy of objectsOf(weakness["Remediations"])) {
    // Only a host that is enrolled gets hotpatches, and its builds have numbers of their own.
    if (remedy["Type"] !== VENDOR_FIX || /hotpatch/i.test(textOf(remedy["SubType"]))) continue;
    const build = textOf(remedy["FixedBuild"]);
    const update = /^\d{6,8}$/.exec(valueOf(remedy["Description"]))?.[0];
    for (const id of idsOf(remedy["ProductID"])) {
      const fix = fixes.get(id);
      if (fix === undefined) continue;
      fix.isFixed = true;
      if (update !== undefined) fix.updates.add(`KB${update}`);
      if (SYSTEM_BUILD.test(build) && (fix.build === "" || builds.compare(build, fix.build) === -1)) fix.build = build;
    }
  }
  return fixes;
}

/** What one document gives. */
export interface MonthlyRecords {
  readonly records: readonly object[];
  /** Products of a weakness that have an update whose build Microsoft does not tell. */
  readonly unknownCount: number;
}

/**
 * Reads a monthly document of the Security Update Guide, in the JSON form of CVRF, as records in OSV's shape, one a CVE. Throws
 * Error when it is no such document or breaks a limit.
 */
export function monthlyRecords(json: unknown): MonthlyRecords {
  const document = objectOf(json);
  if (!Array.isArray(document["Vulnerability"])) throw new Error("it has no list `Vulnerability`");
  const weaknesses = objectsOf(document["Vulnerability"]);
  if (weaknesses.length > LIMITS.weaknesses) throw new Error(`it has more than ${LIMITS.weaknesses} weaknesses`);
  const products = productsOf(objectOf(document["ProductTree"]));
  const tracking = objectOf(document["DocumentTracking"]);
  const releasedAt = instantOf(tracking["CurrentReleaseDate"]);
  const records: object[] = [];
  let unknownCount = 0;
  for (const weakness of weaknesses) {
    const cve = textOf(weakness["CVE"]);
    // Advisories (ADV…) are about practice, not about a flaw in a build.
    if (!/^CVE-\d{4}-\d{4,19}$/.test(cve)) continue;
    const affected = new Map<string, object>();
    for (const [id, fix] of fixesOf(weakness)) {
      const name = products.get(id) ?? "";
      if (!IS_SYSTEM.test(name)) continue;
      if (fix.build !== "" || !fix.isFixed) affected.set(name, affectedOf(name, fix));
      else unknownCount++;
    }
    if (affected.size > 0) records.push(recordOf(cve, weakness, affected, releasedAt));
  }
  return { records, unknownCount };
}

const affectedOf = (product: string, { build, updates }: Fix): object => ({
  package: { ecosystem: windowsEcosystem(product), name: PACKAGE },
  ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(build === "" ? [] : [{ fixed: build }])] }],
  ...(updates.size > 0 && { database_specific: { updates: [...updates].sort() } }),
});

function recordOf(cve: string, weakness: Json, affected: ReadonlyMap<string, object>, releasedAt: string): object {
  const threats = objectsOf(weakness["Threats"]);
  const said = (type: number): string[] =>
    threats.filter((one) => one["Type"] === type).map((one) => valueOf(one["Description"]));
  const words = new Set(said(THREAT.severity).map((word) => word.toLowerCase()));
  const severity = SEVERITIES.find((word) => words.has(word));
  const vectors = new Set(objectsOf(weakness["CVSSScoreSets"]).map((set) => textOf(set["Vector"])));
  vectors.delete("");
  const times = objectsOf(weakness["RevisionHistory"]).map((one) => instantOf(one["Date"]));
  const known = times.filter((time) => time !== "").sort();
  const published = known[0];
  const cwes = objectsOf(weakness["CWE"]).map((one) => textOf(one["ID"]));
  return {
    id: `MSRC-${cve}`,
    modified: known.at(-1) ?? (releasedAt || NO_DATE),
    ...(published !== undefined && { published }),
    aliases: [cve],
    summary: valueOf(weakness["Title"]),
    severity: [...vectors].slice(0, LIMITS.vectors).map((score) => ({ type: "CVSS_V3", score })),
    affected: [...affected.keys()].sort().map((name) => affected.get(name)),
    references: [{ type: "ADVISORY", url: `https://msrc.microsoft.com/update-guide/vulnerability/${cve}` }],
    database_specific: {
      derived_from: MSRC_ORIGIN,
      ...(severity !== undefined && { severity }),
      ...(cwes.length > 0 && { cwe_ids: cwes }),
      ...(said(THREAT.exploit).some((text) => /\bExploited:\s*Yes\b/i.test(text)) && { exploited: true }),
    },
  };
}
