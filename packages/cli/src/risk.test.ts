import { expect, test } from "vitest";
import { whatIfText } from "./commands/risk.ts";

test("what-if says the risk before and after, the counts side by side, and which fix closes nothing", () => {
  const findings = { critical: 3, high: 2, medium: 0, low: 0, none: 0, unknown: 0 };
  const before = { risk: 71, findings, findingCount: 5, kevCount: 1, assetCount: 4 };
  const after = { risk: 38, findings: { ...findings, critical: 0 }, findingCount: 2, kevCount: 0, assetCount: 3 };
  const keys = [
    { key: "npm/a/2.0.0", closedCount: 3 },
    { key: "npm/b/1.0.0", closedCount: 0 },
  ];
  const text = whatIfText({ before, after, riskShare: 0.864, closedCount: 3, touchedCount: 4, keys });
  expect(text).toMatch(
    /^Takes away 86\.4 % of the risk: closes 3 findings on 4 assets\nHighest risk of any asset 71\.0 -> 38\.0\n/,
  );
  const still = whatIfText({ before, after: before, riskShare: 0.5, closedCount: 1, touchedCount: 1, keys });
  expect(still).toContain("71.0 -> 71.0: something else is as high\n");
  expect(text).toMatch(/critical +3 +0\n/);
  expect(text).toMatch(/assets with findings +4 +3\n/);
  expect(text).toContain("npm/b/1.0.0 closes nothing that is open\n");
});
