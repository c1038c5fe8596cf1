import { expect, test } from "vitest";
import { sinceOf } from "../commands/changes.ts";
import { changesMarkdown, changesTable } from "./text.ts";

const entry = {
  name: "CVE-2024-3094",
  says: "Backdoor in [xz](http://x) *now*",
  at: null,
  severity: "critical" as const,
  isKev: true,
  epss: 0.9,
  epssBefore: null,
  packages: ["xz-utils"],
  findingCount: 2,
  assetCount: 1,
  query: "advisory:CVE-2024-3094 seen>=2026-11-20",
  path: null,
};
const section = { kind: "opened" as const, count: 9, isExact: false, query: "seen>=2026-11-20", path: null };
const changes: Parameters<typeof changesMarkdown>[0] = {
  from: "",
  until: "",
  zone: "UTC",
  says: "9+ new findings",
  gaps: ["stale: osv"],
  matter: { count: 9, isExact: false, query: "" },
  totals: [],
  days: [
    { day: "2026-11-21", from: "", until: "", sections: [] },
    { day: "2026-11-20", from: "", until: "", sections: [{ ...section, entries: [entry], moreCount: 3 }] },
  ],
  hidden: [],
  basis: {
    advisoriesAt: null,
    isStale: true,
    staleFeeds: [],
    assetCount: 1,
    withoutInventory: 0,
    silentCount: 0,
    newestInventoryAt: null,
    pendingJobs: 0,
    epssFrom: null,
  },
};

test("a message says the sentence and what is missing, links each figure, and takes no markup from advisories", () => {
  expect(changesMarkdown(changes, "Since yesterday", "https://zt.test")).toBe(`**Since yesterday: 9\\+ new findings**

This may not be all: stale: osv

### 2026-11-20

- **new findings**: [9+](https://zt.test/findings?query=seen%3E%3D2026-11-20)
  - [CVE\\-2024\\-3094](https://zt.test/findings?query=advisory%3ACVE-2024-3094+seen%3E%3D2026-11-20): critical KEV, xz\\-utils, 1 asset, Backdoor in \\[xz\\]\\(http://x\\) \\*now\\*
  - and 3+ more
`);
});

test("the table has a line for each entry and one for what is not listed", () => {
  const lines = changesTable(changes).trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain("critical KEV");
  expect(lines[2]).toContain("and 3+ more");
  expect(changesTable({ ...changes, days: [] })).toBe("");
});

test("since when is a duration or a day", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(sinceOf("1d", now)).toBe("2026-11-20T12:00:00.000Z");
  expect(sinceOf("2026-11-01", now)).toBe("2026-11-01");
  expect(() => sinceOf("yesterday", now)).toThrow("1d, 12h");
});
