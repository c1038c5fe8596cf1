import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createIndexBuilder, openIndex, parseOsvRecord, schemeFor } from "@zerotrace/core";
import type { AdvisoryRecord } from "@zerotrace/core";
import { expect, test } from "vitest";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { monthlyRecords, windowsEcosystem } from "./document.ts";
import { msrcFeed } from "./index.ts";
import { fix, month, SERVER_2022, weakness, WINDOWS_11 } from "./recorded.ts";

const recordsOf = (...weaknesses: object[]): AdvisoryRecord[] =>
  monthlyRecords(month("2026-Jan", weaknesses)).records.map((raw) => parseOsvRecord(raw));

const range = (fixed: string | null) => [{ introduced: "0", fixed, lastAffected: null }];

test("a weakness becomes a record with the build that fixes each product", () => {
  const one = weakness(
    "CVE-2026-0001",
    ["11923", "12390", "11762", "10753", "20000"],
    [
      fix(["11923"], "5050001", "10.0.20348.3089"),
      fix(["12390"], "5050002", "10.0.26100.2894"),
      fix(["11762"], "5049233", "15.02.1544.014"),
      fix(["10753"], "Click to Run", "https://aka.ms/OfficeSecurityReleases"),
      fix(["20000"], "CBL", "6.6.119-1"),
    ],
    "Yes",
  );
  expect(recordsOf(one)).toMatchObject([
    {
      id: "MSRC-CVE-2026-0001",
      aliases: ["CVE-2026-0001"],
      publishedAt: "2026-01-13T08:00:00.000Z",
      severity: { label: "important" },
      cwes: ["CWE-416"],
      affected: [
        {
          ecosystem: "Windows:11 Version 24H2 for x64-based Systems",
          name: "Windows",
          ranges: range("10.0.26100.2894"),
        },
        { ecosystem: "Windows:Server 2022", name: "Windows", ranges: range("10.0.20348.3089") },
      ],
    },
  ]);
  const { records, unknownCount } = monthlyRecords(month("2026-Jan", [one]));
  expect(unknownCount).toBe(0);
  expect(records[0]).toMatchObject({ database_specific: { exploited: true } });
});

test("a flaw that Microsoft knows to be exploited has its page among the exploits, another has none", async () => {
  const folder = freshFolder();
  const exploited = weakness("CVE-2026-0001", ["11923"], [fix(["11923"], "5050001", "10.0.20348.3089")], "Yes");
  const other = weakness("CVE-2026-0002", ["11923"], [fix(["11923"], "5050001", "10.0.20348.3089")]);
  writeFileSync(join(folder, "2026-Jan.json"), JSON.stringify(month("2026-Jan", [exploited, other])));
  const { cves, sink } = recordingSink();
  await msrcFeed.read({ ...contextOf(), isShared: false }, folder, sink);
  expect(cves.map(({ id, exploits }) => [id, exploits])).toEqual([
    ["CVE-2026-0001", ["https://msrc.microsoft.com/update-guide/vulnerability/CVE-2026-0001"]],
  ]);
});

test("the lowest build counts, hotpatches do not, a system without any update stays open, a workaround is none", () => {
  const remedies = [
    fix(["11923"], "5123303", "10.0.20348.5499"),
    fix(["11923"], "5120242", "10.0.20348.5400"),
    fix(["11923"], "5120229", "10.0.20348.5000", "Security Hotpatch Update"),
    fix(["11923"], "5120230", "10.0.20348.5001", "SecurityHotpatchUpdate"),
    { Type: 0, Description: { Value: "Stop the service." }, ProductID: ["12390"] },
  ];
  const [record] = recordsOf(weakness("CVE-2026-0001", ["11923", "12390"], remedies));
  expect(record?.affected.map(({ ecosystem, ranges }) => [ecosystem, ranges[0]?.fixed])).toEqual([
    [windowsEcosystem(WINDOWS_11), null],
    [windowsEcosystem(SERVER_2022), "10.0.20348.5400"],
  ]);
});

test("an update without a build, or with the build of a part, says nothing of the system", () => {
  for (const build of ["", "1.001", "4.8.4739.0", "11.0.9600.1"]) {
    const one = weakness("CVE-2026-0001", ["11923"], [fix(["11923"], "5050001", build)]);
    expect(monthlyRecords(month("2026-Jan", [one]))).toEqual({ records: [], unknownCount: 1 });
  }
});

test("odd documents are refused or give nothing", () => {
  for (const odd of [null, [], {}, { Vulnerability: {} }]) expect(() => monthlyRecords(odd)).toThrow("no list");
  const odd = {
    Vulnerability: [null, 1, { CVE: 5 }, { CVE: "CVE-2026-0001", ProductStatuses: "x", Remediations: [null] }],
  };
  expect(monthlyRecords(odd)).toEqual({ records: [], unknownCount: 0 });
});

test("builds are ordered by their numbers and a host of that product is judged by them", async () => {
  const builds = schemeFor("Windows");
  expect(builds?.compare("10.0.22631.4317", "10.0.22631.10000")).toBe(-1);
  expect(builds?.compare("15.02.1544.014", "15.2.1544.14")).toBe(0);
  const folder = freshFolder();
  mkdirSync(join(folder, "msrc"));
  const january = month("2026-Jan", [
    weakness("CVE-2026-0001", ["11923"], [fix(["11923"], "5050001", "10.0.20348.3089")]),
  ]);
  const december = month("2025-Dec", [
    weakness("CVE-2026-0001", ["11923"], [fix(["11923"], "5040001", "10.0.20348.1")]),
  ]);
  writeFileSync(join(folder, "msrc", "2026-Jan.json.gz"), gzipSync(JSON.stringify(january)));
  writeFileSync(join(folder, "msrc", "2025-Dec.json"), JSON.stringify(december));
  const kept = recordingSink();
  const report = await msrcFeed.read(contextOf(), folder, kept.sink);
  expect(report).toMatchObject({ recordCount: 1, badCount: 0, covers: ["Windows:Server 2022"] });
  const builder = createIndexBuilder();
  for (const record of kept.records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-02-03T00:00:00Z", sources: report ? [report] : [] }));
  expect(index.match("Windows:Server 2022", "Windows", "10.0.20348.2966").verdict).toBe("affected");
  expect(index.match("Windows:Server 2022", "Windows", "10.0.20348.3089").verdict).toBe("not_affected");
  expect(index.match("Windows:Server 2031", "Windows", "10.0.40000.1").verdict).toBe("unknown");
});
