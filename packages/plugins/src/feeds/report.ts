import type { SourceReport } from "@zerotrace/core";

/** Origins named in a report; some sources name a file for each record. */
const ORIGINS_MAX = 20;
/** More origins than these are told by the folders that they share (count); folders within folders are looked through to this depth. */
const SINGLE_MAX = 3;
const FOLDERS_MAX = 8;

/** The folder of a path; null where what is left would name nobody: a host, or a first word. */
const folderOf = (path: string): string | null => {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  return folder.replace(/^\w+:\/\/[^/]*\/?/, "").includes("/") ? folder : null;
};

/** Files of one folder as that folder, and how many they are; in turn folders of one folder. */
const folded = (origins: readonly string[]): string[] => {
  let counts = new Map(origins.map((origin) => [origin, 1]));
  for (let depth = 0; depth < FOLDERS_MAX && counts.size > SINGLE_MAX; depth += 1) {
    const next = new Map<string, number>();
    for (const [folder, of] of Map.groupBy(counts, ([path]) => folderOf(path))) {
      if (folder === null || of.length === 1) for (const [path, n] of of) next.set(path, (next.get(path) ?? 0) + n);
      else next.set(folder, (next.get(folder) ?? 0) + of.reduce((sum, [, n]) => sum + n, 0));
    }
    if (next.size === counts.size) break;
    counts = next;
  }
  return [...counts].map(([path, n]) => (n === 1 ? path : `${path} (${n} files)`)).sort();
};

const shortened = (origins: readonly string[]): string[] => {
  const named = folded(origins);
  return named.length <= ORIGINS_MAX
    ? named
    : [...named.slice(0, ORIGINS_MAX), `and ${named.length - ORIGINS_MAX} more`];
};

const MAX_BAD_SHOWN = 20;
const MAX_REASON_CHARS = 200;

/** Counts what a feed read, for its report. */
export class Tally {
  recordCount = 0;
  badCount = 0;
  #newestAt = "";
  #partAt = "";
  readonly covers = new Set<string>();
  readonly origins = new Set<string>();
  readonly #bad: { id: string; reason: string }[] = [];

  readonly #now: string;

  constructor(now: Date) {
    this.#now = now.toISOString();
  }

  /** Notes a record's time (ISO); one that has not come yet says nothing of the data's age. */
  dated(at: string): void {
    if (at > this.#now) return;
    if (at > this.#newestAt) this.#newestAt = at;
    if (at > this.#partAt) this.#partAt = at;
  }

  /** From here on `partAt` is the newest time of what follows. */
  beginPart(): void {
    this.#partAt = "";
  }

  get partAt(): string | null {
    return this.#partAt || null;
  }

  /** Counts a record that cannot be used; the first 20 are kept with the reason. */
  bad(id: string, reason: string): void {
    this.badCount++;
    if (this.#bad.length < MAX_BAD_SHOWN) {
      this.#bad.push({ id: id.slice(0, MAX_REASON_CHARS), reason: reason.slice(0, MAX_REASON_CHARS) });
    }
  }

  /** The report; `dataAt` is the newest record's time unless given. */
  report(fields: {
    feed: string;
    location: string;
    readAt: Date;
    notCovered: readonly string[];
    dataAt?: string | null;
  }): SourceReport {
    return {
      feed: fields.feed,
      location: fields.location,
      dataAt: fields.dataAt === undefined ? this.#newestAt || null : fields.dataAt,
      readAt: fields.readAt.toISOString(),
      recordCount: this.recordCount,
      badCount: this.badCount,
      bad: this.#bad,
      covers: [...this.covers].sort(),
      notCovered: fields.notCovered,
      origins: shortened([...this.origins].sort()),
    };
  }
}
