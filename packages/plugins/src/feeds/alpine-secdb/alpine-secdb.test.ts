import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createIndexBuilder, openIndex } from "@zerotrace/core";
import { expect, test } from "vitest";
import { parseOsRelease } from "../../extractors/os-release.ts";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import { idsOf } from "../secdb.ts";
import { alpineSecdbFeed } from "./index.ts";
import { recorded } from "./recorded.ts";

const own = { ...contextOf(), isShared: false };

async function readRecorded() {
  const kept = recordingSink();
  const report = await withSource(recorded, NO_FAULT, (url) =>
    alpineSecdbFeed.read({ ...own, cacheDir: freshFolder() }, url, kept.sink),
  );
  return { ...kept, report };
}

test("an entry with several names, spellings and remarks gives all its CVEs, else the one id it has", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["CVE-2024-1234", ["CVE-2024-1234"]],
    [" CVE-2024-1234 ", ["CVE-2024-1234"]],
    ["CVE-2017-2616 (+ regression fix)", ["CVE-2017-2616"]],
    ["CVE-2019-0001 CVE-2019-0002 CVE-2019-0001", ["CVE-2019-0001", "CVE-2019-0002"]],
    ["CVE-2017-12134 XSA-229", ["CVE-2017-12134"]],
    ["CVE_2019-2426", ["CVE-2019-2426"]],
    ["XSA-248", ["XSA-248"]],
    ["ZBX-11023", ["ZBX-11023"]],
    ["CVE N/A ZBX-11023", ["ZBX-11023"]],
    ["GHSA-ABCD-2345-wxyz", ["GHSA-abcd-2345-wxyz"]],
    ["CVE-2020-123456789", ["CVE-2020-123456789"]],
    ["CVE-2020-12", []],
    ["CVE-2019-XXXX", []],
    ["", []],
  ];
  for (const [entry, ids] of table) expect([entry, idsOf(entry)]).toEqual([entry, ids]);
  expect(idsOf("CVE-".repeat(100_000))).toEqual([]);
});

test("what OSV has of a CVE has OSV's id; community and edge have one of their own, so that neither hides the other", async () => {
  const { records, report } = await readRecorded();
  const places = records.map(({ id, upstream, affected }) => [
    id,
    upstream,
    affected.map((one) => `${one.ecosystem} ${one.name} ${one.ranges.map(({ fixed }) => fixed).join(" ")}`),
  ]);
  expect(places.slice(0, 1)).toEqual([["ALPINE-CVE-2026-0001", ["CVE-2026-0001"], ["Alpine:v3.20 openssl 3.3.1-r1"]]]);
  expect(places).toContainEqual([
    "ALPINE-SECDB-CVE-2026-0001",
    ["CVE-2026-0001"],
    ["Alpine:edge openssl 3.3.1-r1", "Alpine:v3.20 gimp 2.10.38-r1"],
  ]);
  expect(report).toMatchObject({
    covers: ["Alpine:edge", "Alpine:v3.20"],
    dataAt: "2026-02-03T01:00:00.000Z",
    bad: [{ reason: "it is no version" }, { reason: "its ids are no list" }, { reason: '"CVE-N/A" names nothing' }],
  });
});

test("packages as apk's database names them are judged by their origin, on a release and on edge", async () => {
  const { records, report } = await readRecorded();
  const builder = createIndexBuilder();
  for (const record of records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-02-03T00:00:00Z", sources: report ? [report] : [] }));
  const judged = (release: string, version: string) =>
    index.match(parseOsRelease(release).ecosystem, "openssl", version).verdict;
  expect(judged("ID=alpine\nVERSION_ID=3.20.3", "3.3.1-r0")).toBe("affected");
  expect(judged("ID=alpine\nVERSION_ID=3.20.3", "3.3.1-r1")).toBe("not_affected");
  expect(judged("ID=alpine\nVERSION_ID=3.21_alpha20240923\nPRETTY_NAME='Alpine Linux edge'", "3.3.1-r0")).toBe(
    "affected",
  );
});

test("a folder is read as the address is; a file without its list is refused", async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "alpine-secdb", "v3.20"), { recursive: true });
  mkdirSync(join(folder, "alpine-secdb", "other"));
  const path = join(folder, "alpine-secdb", "v3.20", "main.json");
  writeFileSync(
    path,
    '{"packages":[{"pkg":{"name":"a","secfixes":{"1.0-r1":["CVE-2026-0001"],"1.2-r0":["CVE-2026-0001"]}}}]}',
  );
  const kept = recordingSink();
  await alpineSecdbFeed.read(contextOf(), folder, kept.sink);
  expect(kept.records[0]?.affected[0]?.ranges.map(({ fixed }) => fixed)).toEqual(["1.0-r1", "1.2-r0"]);
  for (const text of ["[]", "{}", '{"packages":[', '{"packages":null']) {
    writeFileSync(path, text);
    await expect(alpineSecdbFeed.read(contextOf(), folder, kept.sink)).rejects.toMatchObject({ code: "BAD_FEED" });
  }
});
