import { gzipSync } from "node:zlib";
import type { Recorded } from "../recorded.ts";
import { createEpssFeed } from "./index.ts";

const FILE = "/epss_scores-current.csv.gz";
const LINES = [
  "#model_version:v2025.03.14,score_date:2026-02-02T00:00:00Z",
  "cve,epss,percentile",
  "CVE-1999-0001,0.0129,0.78",
  "CVE-2024-123456,0.94432,0.99989",
  "CVE-2024-2,7.5,0.5",
];

/** FIRST's daily file with one score out of range. */
export const recorded: Recorded = {
  feed: createEpssFeed,
  location: (serverUrl) => serverUrl + FILE,
  answer: ({ path }) =>
    path === FILE
      ? { headers: { "content-type": "application/octet-stream" }, body: gzipSync(`${LINES.join("\n")}\n`) }
      : null,
  expected: { records: [], cves: ["CVE-1999-0001", "CVE-2024-123456"], badCount: 1 },
};
