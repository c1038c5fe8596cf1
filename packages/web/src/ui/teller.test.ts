import { judgeSsvc, riskOf, riskSentence } from "@zerotrace/core";
import { expect, test } from "vitest";
import german from "../texts/de.json" with { type: "json" };
import { SENTENCES } from "./sentences.ts";
import { tellerOf } from "./teller.ts";

const catalog: Readonly<Record<string, string>> = german;
const told = tellerOf(
  SENTENCES,
  (text, values = {}) => (catalog[text] ?? text).replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ""),
  "de",
);
/** Words that no German sentence has. */
const ENGLISH = /\b(the|of|and|with|is|are|on|no|by|since|until|has|that|affected|fixed|within|from)\b/i;

test("a sentence that is put together of sentences is told whole, with its numbers in the writing of the language", () => {
  expect(told("1,284 new findings, none that matters, 2 fixed; 6 new assets, 1 asset went silent")).toBe(
    "1.284 neue Befunde, keiner von Belang, 2 behoben; 6 neue Assets, 1 Asset verstummte",
  );
  expect(told("Affected: CVE-2026-1 affects openssl 3.0.11-1; fixed in 3.0.17-1")).toBe(
    "Betroffen: CVE-2026-1 betrifft openssl 3.0.11-1; behoben in 3.0.17-1",
  );
  expect(
    told(
      "DEBIAN-CVE-2026-1 (Debian) decides: affected from the first version until 3.0.17-1, and 3.0.11-1 lies there; a system's package is judged by its distribution alone, by its source package",
    ),
  ).toBe(
    "DEBIAN-CVE-2026-1 (Debian) entscheidet: betroffen von der ersten Version bis 3.0.17-1, und 3.0.11-1 liegt darin; ein Systempaket wird nur nach seiner Distribution beurteilt, nach seinem Quellpaket",
  );
});

test("what the list does not hold stays as it is, and so do names that a sentence holds", () => {
  const summary = "openssl: a crafted certificate runs code before it is verified";
  expect(told(summary)).toBe(summary);
  expect(told("open 1.0 is built from fixed 1.0, of which advisories speak")).toBe(
    "open 1.0 ist aus fixed 1.0 gebaut, wovon Meldungen sprechen",
  );
});

const VECTORS = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N", null];

test.each(["critical", "high", "medium", "low", "none", "unknown"] as const)(
  "no word of the risk of a %s finding, of its terms and of its decision stays English",
  (severity) => {
    for (const [i, vector] of VECTORS.entries()) {
      for (const isKnown of [true, false]) {
        const cvss = vector === null ? null : { score: 7.5, vector };
        const epss = isKnown ? { score: [0.0004, 0.2, 0.91][i] ?? 0 } : null;
        const kevAddedAt = isKnown && i === 1 ? "2026-01-05" : null;
        const criticality = isKnown ? ("critical" as const) : null;
        const assets = isKnown ? { count: 1 + i * 6, internet: i, critical: i } : null;
        const exploitCount = i === 2 ? 3 : 0;
        const rated = isKnown ? { criticality: "high" as const, exposure: "internet" as const } : {};
        const said = [
          riskSentence({
            severity,
            cvss,
            epss,
            kevAddedAt,
            exploitCount,
            fixedIn: isKnown ? "1.2" : null,
            assets,
            openDays: i,
          }),
          ...riskOf({ severity, cvss, epss, kevAddedAt, fixAvailable: isKnown, ...rated }).terms.map(
            ({ says }) => says,
          ),
        ];
        const ssvc = judgeSsvc({ published: null, isKev: isKnown, exploitCount, vector, severity, criticality });
        for (const { says } of [ssvc.exploitation, ssvc.automatable, ssvc.technicalImpact, ssvc.mission])
          said.push(says);
        expect(said.map(told).filter((text) => ENGLISH.test(text.replaceAll("in freier", "")))).toEqual([]);
      }
    }
  },
);
