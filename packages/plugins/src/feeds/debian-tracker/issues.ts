import { isCve } from "@zerotrace/core";
import { NO_DATE } from "../data-date.ts";

/** What the tracker says of one package in one release. */
interface Status {
  readonly package: string;
  /** The release's number; of sid: 0. */
  readonly release: number;
  /** Of sid: the highest numbered release for which the tracker judges the package, too. */
  readonly beside: number;
  /** Null: there is no fix. */
  readonly fixed: string | null;
  /** The urgency and why there is no DSA, as shown. */
  readonly urgency: string;
}

interface Issue {
  readonly description: string;
  readonly statuses: Status[];
  /** The highest of Debian's urgencies; empty: none given. */
  severity: string;
}

const SUMMARY_MAX_CHARS = 300;
const TEXT_MAX_CHARS = 200;
const MAX_RELEASES = 100;
/** Counts over the whole tracker. */
const MAX_ISSUES = 1_000_000;
const MAX_STATUSES = 20_000_000;
const TEMPORARY = /^TEMP-\d{7}-[0-9A-F]{6}$/;
const NUMBERS: Readonly<Record<string, number>> = {
  wheezy: 7,
  jessie: 8,
  stretch: 9,
  buster: 10,
  bullseye: 11,
  bookworm: 12,
  trixie: 13,
  forky: 14,
  duke: 15,
};
/** From low to high. */
const URGENCIES = ["", "unimportant", "low", "medium", "high"];

/** Gathers the tracker's issues, which it keeps by package. */
export class Issues {
  readonly #issues = new Map<string, Issue>();
  readonly #texts = new Map<string, string>();
  #testing = 0;
  #statusCount = 0;
  undeterminedCount = 0;
  /** Codenames whose number is not known here. */
  readonly unknownReleases = new Set<string>();

  get count(): number {
    return this.#issues.size;
  }

  /** Adds `id` of a package with what the tracker says of it; throws Error when that cannot be used. */
  add(packageName: string, id: string, json: unknown): void {
    if (!isCve(id) && !TEMPORARY.test(id)) throw new Error("it is neither a CVE id nor a temporary one");
    const { description, releases } = objectOf(json, "it");
    const entries = Object.entries(objectOf(releases, "`releases`")).slice(0, MAX_RELEASES);
    const beside = Math.max(0, ...entries.map(([codename]) => numberOf(codename) ?? 0));
    const statuses: Status[] = [];
    let severity = "";
    for (const [codename, value] of entries) {
      const release = numberOf(codename);
      if (release === null) {
        this.unknownReleases.add(codename.slice(0, 40));
        continue;
      }
      const entry = objectOf(value, codename);
      const fixed = this.#fixedOf(entry, codename);
      this.#testing = Math.max(this.#testing, release);
      if (fixed === "0") continue;
      const urgency = bare(entry["urgency"]);
      if (URGENCIES.indexOf(urgency) > URGENCIES.indexOf(severity)) severity = urgency;
      const own = { package: this.#own(packageName), urgency: this.#own(shownUrgency(urgency, entry)) };
      statuses.push({ ...own, release, beside, fixed: fixed === null ? null : this.#own(fixed) });
    }
    if (statuses.length > 0) this.#keep(id, typeof description === "string" ? description : "", statuses, severity);
  }

  /** `0`: it never was affected; null: there is no fix. */
  #fixedOf(entry: Readonly<Record<string, unknown>>, codename: string): string | null {
    const { status, fixed_version: fixed } = entry;
    if (status === "undetermined") this.undeterminedCount++;
    if (status === "open" || status === "undetermined") return null;
    if (status !== "resolved") throw new Error(`its status in ${codename} is unknown`);
    if (typeof fixed !== "string" || !/^[0-9A-Za-z][0-9A-Za-z.+~:-]{0,199}$/.test(fixed)) {
      throw new Error(`it is resolved in ${codename} without a version`);
    }
    return fixed;
  }

  #keep(id: string, description: string, statuses: readonly Status[], severity: string): void {
    this.#statusCount += statuses.length;
    if (this.#statusCount > MAX_STATUSES) throw new RangeError(`it has more than ${MAX_STATUSES} statuses`);
    const known = this.#issues.get(id);
    if (known !== undefined) {
      known.statuses.push(...statuses);
      if (URGENCIES.indexOf(severity) > URGENCIES.indexOf(known.severity)) known.severity = severity;
      return;
    }
    if (this.#issues.size >= MAX_ISSUES) throw new RangeError(`it has more than ${MAX_ISSUES} issues`);
    // Copied, so that the long text can go.
    const summary = Buffer.from(description.slice(0, SUMMARY_MAX_CHARS)).toString("utf8");
    this.#issues.set(id, { description: summary, statuses: [...statuses], severity });
  }

  #own(text: string): string {
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }

  /** The records in the OSV schema, by id. What was given is forgotten. */
  *records(origin: string) {
    for (const id of [...this.#issues.keys()].sort()) {
      const issue = this.#issues.get(id) as Issue;
      this.#issues.delete(id);
      const affected = affectedOf(issue.statuses, this.#testing);
      if (affected.length === 0) continue;
      yield {
        id: `DEBIAN-${id}`,
        modified: NO_DATE,
        ...(isCve(id) && { upstream: [id] }),
        summary: issue.description,
        affected,
        references: [{ type: "ADVISORY", url: `https://security-tracker.debian.org/tracker/${id}` }],
        database_specific: { derived_from: origin, ...(issue.severity !== "" && { severity: issue.severity }) },
      };
    }
  }
}

/** The number of a release; 0: sid; null: not known here. */
const numberOf = (codename: string): number | null =>
  codename === "sid" ? 0 : Object.hasOwn(NUMBERS, codename) ? NUMBERS[codename]! : null;

/**
 * A host on sid calls itself testing, so sid's status stands in for a package that testing does not have. Where the tracker
 * judges it for testing, that counts.
 */
function affectedOf(statuses: readonly Status[], testing: number) {
  return statuses
    .filter((one) => one.release > 0 || one.beside < testing)
    .map((one) => ({ ...one, release: one.release || testing }))
    .sort((a, b) => (a.package === b.package ? a.release - b.release : a.package < b.package ? -1 : 1))
    .map(({ package: name, release, fixed, urgency }) => ({
      package: { ecosystem: `Debian:${release}`, name },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === null ? [] : [{ fixed }])] }],
      ...(urgency !== "" && { ecosystem_specific: { urgency } }),
    }));
}

/** Stars mark an urgency that was taken from NVD. */
const bare = (urgency: unknown): string => {
  const text = typeof urgency === "string" ? urgency.slice(0, TEXT_MAX_CHARS).replaceAll("*", "").trim() : "";
  return text === "not yet assigned" ? "" : text;
};

/** `low`, `no-dsa`, `unimportant, no-dsa postponed`, `undetermined`. */
function shownUrgency(urgency: string, entry: Readonly<Record<string, unknown>>): string {
  const { status, nodsa, nodsa_reason: reason } = entry;
  const why = typeof reason === "string" && /^[a-z-]{1,40}$/.test(reason) ? ` ${reason}` : "";
  const parts = [urgency, status === "undetermined" ? status : "", nodsa === undefined ? "" : `no-dsa${why}`];
  return parts.filter((part) => part !== "").join(", ");
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}
