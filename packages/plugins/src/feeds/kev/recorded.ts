import type { Recorded } from "../recorded.ts";
import { createKevFeed } from "./index.ts";

const FILE = "/sites/default/files/feeds/known_exploited_vulnerabilities.json";

const entry = (cveID: string, dateAdded: string) => ({
  cveID,
  vendorProject: "Example",
  product: "Gateway",
  vulnerabilityName: "Example Gateway Command Injection Vulnerability",
  dateAdded,
  shortDescription: "Example Gateway takes commands from a request.",
  requiredAction: "Apply mitigations per vendor instructions.",
  dueDate: "2024-06-01",
  knownRansomwareCampaignUse: "Unknown",
  notes: "https://example.org/advisory",
  cwes: ["CWE-78"],
});

/** CISA's catalog with one id that is none. */
export const recorded: Recorded = {
  feed: createKevFeed,
  location: (serverUrl) => serverUrl + FILE,
  answer: ({ path }) =>
    path === FILE
      ? {
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            title: "CISA Catalog of Known Exploited Vulnerabilities",
            catalogVersion: "2026.01.02",
            dateReleased: "2026-01-02T03:04:05.0000Z",
            count: 3,
            vulnerabilities: [
              entry("CVE-2024-1234", "2024-05-06"),
              entry("CVE-2025-123456", "2025-11-12"),
              entry("CVE-TBD", "2025-11-12"),
            ],
          }),
        }
      : null,
  expected: { records: [], cves: ["CVE-2024-1234", "CVE-2025-123456"], badCount: 1 },
};
