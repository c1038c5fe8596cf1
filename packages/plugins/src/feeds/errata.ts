import { rm } from "node:fs/promises";
import { AppError, messageOf, parseOsvRecord, schemeFor } from "@zerotrace/core";
import { NO_DATE } from "./data-date.ts";
import type { FeedContext, FeedSink } from "./feed.ts";
import { plainChunks } from "./plain.ts";
import type { Tally } from "./report.ts";
import { UpdateInfo } from "./updateinfo.ts";
import type { Update, UpdatedPackage } from "./updateinfo.ts";

/** One updateinfo.xml(.gz) at hand. */
export interface UpdateInfoFile {
  readonly path: string;
  /** The ecosystem that its packages belong to, `Oracle Linux:9`. */
  readonly ecosystem: string;
  /** What is told of it in messages. */
  readonly shown: string;
  /** True: a copy of ours, to be forgotten when it is bad. */
  readonly isCopy: boolean;
  /** The stream that all its packages belong to, `extra:docker`; absent: that which each names. */
  readonly stream?: string;
}

/** How one vendor's updates become records. */
export interface ErrataVendor {
  /** Name and address of the source, for `derived_from`. */
  readonly origin: string;
  /** The page of an update. */
  readonly pageOf: (id: string, ecosystem: string) => string;
  /** The version from which on a fix counts; `0`: all older ones are affected. */
  readonly introducedOf: (fixed: UpdatedPackage) => string;
  /** False: a build whose version says nothing of the others of its name. */
  readonly isJudged: (fixed: UpdatedPackage) => boolean;
}

const MAX_PLAIN_BYTES = 4 * 1024 ** 3;
/** Counts over all files of a source. */
const MAX_UPDATES = 500_000;
const MAX_FIXES = 20_000_000;

const UPDATES_PER_PROGRESS = 500;

/** One update, gathered from all files that have it. */
interface Notice {
  readonly update: Omit<Update, "packages" | "cves">;
  readonly ecosystem: string;
  readonly cves: Set<string>;
  /** Fixed version by `ecosystem\tname\tmodule\tintroduced`. */
  readonly fixes: Map<string, string>;
}

/** Gathers the security updates of several repositories: an update may stand in many of them, with other packages in each. */
export class Errata {
  readonly #vendor: ErrataVendor;
  readonly #notices = new Map<string, Notice>();
  #fixCount = 0;

  constructor(vendor: ErrataVendor) {
    this.#vendor = vendor;
  }

  /** Reads one file. Throws AppError BAD_FEED when it is no updateinfo.xml. */
  async read(context: FeedContext, file: UpdateInfoFile, tally: Tally): Promise<void> {
    const known = new Map<string, string>();
    const own = (text: string): string => known.get(text) ?? (known.set(text, text), text);
    const info = new UpdateInfo((read) => {
      if ("bad" in read) tally.bad(read.id, read.bad);
      else if (read.update.type === "security" || read.update.cves.length > 0) {
        if (read.update.packages.length === 0) tally.bad(read.update.id, "it names no package");
        else this.#add(read.update, file, own);
      }
      const recordCount = this.#notices.size;
      if (recordCount % UPDATES_PER_PROGRESS === 0) {
        context.onProgress({ label: `Reading ${file.ecosystem}`, doneBytes: 0, totalBytes: null, recordCount });
      }
    });
    try {
      for await (const chunk of plainChunks(file.path, { maxBytes: MAX_PLAIN_BYTES, signal: context.signal })) {
        info.push(chunk);
      }
      info.finish();
    } catch (error) {
      context.signal.throwIfAborted();
      if (file.isCopy) await rm(file.path, { force: true });
      throw new AppError("BAD_FEED", `${file.shown} is no updateinfo.xml: ${messageOf(error)}.`, { cause: error });
    }
    tally.covers.add(file.ecosystem);
  }

  #add(update: Update, { ecosystem, stream }: UpdateInfoFile, own: (text: string) => string): void {
    const { packages: all, cves, ...rest } = update;
    const packages = all.filter(this.#vendor.isJudged);
    if (packages.length === 0) return;
    let notice = this.#notices.get(update.id);
    if (notice === undefined) {
      if (this.#notices.size >= MAX_UPDATES) throw new Error(`it has more than ${MAX_UPDATES} updates`);
      notice = { update: rest, ecosystem, cves: new Set(), fixes: new Map() };
      this.#notices.set(update.id, notice);
    }
    for (const cve of cves) notice.cves.add(cve);
    for (const fixed of packages) {
      const key = own([ecosystem, fixed.name, stream ?? fixed.module, this.#vendor.introducedOf(fixed)].join("\t"));
      const before = notice.fixes.get(key);
      if (before === undefined && ++this.#fixCount > MAX_FIXES) throw new Error(`it has more than ${MAX_FIXES} fixes`);
      // Architectures may be built with another release number; the lowest has the fix already.
      if (before === undefined || isLower(fixed.version, before)) notice.fixes.set(key, own(fixed.version));
    }
  }

  /** Gives all records to the sink, by id; counts them. */
  tell(sink: FeedSink, tally: Tally): void {
    for (const id of [...this.#notices.keys()].sort()) {
      const notice = this.#notices.get(id) as Notice;
      this.#notices.delete(id);
      const raw = this.#recordOf(notice);
      try {
        const record = parseOsvRecord(raw);
        sink.record(record, JSON.stringify(raw));
        tally.dated(record.modifiedAt);
        tally.recordCount++;
        tally.origins.add(record.origin);
      } catch (error) {
        tally.bad(id, messageOf(error));
      }
    }
  }

  #recordOf({ update, ecosystem, cves, fixes }: Notice) {
    const affected = [...fixes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, fixed]) => affectedOf(key, fixed));
    return {
      id: update.id,
      modified: update.updatedAt ?? update.issuedAt ?? NO_DATE,
      ...(update.issuedAt !== null && { published: update.issuedAt }),
      upstream: [...cves].sort(),
      summary: update.title,
      affected,
      references: [{ type: "ADVISORY", url: this.#vendor.pageOf(update.id, ecosystem) }],
      database_specific: {
        derived_from: this.#vendor.origin,
        ...(update.severity !== "" && update.severity !== "none" && { severity: update.severity }),
      },
    };
  }
}

const rpm = schemeFor("Oracle Linux");

const isLower = (a: string, b: string): boolean => rpm?.compare(a, b) === -1;

function affectedOf(key: string, fixed: string) {
  const [ecosystem = "", name = "", module = "", introduced = "0"] = key.split("\t");
  return {
    // Streams have packages of the same names: each is judged within its own.
    package: { ecosystem, name: module === "" ? name : `${module}/${name}` },
    ranges: [{ type: "ECOSYSTEM", events: [{ introduced }, { fixed }] }],
    ...(module !== "" && { ecosystem_specific: { module } }),
  };
}
