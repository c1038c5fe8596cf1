import { expect, test } from "vitest";
import { SSVC } from "../advisory/enrichment.ts";
import { attackVectorOf, decideSsvc, judgeSsvc, type SsvcFacts, type SsvcMission } from "./ssvc.ts";

const MISSIONS: readonly SsvcMission[] = ["low", "medium", "high"];
/** CISA's coordinator table 2.0.3 in its own order: exploitation, automatable, technical impact, mission. */
const PUBLISHED = [
  ..."track track track track track track* track track attend track track attend".split(" "),
  ..."track track track* track track* attend track track attend track track* attend".split(" "),
  ..."track track attend track attend act attend attend act attend act act".split(" "),
];

test("the tree decides as CISA's published table, in all 36 rows", () => {
  const decided = SSVC.exploitation.flatMap((exploitation) =>
    SSVC.automatable.flatMap((automatable) =>
      SSVC.technicalImpact.flatMap((technicalImpact) =>
        MISSIONS.map((mission) => decideSsvc({ exploitation, automatable, technicalImpact, mission })),
      ),
    ),
  );
  expect(decided).toEqual(PUBLISHED);
});

const bare: SsvcFacts = {
  published: null,
  isKev: false,
  exploitCount: 0,
  vector: null,
  severity: "high",
  criticality: null,
};
const OPEN = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N";

test("what CISA published counts before what is derived, and each point says where it is from", () => {
  const published = { exploitation: "poc", automatable: "no", technicalImpact: "partial" } as const;
  const judged = judgeSsvc({ ...bare, published, vector: OPEN, exploitCount: 1, criticality: "critical" });
  expect(judged).toMatchObject({
    decision: "track*",
    isDerived: false,
    exploitation: { value: "poc", from: "cisa" },
    automatable: { value: "no", from: "cisa" },
    technicalImpact: { value: "partial", from: "cisa" },
    mission: { value: "high", from: "asset" },
  });
});

test("the catalog of exploited weaknesses outranks an older judgement of CISA's", () => {
  const published = { exploitation: "none", automatable: "yes", technicalImpact: "total" } as const;
  const judged = judgeSsvc({ ...bare, published, isKev: true });
  expect(judged).toMatchObject({ decision: "act", isDerived: true, exploitation: { value: "active", from: "kev" } });
});

test("without CISA's points they are derived of the catalog, exploits and CVSS, and said to be", () => {
  expect(judgeSsvc({ ...bare, isKev: true, vector: OPEN, criticality: "high" })).toMatchObject({
    decision: "act",
    isDerived: true,
    automatable: { value: "yes", from: "cvss" },
    technicalImpact: { value: "total", from: "cvss" },
    mission: { value: "medium" },
  });
  expect(judgeSsvc({ ...bare, exploitCount: 1 }).exploitation).toMatchObject({ value: "poc", from: "exploits" });
  const local = judgeSsvc({ ...bare, vector: "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:H/SC:N/SI:N/SA:N" });
  expect([local.automatable.value, local.technicalImpact.value]).toEqual(["no", "partial"]);
  const old = judgeSsvc({ ...bare, vector: "AV:N/AC:L/Au:N/C:C/I:C/A:C" });
  expect([old.automatable.value, old.technicalImpact.value]).toEqual(["yes", "total"]);
});

test("where nothing is said it is assumed and said to be, and a low asset lowers the mission", () => {
  expect(judgeSsvc({ ...bare, severity: "critical" })).toMatchObject({
    decision: "track",
    exploitation: { value: "none", from: "assumed" },
    automatable: { value: "no", from: "assumed" },
    technicalImpact: { value: "total", from: "assumed" },
    mission: { value: "medium", from: "assumed" },
  });
  expect(judgeSsvc({ ...bare, criticality: "low" }).mission).toMatchObject({ value: "low", from: "asset" });
});

test("a vector that says nothing of its way has none", () => {
  expect([attackVectorOf(null), attackVectorOf("nonsense"), attackVectorOf("AV:X")]).toEqual([null, null, null]);
});
