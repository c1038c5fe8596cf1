import { schemeFor } from "@zerotrace/core";
import { cvssType, rpmPurl } from "../csaf.ts";
import type { CsafDocument, CsafStatement } from "../csaf.ts";

/** Name and address of the source, for `derived_from`. */
export const SUSE_ORIGIN = "SUSE CSAF VEX (https://ftp.suse.com/pub/projects/security/csaf-vex/)";

/** Packages that one document may name (count). */
const MAX_PACKAGES = 200_000;
const MAX_WORD_CHARS = 60;
const FIXED: ReadonlySet<string> = new Set(["recommended", "fixed", "first_fixed"]);
/** The products whose hosts are put together from modules. */
const OF_MODULES = ["Server", "Desktop", "Server for SAP Applications"];

const rpm = schemeFor("SUSE")!;

/** `15`, `15 SP5`, and `16.0` since service packs are no more. */
const releaseOf = (major: string, pack: string | undefined): string => {
  if (Number(major) >= 16) return `${major}.${pack ?? "0"}`;
  return pack === undefined || pack === "0" ? major : `${major} SP${pack}`;
};

/** The ecosystems of the hosts that have a product, as the inventory writes them; none when it is no system of ours. */
export function suseEcosystems(product: string): string[] {
  const leap = /^openSUSE Leap (\d+(?:\.\d+)*)$/.exec(product);
  if (leap) return [`openSUSE:Leap ${leap[1]}`];
  if (product === "openSUSE Tumbleweed") return ["openSUSE:Tumbleweed"];
  const micro = /^SUSE (Linux (?:Enterprise )?Micro \d+\.\d+)$/.exec(product);
  if (micro) return [`SUSE:${micro[1]}`];
  const module = /^SUSE Linux Enterprise Module for .+ (\d{2})(?: SP(\d+))?$/.exec(product);
  if (module) {
    return OF_MODULES.map((own) => `SUSE:Linux Enterprise ${own} ${releaseOf(module[1]!, module[2])}`);
  }
  // What the long-term support fixes is for the same packages.
  const own =
    /^SUSE Linux Enterprise (Server|Desktop|Server for SAP [Aa]pplications) (\d+)(?:(?: SP|\.)(\d+))?(?:[- ]LTSS)?$/;
  const found = own.exec(product);
  if (!found) return [];
  const name = found[1]!.replace("applications", "Applications");
  return [`SUSE:Linux Enterprise ${name} ${releaseOf(found[2]!, found[3])}`];
}

interface Package {
  readonly ecosystem: string;
  readonly name: string;
  fixed: string;
  urgency: string;
}

/** Name and version of a package: by its purl, else by the name that older documents have alone (`xz-5.2.3-4.3.1`). */
function packageOf({ chain }: CsafStatement): { name: string; version: string } | null {
  const part = chain[0]!;
  if (part.purl !== "") {
    const purl = rpmPurl(part.purl);
    return purl === null || (purl.namespace !== "suse" && purl.namespace !== "opensuse") ? null : purl;
  }
  const bare = part.name.replace(/\.(?:x86_64|i[3-6]86|aarch64|ppc64le|ppc64|s390x?|noarch|src|nosrc|ia64)$/, "");
  const found = /^(.+?)-(\d[^-]*-\d[^-]*\.[^-]*)$/.exec(bare);
  return found ? { name: found[1]!, version: found[2]! } : { name: bare, version: "" };
}

/** The document as a record in OSV's shape; null when it says nothing of a system that we know. Throws Error over a limit. */
export function suseRecord(document: CsafDocument) {
  const packages = new Map<string, Package>();
  for (const statement of document.statements) {
    const isFixed = FIXED.has(statement.state);
    if ((!isFixed && statement.state !== "known_affected") || statement.chain.length < 2) continue;
    const ecosystems = suseEcosystems(statement.chain.at(-1)!.name);
    const named = ecosystems.length === 0 ? null : packageOf(statement);
    if (named === null || named.name === "" || (isFixed && named.version === "")) continue;
    for (const ecosystem of ecosystems) {
      const key = `${ecosystem}\t${named.name}`;
      const before = packages.get(key) ?? { ecosystem, name: named.name, fixed: "", urgency: "" };
      // Each of several fixed versions has the fix, so the lowest counts.
      if (isFixed && (before.fixed === "" || rpm.compare(named.version, before.fixed) === -1))
        before.fixed = named.version;
      if (!isFixed) before.urgency ||= statement.remedy.category.replaceAll("_", " ").slice(0, MAX_WORD_CHARS);
      if (packages.size >= MAX_PACKAGES) throw new Error(`it names more than ${MAX_PACKAGES} packages`);
      packages.set(key, before);
    }
  }
  if (packages.size === 0) return null;
  return {
    id: `SUSEVEX-${document.cve}`,
    modified: document.modifiedAt,
    ...(document.publishedAt !== "" && { published: document.publishedAt }),
    aliases: [document.cve],
    summary: document.summary,
    severity: document.vectors.map((score) => ({ type: cvssType(score), score })),
    affected: [...packages.keys()].sort().map((key) => affectedOf(packages.get(key)!)),
    references: [{ type: "ADVISORY", url: `https://www.suse.com/security/cve/${document.cve}` }],
    database_specific: {
      derived_from: SUSE_ORIGIN,
      ...(document.label !== "" && { severity: document.label.toLowerCase() }),
    },
  };
}

const affectedOf = ({ ecosystem, name, fixed, urgency }: Package) => ({
  package: { ecosystem, name },
  ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === "" ? [] : [{ fixed }])] }],
  ...(fixed === "" && urgency !== "" && { ecosystem_specific: { urgency } }),
});
