import type { AdvisoryRecord, SourceReport } from "@zerotrace/core";
import type { Descriptor, Progress } from "../plugin.ts";

/** Reads advisories or enrichment from one place. */
export interface Feed {
  readonly descriptor: Descriptor;
  /**
   * Reads everything at `location` (a folder or an http(s) address; empty for a feed that finds its own source) into the sink.
   * Returns null when there is nothing of this feed at that location; throws AppError FEEDS_UNAVAILABLE or BAD_FEED when there
   * should be and it cannot be read: then nothing of it may be used.
   */
  read(context: FeedContext, location: string, sink: FeedSink): Promise<SourceReport | null>;
}

export interface FeedContext {
  /** Scratch and cache of this feed alone; kept between runs. */
  readonly cacheDir: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: () => Date;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface FeedSink {
  /** `raw` is the record's JSON as read. */
  record(record: AdvisoryRecord, raw: string): void;
  kev(cveId: string, addedAt: string): void;
  epss(cveId: string, score: number, percentile: number): void;
}
