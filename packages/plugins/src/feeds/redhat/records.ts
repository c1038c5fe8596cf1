import { cvssType, moduleOf, rpmPurl } from "../csaf.ts";
import type { CsafDocument, CsafProduct, CsafStatement } from "../csaf.ts";
import { eventsOf, highest, isHigher } from "./streams.ts";

/** Name and address of the source, for `derived_from`. */
export const REDHAT_ORIGIN = "Red Hat CSAF VEX (https://security.access.redhat.com/data/csaf/v2/vex-feed/)";

/** Packages that one document may name (count). */
const MAX_PACKAGES = 50_000;
const MAX_WORD_CHARS = 60;
/** Streams of Red Hat Enterprise Linux beside the main one, for those who pay for longer care of a minor release. */
const STREAM =
  /^cpe:\/[ao]:redhat:(enterprise_linux|rhel_(?:eus|aus|tus|e4s|els|eus_long_life)):(\d+)(?:\.\d+)*(?::|$)/;

/** What all streams of one major release say of one source package. */
interface Package {
  readonly ecosystem: string;
  readonly name: string;
  readonly mainFixes: Set<string>;
  readonly extendedFixes: Set<string>;
  isMainAffected: boolean;
  urgency: string;
  readonly advisories: Set<string>;
}

/** The module that a package was built for, `nodejs:18/` as Red Hat writes it; empty: none; null: not to be made out. */
function streamOf(own: string | null, middle: readonly CsafProduct[]): string | null {
  if (own === null) return null;
  if (own !== "") return `${own}/`;
  for (const { purl } of middle) {
    const found = /^pkg:rpmmod\/redhat\/([^/?#@]+)@([^?#]+)/.exec(purl);
    if (found === null) continue;
    const module = moduleOf(decodeURIComponent(`${found[1]}:${found[2]}`));
    return module === null ? null : `${module}/`;
  }
  return "";
}

const advisoryOf = (url: string): string | null => /\/(RH[SBE]A-\d{4}:\d{1,6})$/.exec(url)?.[1] ?? null;

class Packages {
  readonly #byKey = new Map<string, Package>();

  add({ state, chain, remedy }: CsafStatement): void {
    const stream = STREAM.exec(chain.at(-1)?.cpe ?? "");
    const purl = rpmPurl(chain[0]!.purl);
    // Source packages only: what is not fixed is named by them alone, and they stand beside the binary ones where it is.
    if (stream === null || purl === null || purl.namespace !== "redhat" || purl.arch !== "src") return;
    const module = streamOf(purl.module, chain.slice(1, -1));
    if (module === null) return;
    const found = this.#at(`Red Hat:${stream[2]}`, module + purl.name);
    const isMain = stream[1] === "enterprise_linux";
    if (state === "fixed" && purl.version !== "") {
      (isMain ? found.mainFixes : found.extendedFixes).add(purl.version);
      const advisory = advisoryOf(remedy.url);
      if (advisory !== null) found.advisories.add(advisory);
    } else if (state === "known_affected" && isMain) {
      found.isMainAffected = true;
      found.urgency ||= remedy.details.slice(0, MAX_WORD_CHARS).toLowerCase() || remedy.category;
    }
  }

  #at(ecosystem: string, name: string): Package {
    const key = `${ecosystem}\t${name}`;
    let found = this.#byKey.get(key);
    if (found === undefined) {
      if (this.#byKey.size >= MAX_PACKAGES) throw new Error(`it names more than ${MAX_PACKAGES} packages`);
      const sets = { mainFixes: new Set<string>(), extendedFixes: new Set<string>(), advisories: new Set<string>() };
      found = { ecosystem, name, ...sets, isMainAffected: false, urgency: "" };
      this.#byKey.set(key, found);
    }
    return found;
  }

  affected() {
    const keys = [...this.#byKey.keys()].sort();
    return keys.flatMap((key) => affectedOf(this.#byKey.get(key)!) ?? []);
  }
}

function affectedOf(found: Package) {
  const last = highest(found.mainFixes);
  const isOpen = last === null && found.isMainAffected;
  // A fix of an extended stream above the main one's belongs to a build that the main stream never had.
  const extended = [...found.extendedFixes].filter((fix) => last === null || !isHigher(fix, last));
  const events = eventsOf([...found.mainFixes, ...extended], isOpen);
  if (events.length === 0) return null;
  const advisories = [...found.advisories].sort();
  return {
    package: { ecosystem: found.ecosystem, name: found.name },
    ranges: [{ type: "ECOSYSTEM", events }],
    ...(isOpen && found.urgency !== "" && { ecosystem_specific: { urgency: found.urgency } }),
    ...(advisories.length > 0 && { database_specific: { advisories } }),
  };
}

/** The document as a record in OSV's shape; null when it says nothing of Red Hat Enterprise Linux. Throws Error over a limit. */
export function redhatRecord(document: CsafDocument) {
  const packages = new Packages();
  for (const statement of document.statements) packages.add(statement);
  const affected = packages.affected();
  if (affected.length === 0) return null;
  return {
    id: `RHVEX-${document.cve}`,
    modified: document.modifiedAt,
    ...(document.publishedAt !== "" && { published: document.publishedAt }),
    aliases: [document.cve],
    summary: document.summary,
    severity: document.vectors.map((score) => ({ type: cvssType(score), score })),
    affected,
    references: [{ type: "ADVISORY", url: `https://access.redhat.com/security/cve/${document.cve}` }],
    database_specific: {
      derived_from: REDHAT_ORIGIN,
      ...(document.label !== "" && { severity: document.label.toLowerCase() }),
      ...(document.cwe !== "" && { cwe_ids: [document.cwe] }),
    },
  };
}
