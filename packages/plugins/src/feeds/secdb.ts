import { rm, stat } from "node:fs/promises";
import { AppError, isCve, messageOf, parseOsvRecord, schemeFor } from "@zerotrace/core";
import { NO_DATE } from "./data-date.ts";
import type { FeedContext, FeedSink } from "./feed.ts";
import { JsonElements } from "./json-elements.ts";
import { parseJson } from "./json-text.ts";
import { plainBytes, plainChunks } from "./plain.ts";
import type { Tally } from "./report.ts";

/** One security database of apk's shape: `{packages: [{pkg: {name, secfixes: {version: [ids]}}}]}`. */
export interface SecdbFile {
  readonly path: string;
  readonly ecosystem: string;
  /** What stands before the CVE in the ids of its records, `WOLFI-`. */
  readonly prefix: string;
  readonly shown: string;
  /** True: a copy of ours, to be forgotten when it is bad. */
  readonly isCopy: boolean;
}

const MAX_PLAIN_BYTES = 1024 ** 3;
/** A file up to this size may be one without a list of packages. */
const EMPTY_FILE_BYTES = 4096;
const NAME_MAX_CHARS = 300;
const ENTRY_MAX_CHARS = 1000;
/** Counts: fixes of one package, ids of one fix, all fixes of a source. */
const MAX_VERSIONS = 10_000;
const MAX_IDS = 10_000;
const MAX_FIXES = 10_000_000;
/** A package that has the version 0 as its fix was never affected. */
const NEVER_AFFECTED = "0";

const apk = schemeFor("Alpine");

/** The ids that an entry names: all its CVEs, else a GHSA id, else the first word that looks like an id. */
export function idsOf(entry: string): string[] {
  const text = entry.slice(0, ENTRY_MAX_CHARS);
  const cves = [...text.matchAll(/\bCVE[-_](\d{4})-(\d{4,19})(?!\d)/gi)].map(
    ([, year, number]) => `CVE-${year}-${number}`,
  );
  if (cves.length > 0) return [...new Set(cves)];
  const ghsa = /\bGHSA((?:-[0-9a-z]{4}){3})\b/i.exec(text);
  if (ghsa) return [`GHSA${ghsa[1]?.toLowerCase()}`];
  const word = text
    .split(/[\s,;()]+/)
    .find((one) => /^(?!CVE)[A-Z][A-Z0-9]{1,19}(-[A-Za-z0-9.]{1,30}){1,6}$/.test(one));
  return word === undefined ? [] : [word];
}

/** Gathers what several databases say of each weakness. */
export class Secdb {
  /** Record id -> `ecosystem\tpackage` -> fixed versions. */
  readonly #records = new Map<string, Map<string, Set<string>>>();
  readonly #texts = new Map<string, string>();
  #fixCount = 0;

  /** Reads one file. Throws AppError BAD_FEED when it is no such database. */
  async read(context: FeedContext, file: SecdbFile, tally: Tally): Promise<void> {
    const { path, shown } = file;
    const elements = new JsonElements("packages");
    const options = { maxBytes: MAX_PLAIN_BYTES, signal: context.signal };
    try {
      for await (const chunk of plainChunks(path, options)) {
        for (const element of elements.push(chunk)) this.#package(element, file, tally);
      }
      if (elements.hasList || (await stat(path)).size > EMPTY_FILE_BYTES) elements.finish();
      else if (!isEmpty(parseJson(await plainBytes(path, options)))) throw new Error("it has no list `packages`");
    } catch (error) {
      context.signal.throwIfAborted();
      if (file.isCopy) await rm(path, { force: true });
      throw new AppError("BAD_FEED", `${shown} is no security database: ${messageOf(error)}.`, { cause: error });
    }
    context.onProgress({ label: `Reading ${shown}`, doneBytes: 0, totalBytes: null, recordCount: this.#records.size });
  }

  #package(element: Buffer | null, file: SecdbFile, tally: Tally): void {
    const place = `${file.ecosystem} (a package)`;
    if (element === null) return tally.bad(place, "it is too large");
    let fixes: readonly (readonly [string, unknown])[];
    let name: unknown;
    try {
      const { pkg } = JSON.parse(element.toString("utf8")) as { pkg?: { name?: unknown; secfixes?: unknown } };
      name = pkg?.name;
      // Nothing to say is written as an empty list or as null, too.
      fixes = Object.entries(pkg?.secfixes ?? {}).slice(0, MAX_VERSIONS);
    } catch (error) {
      return tally.bad(place, messageOf(error));
    }
    if (typeof name !== "string" || name === "" || name.length > NAME_MAX_CHARS) {
      return tally.bad(place, "it has no usable name");
    }
    for (const [version, ids] of fixes) this.#fix(name, version.trim(), ids, file, tally);
  }

  #fix(name: string, version: string, ids: unknown, file: SecdbFile, tally: Tally): void {
    const place = `${file.ecosystem} ${name} ${version}`;
    if (!Array.isArray(ids)) return tally.bad(place, "its ids are no list");
    const isNever = version === NEVER_AFFECTED;
    if (!isNever && !apk?.key(version)) return tally.bad(place, "it is no version");
    for (const entry of ids.slice(0, MAX_IDS) as unknown[]) {
      const names = typeof entry === "string" ? idsOf(entry) : [];
      if (names.length === 0) tally.bad(place, `${JSON.stringify(entry)?.slice(0, 80)} names nothing`);
      if (isNever) continue;
      for (const id of names) this.#add(`${file.prefix}${id}`, `${file.ecosystem}\t${name}`, version);
    }
  }

  #add(id: string, key: string, version: string): void {
    let packages = this.#records.get(id);
    if (packages === undefined) this.#records.set(id, (packages = new Map<string, Set<string>>()));
    const own = this.#own(key);
    const versions = packages.get(own);
    if (versions) versions.add(version);
    else packages.set(own, new Set([this.#own(version)]));
    if (++this.#fixCount > MAX_FIXES) throw new Error(`it has more than ${MAX_FIXES} fixes`);
  }

  #own(text: string): string {
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }

  /**
   * Gives all records to the sink, by id; counts them. `prefixes` are those of the files; `pageOf` is the source's page of a CVE,
   * null when it has none.
   */
  tell(
    sink: FeedSink,
    tally: Tally,
    origin: string,
    prefixes: readonly string[],
    pageOf?: (cve: string) => string,
  ): void {
    const longest = [...prefixes].sort((a, b) => b.length - a.length);
    for (const id of [...this.#records.keys()].sort()) {
      const prefix = longest.find((one) => id.startsWith(one)) ?? "";
      const upstream = id.slice(prefix.length);
      const packages = [...(this.#records.get(id) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      const raw = {
        id,
        modified: NO_DATE,
        upstream: [upstream],
        affected: packages.map(([key, versions]) => affectedOf(key, [...versions].sort())),
        ...(isCve(upstream) && pageOf && { references: [{ type: "ADVISORY", url: pageOf(upstream) }] }),
        database_specific: { derived_from: origin },
      };
      this.#records.delete(id);
      try {
        const record = parseOsvRecord(raw);
        sink.record(record, JSON.stringify(raw));
        for (const affected of record.affected) tally.covers.add(affected.ecosystem);
        tally.origins.add(origin);
        tally.recordCount++;
      } catch (error) {
        tally.bad(id, messageOf(error));
      }
    }
  }
}

const affectedOf = (key: string, versions: readonly string[]) => {
  const [ecosystem = "", name = ""] = key.split("\t");
  return {
    package: { ecosystem, name },
    ranges: versions.map((fixed) => ({ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] })),
  };
};

/** Alpine writes a database without packages as one whose `packages` is no list. */
const isEmpty = (json: unknown): boolean =>
  typeof json === "object" && json !== null && "packages" in json && !Array.isArray(json.packages);
