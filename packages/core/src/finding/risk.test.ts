import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SEVERITIES } from "../advisory/advisory.ts";
import { assetPoints, CRITICALITIES, EXPOSURES, riskOf } from "./risk.ts";

test("the worst finding on the most precious asset has risk 100", () => {
  const worst = {
    severity: "critical",
    cvss: { score: 10 },
    epss: { score: 1 },
    kev: true,
    fixAvailable: true,
  } as const;
  expect(riskOf({ ...worst, exposure: "internet", criticality: "critical" }).risk).toBe(100);
});

test("an unknown severity is assumed to be 5.0 and says so", () => {
  const { risk, terms } = riskOf({ severity: "unknown", cvss: null, epss: null, fixAvailable: false });
  expect(risk).toBe(22.5);
  expect(terms[0]).toEqual({ name: "severity", value: 22.5, says: "severity unknown, CVSS 5.0 assumed" });
});

test("risk is the sum of its terms, within 0..100, and never falls when CVSS or KEV rise", () => {
  const input = fc.record({
    severity: fc.constantFrom(...SEVERITIES),
    cvss: fc.option(fc.record({ score: fc.double({ min: 0, max: 10, noNaN: true }) })),
    epss: fc.option(fc.record({ score: fc.double({ min: 0, max: 1 }) })),
    fixAvailable: fc.boolean(),
  });
  fc.assert(
    fc.property(input, (finding) => {
      const { risk, terms } = riskOf(finding);
      expect(risk).toBeCloseTo(
        terms.reduce((sum, term) => sum + term.value, 0),
        6,
      );
      expect(risk).toBeGreaterThanOrEqual(0);
      expect(risk).toBeLessThanOrEqual(100);
      expect(riskOf({ ...finding, kevAddedAt: "2024-01-01" }).risk).toBeGreaterThan(risk);
      expect(riskOf({ ...finding, cvss: { score: 10 } }).risk).toBeGreaterThanOrEqual(risk);
    }),
  );
});

test("what an asset adds is the same for every finding on it, and is what its rating's terms add up to", () => {
  const finding = { severity: "high", cvss: null, epss: null, fixAvailable: false } as const;
  for (const exposure of [null, ...EXPOSURES]) {
    for (const criticality of [null, ...CRITICALITIES]) {
      const rated = { ...(exposure && { exposure }), ...(criticality && { criticality }) };
      const added = riskOf({ ...finding, ...rated }).risk - riskOf(finding).risk;
      expect(assetPoints({ exposure, criticality })).toBeCloseTo(added, 6);
    }
  }
});
