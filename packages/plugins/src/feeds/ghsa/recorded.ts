import type { Recorded } from "../recorded.ts";
import { createGhsaFeed } from "./index.ts";

const PATH = "/advisories";
/** Smaller than asked for. */
const PAGE = 2;

type Json = Readonly<Record<string, unknown>>;

/** A vulnerability of GitHub's REST API. */
export const vulnerability = (ecosystem: string, name: string, range: string, fixed: string | null = null): Json => ({
  package: { ecosystem, name },
  vulnerable_version_range: range,
  first_patched_version: fixed,
  vulnerable_functions: [],
});

/** An advisory of GitHub's REST API. */
export const advisory = (ghsaId: string, updatedAt: string, more: Json = {}): Json => ({
  ghsa_id: ghsaId,
  cve_id: "CVE-2026-0001",
  url: `https://api.github.com/advisories/${ghsaId}`,
  html_url: `https://github.com/advisories/${ghsaId}`,
  repository_advisory_url: null,
  summary: "Left pads to the right",
  description: "### Impact\nNone.",
  type: "reviewed",
  severity: "high",
  source_code_location: "https://github.com/example/left",
  identifiers: [
    { value: ghsaId, type: "GHSA" },
    { value: "CVE-2026-0001", type: "CVE" },
  ],
  references: ["https://example.org/advisory"],
  published_at: "2026-01-01T00:00:00Z",
  updated_at: updatedAt,
  github_reviewed_at: "2026-01-01T00:00:00Z",
  nvd_published_at: null,
  withdrawn_at: null,
  vulnerabilities: [vulnerability("npm", "left", ">= 1.0.0, < 2.0.0", "2.0.0")],
  cvss_severities: {
    cvss_v3: { vector_string: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", score: 9.8 },
    cvss_v4: { vector_string: null, score: 0 },
  },
  cwes: [{ cwe_id: "CWE-79", name: "Cross-site Scripting" }],
  credits: [],
  ...more,
});

/** Oldest change first; two of one instant, one without a range, one of an ecosystem that nobody inventories. */
export const ADVISORIES: readonly Json[] = [
  advisory("GHSA-aaaa-aaaa-aaaa", "2026-01-01T00:00:00Z"),
  advisory("GHSA-bbbb-bbbb-bbbb", "2026-01-02T00:00:00Z", { vulnerabilities: [vulnerability("pip", "x", "about 2")] }),
  advisory("GHSA-cccc-cccc-cccc", "2026-01-03T00:00:00Z", { withdrawn_at: "2026-01-03T00:00:00Z" }),
  advisory("GHSA-dddd-dddd-dddd", "2026-01-04T00:00:00Z", { vulnerabilities: [vulnerability("other", "x", "< 2")] }),
  advisory("GHSA-eeee-eeee-eeee", "2026-01-04T00:00:00Z"),
];

/** Answers as GitHub's API: changes since an instant, pages with links. */
export const githubAnswer =
  (advisories: readonly Json[]): Recorded["answer"] =>
  ({ path, query }, serverUrl) => {
    if (path !== PATH) return null;
    const since = query.get("updated")?.replace(/^>=/, "") ?? "";
    const all = advisories.filter((one) => String(one["updated_at"]) >= since);
    const at = Number(query.get("after") ?? 0);
    const headers: Record<string, string> = { "x-ratelimit-remaining": "50" };
    const next = new URL(`${serverUrl}${PATH}?${query.toString()}`);
    next.searchParams.set("after", String(at + PAGE));
    if (at + PAGE < all.length) headers["link"] = `<${next.href}>; rel="next"`;
    return { headers, body: JSON.stringify(all.slice(at, at + PAGE)) };
  };

/** GitHub's API in small pages. */
export const recorded: Recorded = {
  feed: createGhsaFeed,
  location: (serverUrl) => serverUrl + PATH,
  answer: githubAnswer(ADVISORIES),
  expected: {
    records: ["GHSA-aaaa-aaaa-aaaa", "GHSA-cccc-cccc-cccc", "GHSA-dddd-dddd-dddd", "GHSA-eeee-eeee-eeee"],
    cves: [],
    badCount: 1,
  },
};
