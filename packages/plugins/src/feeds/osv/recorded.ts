import { recordJson, zipOf } from "../fixtures.ts";
import type { Recorded } from "../recorded.ts";
import { createOsvFeed } from "./index.ts";

const FILES: Readonly<Record<string, string | Buffer>> = {
  "/ecosystems.txt": "Debian\nDebian:12\nRocky Linux\nnpm\n",
  "/npm/all.zip": zipOf([
    { name: "GHSA-aaaa-bbbb-cccc.json", bytes: recordJson("GHSA-aaaa-bbbb-cccc") },
    { name: "MAL-2025-1.json", bytes: recordJson("MAL-2025-1", "2038-01-01T00:00:00Z") },
    { name: "bad.json", bytes: Buffer.from('{"id":"X-1"}') },
  ]),
  "/npm/modified_id.csv": [
    "2038-01-01T00:00:00Z,MAL-2025-1",
    "2026-01-01T00:00:00.123456Z,GHSA-aaaa-bbbb-cccc",
    "2026-01-01T00:00:00Z,bad",
    "",
  ].join("\n"),
  "/Rocky Linux/all.zip": zipOf([{ name: "RLSA-2024:1.json", bytes: recordJson("RLSA-2024:1") }]),
};

/** OSV's bucket: a list of ecosystems, an archive for some of them, what changed last in one, one record without a time. */
export const recorded: Recorded = {
  feed: (download) => createOsvFeed({ download }),
  location: (serverUrl) => serverUrl,
  answer: ({ path }) => {
    const body = FILES[path];
    return body === undefined ? null : { body };
  },
  expected: { records: ["GHSA-aaaa-bbbb-cccc", "MAL-2025-1", "RLSA-2024:1"], cves: [], badCount: 1 },
};
