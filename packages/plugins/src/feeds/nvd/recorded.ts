import type { Recorded } from "../recorded.ts";
import { createNvdFeed } from "./index.ts";

const PATH = "/rest/json/cves/2.0";
/** Smaller than asked for, as a server may do. */
const PAGE = 2;

const metric = (type: string, vectorString: string) => ({
  source: type === "Primary" ? "nvd@nist.gov" : "cna@example.org",
  type,
  cvssData: { version: "3.1", vectorString, baseScore: 9.8, baseSeverity: "CRITICAL" },
  exploitabilityScore: 3.9,
  impactScore: 5.9,
});

const match = (criteria: string, bounds: Readonly<Record<string, string>> = {}, vulnerable = true) => ({
  vulnerable,
  criteria,
  ...bounds,
  matchCriteriaId: "00000000-0000-4000-8000-000000000000",
});

const cve = (id: string, rest: Readonly<Record<string, unknown>>) => ({
  cve: {
    id,
    sourceIdentifier: "cna@example.org",
    published: "2026-01-01T10:15:08.123",
    lastModified: "2026-01-05T10:15:08.123",
    vulnStatus: "Analyzed",
    cveTags: [],
    descriptions: [
      { lang: "es", value: "Un fallo." },
      { lang: "en", value: `A flaw, ${id}.\nMore of it.` },
    ],
    metrics: {},
    references: [{ url: "https://example.org/advisory", source: "cna@example.org" }],
    ...rest,
  },
});

const AFFECTED = cve("CVE-2026-0001", {
  metrics: {
    cvssMetricV31: [
      metric("Secondary", "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L"),
      metric("Primary", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
    ],
  },
  weaknesses: [
    { source: "nvd@nist.gov", type: "Primary", description: [{ lang: "en", value: "NVD-CWE-noinfo" }] },
    { source: "cna@example.org", type: "Secondary", description: [{ lang: "en", value: "CWE-787" }] },
  ],
  configurations: [
    {
      operator: "AND",
      nodes: [
        {
          operator: "OR",
          negate: false,
          cpeMatch: [
            match("cpe:2.3:a:example:gateway\\+:*:*:*:*:*:*:*:*", {
              versionStartIncluding: "2.0",
              versionEndExcluding: "2.4.1",
            }),
          ],
        },
        { operator: "OR", negate: false, cpeMatch: [match("cpe:2.3:o:example:os:-:*:*:*:*:*:*:*", {}, false)] },
      ],
    },
  ],
});

const ENTRIES = [
  AFFECTED,
  cve("CVE-2026-0002", { vulnStatus: "Rejected", descriptions: [{ lang: "en", value: "Rejected reason: none." }] }),
  cve("CVE-2026-0003", { vulnStatus: "Awaiting Analysis" }),
  { cve: { id: "CVE-none" } },
  cve("CVE-2026-123456", {
    configurations: [
      { nodes: [{ operator: "OR", negate: false, cpeMatch: [match("cpe:2.3:a:null:null:*:*:*:*:*:*:*:*")] }] },
    ],
  }),
];

/** NVD's API: three small pages, a rejected CVE, one that waits, one without an id, one of the placeholder vendor. */
export const recorded: Recorded = {
  feed: (limits) => createNvdFeed(limits, { openMs: 0, keyMs: 0 }),
  location: (serverUrl) => serverUrl + PATH,
  answer: ({ path, query }) => {
    if (path !== PATH) return null;
    const startIndex = Number(query.get("startIndex"));
    const all = query.has("lastModStartDate") ? [] : ENTRIES;
    const vulnerabilities = all.slice(startIndex, startIndex + PAGE);
    const head = { resultsPerPage: vulnerabilities.length, startIndex, totalResults: all.length };
    const envelope = { ...head, format: "NVD_CVE", version: "2.0", timestamp: "2026-02-03T04:00:00.000" };
    return { headers: { "content-type": "application/json" }, body: JSON.stringify({ ...envelope, vulnerabilities }) };
  },
  expected: {
    records: ["NVD-CVE-2026-0001"],
    cves: ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003", "CVE-2026-123456"],
    badCount: 1,
  },
};
