import type { DownloadLimits } from "./download.ts";
import type { Feed } from "./feed.ts";

/** A source as it answers, for the conformance suite: real shapes, written by us, no copied data. */
export interface Recorded {
  /** The feed with limits of the suite's own, so that waiting is short. */
  readonly feed: (limits: DownloadLimits) => Feed;
  /** The feed's own location, given the address of the local server. */
  readonly location: (serverUrl: string) => string;
  /** The source's answer to a request, before any fault of the suite; null: 404. `serverUrl` is for answers with addresses in them. */
  readonly answer: (request: RecordedRequest, serverUrl: string) => RecordedAnswer | null;
  /** What one whole reading gives. */
  readonly expected: {
    /** Ids of the records, sorted. */
    readonly records: readonly string[];
    /** Ids of the CVEs with enrichment (cve, kev, epss), sorted, each once. */
    readonly cves: readonly string[];
    /** Ids of the weaknesses and names of the products with a life cycle, sorted; absent: none. */
    readonly names?: readonly string[];
    /** Bad records that are counted and kept aside. */
    readonly badCount: number;
  };
  /** The path of a request whose answer has a checksum that the source publishes; absent: the source has none. */
  readonly checkedPath?: string;
}

export interface RecordedRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface RecordedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}
