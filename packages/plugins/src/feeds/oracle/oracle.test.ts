import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createIndexBuilder, openIndex } from "@zerotrace/core";
import { expect, test } from "vitest";
import { parseOsRelease } from "../../extractors/os-release.ts";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { updateInfoXml } from "../amazon/fixtures.ts";
import type { UpdateFixture } from "../amazon/fixtures.ts";
import { oracleFeed } from "./index.ts";

const KERNEL = { id: "ELSA-2026-50001", cves: ["CVE-2026-0001"] };
const FILES: Readonly<Record<string, readonly UpdateFixture[]>> = {
  "8/appstream.xml": [
    {
      id: "ELSA-2026-0101",
      cves: ["CVE-2026-0002"],
      module: '<module name="nodejs" stream="20" version="1" context="c" arch="x86_64"/>',
      packages: [["nodejs", "1", "20.19.1", "1.module+el8.10.0+90500+1a2b3c4d", "x86_64"]],
    },
  ],
  "8/uekr6.xml": [{ ...KERNEL, packages: [["kernel-uek", "0", "5.4.17", "2136.340.4.el8uek", "x86_64"]] }],
  "8/uekr7.xml": [{ ...KERNEL, packages: [["kernel-uek", "0", "5.15.0", "308.179.6.el8uek", "x86_64"]] }],
  "8/fips.xml": [
    { id: "ELSA-2026-0104", cves: ["CVE-2026-0002"], packages: [["gnutls", "10", "3.6.16", "8.el8_fips", "x86_64"]] },
    {
      id: "ELSA-2026-0105",
      cves: ["CVE-2026-0002"],
      packages: [["glibc", "2", "2.28", "251.0.3.ksplice1.el8", "x86_64"]],
    },
  ],
  "9/uekr7.xml": [{ ...KERNEL, packages: [["kernel-uek", "0", "5.15.0", "308.179.6.el9uek", "x86_64"]] }],
};

async function readLayout() {
  const folder = freshFolder();
  for (const [name, updates] of Object.entries(FILES)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), updateInfoXml(updates));
  }
  const kept = recordingSink();
  const report = await oracleFeed.read({ ...contextOf(), isShared: false }, folder, kept.sink);
  return { ...kept, report };
}

test("one update of several repositories is one record; a module's stream is part of its packages' names", async () => {
  const raws: string[] = [];
  const { records, report } = await readLayout();
  expect(records.map(({ id, affected }) => [id, affected.map((one) => [one.ecosystem, one.ranges])])).toEqual([
    [
      "ELSA-2026-0101",
      [
        [
          "Oracle Linux:8",
          [{ introduced: "0", fixed: "1:20.19.1-1.module+el8.10.0+90500+1a2b3c4d", lastAffected: null }],
        ],
      ],
    ],
    [
      "ELSA-2026-50001",
      [
        ["Oracle Linux:8", [{ introduced: "5.15.0-0", fixed: "5.15.0-308.179.6.el8uek", lastAffected: null }]],
        ["Oracle Linux:8", [{ introduced: "5.4.17-0", fixed: "5.4.17-2136.340.4.el8uek", lastAffected: null }]],
        ["Oracle Linux:9", [{ introduced: "5.15.0-0", fixed: "5.15.0-308.179.6.el9uek", lastAffected: null }]],
      ],
    ],
  ]);
  expect(report).toMatchObject({ recordCount: 2, covers: ["Oracle Linux:8", "Oracle Linux:9"] });
  expect(records[0]?.affected[0]?.name).toBe("nodejs:20/nodejs");
  const folder = freshFolder();
  mkdirSync(join(folder, "8"));
  writeFileSync(join(folder, "8", "a.xml"), updateInfoXml(FILES["8/appstream.xml"] ?? []));
  const sink = { ...recordingSink().sink, record: (_: unknown, raw: string) => void raws.push(raw) };
  await oracleFeed.read({ ...contextOf(), isShared: false }, folder, sink);
  expect(JSON.parse(raws[0] ?? "")).toMatchObject({
    affected: [{ ecosystem_specific: { module: "nodejs:20" } }],
    database_specific: { derived_from: "Oracle Linux updateinfo.xml (https://yum.oracle.com/repo/OracleLinux)" },
  });
});

test("a kernel of one release of the UEK is not judged by the fix of another", async () => {
  const { records, report } = await readLayout();
  const builder = createIndexBuilder();
  for (const record of records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-02-03T00:00:00Z", sources: report ? [report] : [] }));
  const { ecosystem } = parseOsRelease('NAME="Oracle Linux Server"\nVERSION="8.10"\nID="ol"\nVERSION_ID="8.10"');
  const judged = (version: string) => index.match(ecosystem, "kernel-uek", version).verdict;
  expect(judged("5.4.17-2136.340.3.el8uek")).toBe("affected");
  expect(judged("5.4.17-2136.340.4.el8uek")).toBe("not_affected");
  expect(judged("5.15.0-307.178.5.el8uek")).toBe("affected");
  expect(judged("5.15.0-308.179.6.el8uek")).toBe("not_affected");
});
