import type { AdvisoryRecord, CveEnrichment, LifeCycle, SourceReport } from "@zerotrace/core";
import type { Descriptor, Progress } from "../plugin.ts";

/** Reads advisories or enrichment from one place. */
export interface Feed {
  readonly descriptor: Descriptor;
  /** Where the source publishes; empty for a feed that finds its own source on the host. */
  readonly publicLocation: string;
  /**
   * Reads everything at `location` (a folder or an http(s) address, see `FeedContext.isShared`) into the sink.
   * Returns null when there is nothing of this feed at that location; throws AppError FEEDS_UNAVAILABLE or BAD_FEED when there
   * should be and it cannot be read: then nothing of it may be used.
   */
  read(context: FeedContext, location: string, sink: FeedSink): Promise<SourceReport | null>;
}

export interface FeedContext {
  /** Scratch and cache of this feed alone; kept between runs. */
  readonly cacheDir: string;
  /**
   * True: the location may hold the data of several feeds side by side; this feed looks for its own part (`<id>/…`) and
   * returns null when there is none. False: the location is this feed's own folder, file or address, as `publicLocation` is.
   */
  readonly isShared: boolean;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: () => Date;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface FeedSink {
  /** `raw` is the record as JSON in the OSV schema: `parseOsvRecord(JSON.parse(raw))` gives `record` again. */
  record(record: AdvisoryRecord, raw: string): void;
  kev(cveId: string, addedAt: string): void;
  epss(cveId: string, score: number, percentile: number): void;
  /** What the source says of a CVE besides which packages it affects. */
  cve(entry: CveEnrichment): void;
  /** The name of a weakness, `CWE-79`. */
  cwe(id: string, name: string): void;
  lifeCycle(product: LifeCycle): void;
}
