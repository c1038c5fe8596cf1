import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SEVERITIES } from "../advisory/advisory.ts";
import { SSVC } from "../advisory/enrichment.ts";
import { SSVC_CLASSES, ssvcAnswers, ssvcClassOf } from "./ssvc-class.ts";
import { judgeSsvc, SSVC_DECISIONS } from "./ssvc.ts";

const MISSIONS = { low: "low", medium: null, high: "critical" } as const;
const vectors = [
  null,
  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
  "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N",
  "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N",
  "AV:N/AC:L/Au:N/C:C/I:C/A:C",
];

test("a class decides as the judgement itself does, whatever is known of a weakness", () => {
  const published = fc.record({
    exploitation: fc.constantFrom(...SSVC.exploitation),
    automatable: fc.constantFrom(...SSVC.automatable),
    technicalImpact: fc.constantFrom(...SSVC.technicalImpact),
  });
  const facts = fc.record({
    published: fc.option(published),
    exploitCount: fc.nat(2),
    vector: fc.constantFrom(...vectors),
    isKev: fc.boolean(),
    severity: fc.constantFrom(...SEVERITIES),
    mission: fc.constantFrom("low" as const, "medium" as const, "high" as const),
  });
  fc.assert(
    fc.property(facts, ({ mission, ...known }) => {
      const at = ssvcClassOf(known) * 4 + (known.isKev ? 2 : 0) + (known.severity === "critical" ? 1 : 0);
      const { decision } = judgeSsvc({ ...known, criticality: MISSIONS[mission] });
      for (const one of SSVC_DECISIONS) expect(ssvcAnswers([one], mission)[at]).toBe(one === decision);
    }),
  );
});

test("the numbers are stored and keep their meaning", () => {
  const classOf = (vector: string | null, published: Parameters<typeof ssvcClassOf>[0]["published"] = null) =>
    ssvcClassOf({ published, exploitCount: 0, vector });
  expect(SSVC_CLASSES).toBe(18);
  expect(classOf(null)).toBe(2);
  expect(vectors.map((vector) => classOf(vector))).toEqual([2, 4, 0, 4, 4]);
  expect(ssvcClassOf({ published: null, exploitCount: 1, vector: null })).toBe(8);
  expect(classOf(null, { exploitation: "active", automatable: "yes", technicalImpact: "total" })).toBe(16);
});
