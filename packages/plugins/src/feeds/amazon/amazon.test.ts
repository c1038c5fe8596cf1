import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createIndexBuilder, openIndex } from "@zerotrace/core";
import { expect, test } from "vitest";
import { parseOsRelease } from "../../extractors/os-release.ts";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { updateInfoXml } from "./fixtures.ts";
import { amazonFeed } from "./index.ts";

const UPDATES = [
  {
    id: "ALAS2-2026-1001",
    severity: "Important",
    issued: "2026-01-05 10:15",
    updated: "2026-01-08 11:00:30",
    cves: ["CVE-2026-0002", "CVE-2026-0001", "CVE-bad"],
    packages: [
      ["kernel", "0", "4.14.355", "280.652.amzn2", "x86_64"],
      ["kernel", "0", "4.14.355", "280.651.amzn2", "aarch64"],
      ["bind", "32", "9.11.4", "26.P2.amzn2.13", "x86_64"],
    ],
  },
  { id: "ALAS2-2026-1002", severity: "none", issued: "someday", packages: [["a", "", "1", "1", "noarch"]] },
] as const;

async function readLayout() {
  const folder = freshFolder();
  mkdirSync(join(folder, "amazon", "2"), { recursive: true });
  writeFileSync(join(folder, "amazon", "2", "updateinfo.xml.gz"), gzipSync(updateInfoXml(UPDATES)));
  const kept = recordingSink();
  const report = await amazonFeed.read(contextOf(), folder, kept.sink);
  return { ...kept, report };
}

test("an update of an extra speaks of packages from that topic alone", async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "2"));
  const packages = (version: string) => [["runc", "0", version, "1.amzn2", "x86_64"]] as const;
  writeFileSync(join(folder, "2", "core.xml"), updateInfoXml([{ id: "ALAS2-1", packages: packages("1.0") }]));
  const extra = updateInfoXml([{ id: "ALAS2DOCKER-1", packages: packages("1.3") }]);
  writeFileSync(join(folder, "2", "amzn2extra-docker.xml.gz"), gzipSync(extra));
  const { records, sink } = recordingSink();
  await amazonFeed.read({ ...contextOf(), isShared: false }, folder, sink);
  const builder = createIndexBuilder();
  for (const record of records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
  const verdict = (name: string, version: string) => index.match("Amazon Linux:2", name, version).verdict;
  expect(verdict("runc", "1.1-1.amzn2")).toBe("not_affected");
  expect(verdict("extra:docker/runc", "1.1-1.amzn2")).toBe("affected");
  expect(verdict("extra:ecs/runc", "1.1-1.amzn2")).toBe("not_affected");
});

test("an update becomes a notice with its CVEs; of several architectures the lowest fix counts", async () => {
  const { records, report } = await readLayout();
  const fixed = (name: string, version: string) => ({
    ecosystem: "Amazon Linux:2",
    name,
    ranges: [{ introduced: "0", fixed: version, lastAffected: null }],
    versions: [],
    urgency: "",
  });
  expect(records).toMatchObject([
    {
      id: "ALAS2-2026-1001",
      aliases: [],
      upstream: ["CVE-2026-0001", "CVE-2026-0002"],
      publishedAt: "2026-01-05T10:15:00.000Z",
      modifiedAt: "2026-01-08T11:00:30.000Z",
      severity: { vectors: [], label: "important" },
      affected: [fixed("bind", "32:9.11.4-26.P2.amzn2.13"), fixed("kernel", "4.14.355-280.651.amzn2")],
    },
    { id: "ALAS2-2026-1002", upstream: [], publishedAt: null, affected: [fixed("a", "1-1")] },
  ]);
  expect(report).toMatchObject({
    recordCount: 2,
    badCount: 0,
    dataAt: "2026-01-08T11:00:30.000Z",
    covers: ["Amazon Linux:2"],
  });
});

test("what the rpm database of such a host gives is judged: epoch, fix, and a release nobody covers", async () => {
  const { records, report } = await readLayout();
  const builder = createIndexBuilder();
  for (const record of records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-02-03T00:00:00Z", sources: report ? [report] : [] }));
  const judged = (release: string, name: string, version: string) =>
    index.match(parseOsRelease(release).ecosystem, name, version).verdict;
  const two = 'ID="amzn"\nVERSION_ID="2"\nPRETTY_NAME="Amazon Linux 2"';
  expect(judged(two, "bind", "32:9.11.4-26.P2.amzn2.9")).toBe("affected");
  expect(judged(two, "bind", "32:9.11.4-26.P2.amzn2.13")).toBe("not_affected");
  expect(judged('ID="amzn"\nVERSION_ID="2023"', "bind", "32:9.18.5-1.amzn2023")).toBe("unknown");
});
