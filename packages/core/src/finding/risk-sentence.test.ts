import { expect, test } from "vitest";
import { type RiskFacts, riskSentence } from "./risk-sentence.ts";

const bare: RiskFacts = {
  severity: "high",
  cvss: null,
  epss: null,
  kevAddedAt: null,
  exploitCount: 0,
  fixedIn: null,
  assets: null,
  openDays: null,
};
const V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

test("a sentence says how bad, how exploited, how reached and where, whether a fix exists and since when it is open", () => {
  expect(
    riskSentence({
      severity: "critical",
      cvss: { score: 9.8, vector: V3 },
      epss: { score: 0.94 },
      kevAddedAt: "2026-01-02",
      exploitCount: 3,
      fixedIn: "3.0.17-1",
      assets: { count: 14, internet: 3, critical: 1 },
      openDays: 9,
    }),
  ).toBe(
    "Critical severity (CVSS 9.8), exploited in the wild (in CISA's catalog since 2026-01-02), reachable over the network on 14 assets (3 facing the internet, 1 rated critical), a fix exists (3.0.17-1), open here for 9 days.",
  );
});

test("what nobody said is said to be unknown or is left out", () => {
  expect(riskSentence(bare)).toBe("High severity, nothing is known of exploitation, no fix is known.");
  expect(riskSentence({ ...bare, severity: "unknown" })).toMatch(/^Severity unknown, /);
  expect(riskSentence({ ...bare, severity: "none" })).toMatch(/^No severity, /);
});

test.each([
  [{ epss: { score: 0.73 } }, "likely to be exploited within 30 days (EPSS 73 %)"],
  [{ epss: { score: 0.12 } }, "exploitation within 30 days is possible (EPSS 12 %)"],
  [{ epss: { score: 0.012 } }, "exploitation within 30 days is unlikely (EPSS 1.2 %)"],
  [{ epss: { score: 0.0004 } }, "exploitation within 30 days is unlikely (EPSS below 0.1 %)"],
  [{ epss: { score: 0 } }, "exploitation within 30 days is unlikely (EPSS 0 %)"],
  [{ exploitCount: 2 }, "exploit code is public"],
  [{ exploitCount: 2, epss: { score: 0.5 } }, "exploit code is public (EPSS 50 %)"],
])("exploitation %j reads: %s", (facts, says) => {
  expect(riskSentence({ ...bare, ...facts })).toContain(`, ${says}, `);
});

test.each([
  ["CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "reachable from the same network only on 1 asset"],
  ["AV:L/AC:L/Au:N/C:P/I:P/A:P", "needs access to the machine first on 1 asset"],
  ["CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N", "needs hands on the machine on 1 asset"],
])("the vector %s reads: %s", (vector, says) => {
  const text = riskSentence({
    ...bare,
    cvss: { score: 5, vector },
    assets: { count: 1, internet: 0, critical: 0 },
    openDays: 1,
  });
  expect(text).toContain(`, ${says}, `);
  expect(text).toMatch(/open here for 1 day\.$/);
});

test("without a vector only the assets are named, and a finding of today says so", () => {
  const text = riskSentence({ ...bare, assets: { count: 2, internet: 1, critical: 0 }, openDays: 0 });
  expect(text).toContain(", on 2 assets (1 facing the internet), ");
  expect(text).toMatch(/open here since today\.$/);
});
