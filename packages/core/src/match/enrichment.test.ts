import { expect, test } from "vitest";
import type { CveEnrichment } from "../advisory/enrichment.ts";
import { parseOsvRecord } from "../advisory/osv.ts";
import { SSVC } from "../advisory/enrichment.ts";
import { packSsvc, unpackSsvc } from "./build-enrichment.ts";
import { createIndexBuilder, type IndexBuilder } from "./build.ts";
import { type AdvisoryIndex, openIndex } from "./open.ts";

const V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P";
const V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const V31_LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";

const enrichment = (id: string, more: Partial<CveEnrichment> = {}): CveEnrichment => ({
  id,
  vectors: [],
  cwes: [],
  ssvc: null,
  exploits: [],
  rejectedAt: null,
  summary: "",
  publishedAt: null,
  ...more,
});
const record = (id: string, more: object = {}) =>
  parseOsvRecord({
    id,
    modified: "2026-01-01T00:00:00Z",
    affected: [
      {
        package: { ecosystem: "Debian:12", name: "zlib" },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }],
      },
    ],
    ...more,
  });
const indexOf = (fill: (builder: IndexBuilder) => void): AdvisoryIndex => {
  const builder = createIndexBuilder();
  fill(builder);
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};

test("what sources say of a CVE is joined on its advisory, in whatever order they come", () => {
  const index = indexOf((b) => {
    b.cve(
      enrichment("CVE-2026-0001", {
        vectors: ["nonsense", V2],
        cwes: ["CWE-79", "NVD-CWE-noinfo"],
        exploits: ["https://exploits.example/1", "javascript:alert(1)"],
        summary: "A summary of the program.",
        publishedAt: "2025-12-01T00:00:00Z",
      }),
    );
    b.add(record("DEBIAN-CVE-2026-0001", { upstream: ["CVE-2026-0001"], database_specific: { cwe_ids: ["CWE-20"] } }));
    b.cve(
      enrichment("CVE-2026-0001", {
        vectors: [V31],
        cwes: ["CWE-79", "CWE-787"],
        ssvc: { exploitation: "poc", automatable: "yes", technicalImpact: "total" },
        summary: "Another.",
      }),
    );
    b.cve(enrichment("CVE-1999-0001", { vectors: [V31] }));
  });
  expect(index.groupCount).toBe(1);
  expect([index.find("CVE-2026-0001"), index.find("CVE-2026-0000"), index.find("CVE-2026-0002")]).toEqual([0, -1, -1]);
  expect(index.advisory(0)).toMatchObject({
    id: "CVE-2026-0001",
    summary: "A summary of the program.",
    severity: "critical",
    cvss: { score: 9.8, vector: V31 },
    cwes: ["CWE-20", "CWE-79", "CWE-787"],
    ssvc: { exploitation: "poc", automatable: "yes", technicalImpact: "total" },
    exploits: ["https://exploits.example/1"],
    publishedAt: "2025-12-01T00:00:00.000Z",
  });
});

test("a record's own rating stands against others of the same CVSS version, and yields to a newer one", () => {
  const rated = (vector: string) => record("CVE-2026-0002", { severity: [{ type: "CVSS", score: vector }] });
  const scoreWith = (own: string, other: string) =>
    indexOf((b) => {
      b.add(rated(own));
      b.cve(enrichment("CVE-2026-0002", { vectors: [other] }));
    }).advisory(0).cvss?.vector;
  expect(scoreWith(V31_LOW, V31)).toBe(V31_LOW);
  expect(scoreWith(V2, V31_LOW)).toBe(V31_LOW);
  expect(scoreWith(V31_LOW, V2)).toBe(V31_LOW);
});

test("a rejected CVE withdraws the records about it alone", () => {
  const index = indexOf((b) => {
    b.add(record("DEBIAN-CVE-2026-0003", { upstream: ["CVE-2026-0003"] }));
    b.add(record("GHSA-aaaa-bbbb-cccc", { aliases: ["CVE-2026-0003"] }));
    b.cve(enrichment("CVE-2026-0003", { rejectedAt: "2026-02-01T00:00:00Z" }));
  });
  const explained = index.explain("Debian:12", "zlib", "1");
  expect(explained.map((r) => [r.recordId, r.outcome, r.withdrawnAt, r.isRejected])).toEqual([
    ["DEBIAN-CVE-2026-0003", "withdrawn", "2026-02-01T00:00:00.000Z", true],
    ["GHSA-aaaa-bbbb-cccc", "affected", null, undefined],
  ]);
});

test("a rejection that another source reports does not count while the CVE program says that the CVE stands", () => {
  const said = [
    enrichment("CVE-2026-0003", { rejectedAt: "2026-02-01T00:00:00Z" }),
    enrichment("CVE-2026-0003", { isPublished: true }),
  ];
  for (const order of [said, said.toReversed()]) {
    const index = indexOf((b) => {
      b.add(record("DEBIAN-CVE-2026-0003", { upstream: ["CVE-2026-0003"] }));
      for (const one of order) b.cve(one);
    });
    expect(index.match("Debian:12", "zlib", "1").verdict).toBe("affected");
  }
});

test("new enrichment changes the hash of an advisory's attributes, so that its findings are judged again", () => {
  const hashWith = (more: Partial<CveEnrichment>) =>
    indexOf((b) => {
      b.add(record("CVE-2026-0004"));
      b.cve(enrichment("CVE-2026-0004", more));
    }).attributesHash(0);
  const hashes = [
    hashWith({}),
    hashWith({ cwes: ["CWE-1"] }),
    hashWith({ exploits: ["https://exploits.example/1"] }),
    hashWith({ ssvc: { exploitation: "active", automatable: "no", technicalImpact: "partial" } }),
    hashWith({ vectors: [V31] }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashWith({})).toBe(hashes[0]);
});

test("names of weaknesses and life cycles are read back", () => {
  const debian = {
    product: "debian",
    title: "Debian",
    identifiers: ["cpe:/o:debian:debian_linux"],
    cycles: [{ name: "12", endsAt: "2028-06-30", latest: "12.15" }],
  };
  const index = indexOf((b) => {
    b.cwe("CWE-79", "Cross-site Scripting");
    b.cwe("not a weakness", "x");
    b.lifeCycle(debian);
  });
  expect([index.cweName("CWE-79"), index.cweName("CWE-80"), index.cweName("toString")]).toEqual([
    "Cross-site Scripting",
    null,
    null,
  ]);
  expect(index.lifeCycles()).toEqual([debian]);
});

test("every decision of SSVC fits in one byte and comes back", () => {
  const all = SSVC.exploitation.flatMap((exploitation) =>
    SSVC.automatable.flatMap((automatable) =>
      SSVC.technicalImpact.map((technicalImpact) => ({ exploitation, automatable, technicalImpact })),
    ),
  );
  expect(new Set(all.map(packSsvc)).size).toBe(12);
  expect(all.map((one) => unpackSsvc(packSsvc(one)))).toEqual(all);
  expect([unpackSsvc(packSsvc(null)), unpackSsvc(13), unpackSsvc(255)]).toEqual([null, null, null]);
});
