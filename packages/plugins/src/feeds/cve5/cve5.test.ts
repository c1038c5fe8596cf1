import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { contextOf, freshFolder, recordingSink, zipOf } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import { cveListEntry } from "./entry.ts";
import { cve5Feed } from "./index.ts";
import { cisa, cveRecord, recorded } from "./recorded.ts";

const affectedOf = (...affected: object[]) =>
  cveListEntry(cveRecord("CVE-2026-1000", { affected })).record?.affected.map((one) => [
    one.package.ecosystem,
    one.package.name,
    one.ranges?.map((range) => range.events) ?? one.versions,
  ]) ?? [];

const from0 = (lessThan: string, versionType?: string) => ({
  version: "0",
  lessThan,
  status: "affected",
  ...(versionType && { versionType }),
});
const below = (fixed: string) => [[{ introduced: "0" }, { fixed }]];

test("packages of ecosystems are named by package URL or collection; Go by module; distributions never", () => {
  const one = (more: object, type: string) => ({ versions: [from0("1.2.3", type)], ...more });
  const found = affectedOf(
    one({ packageURL: "pkg:npm/%40a/b" }, "semver"),
    one({ collectionURL: "https://pypi.org/project/x/", packageName: "x" }, "python"),
    one({ collectionURL: "https://repo.maven.apache.org/maven2", packageName: "g/a" }, "maven"),
    one({ collectionURL: "https://pkg.go.dev", packageName: "net/http", vendor: "Go standard library" }, "semver"),
    one(
      { collectionURL: "https://pkg.go.dev", packageName: "golang.org/x/net/http2", vendor: "golang.org/x/net" },
      "semver",
    ),
    one({ packageURL: "pkg:deb/debian/openssl" }, "semver"),
    one({ packageURL: "not a purl" }, "semver"),
    one({ collectionURL: "https://access.redhat.com/x", packageName: "y" }, "semver"),
  );
  expect(found).toEqual([
    ["npm", "@a/b", below("1.2.3")],
    ["PyPI", "x", below("1.2.3")],
    ["Maven", "g:a", below("1.2.3")],
    ["Go", "stdlib", below("1.2.3")],
    ["Go", "golang.org/x/net", below("1.2.3")],
  ]);
});

test("ranges of a type that the ecosystem does not order are left out and counted, Git ranges silently", () => {
  const npm = { collectionURL: "https://npmjs.com", packageName: "p" };
  const entry = cveListEntry(
    cveRecord("CVE-2026-1000", {
      affected: [
        { ...npm, versions: [from0("1", "custom")] },
        { ...npm, versions: [from0("8f2a"), from0("1.0.0", "git")] },
        { ...npm, versions: [from0("abcdef", "git"), from0("2.0.0", "semver")] },
      ],
    }),
  );
  expect(entry.skippedCount).toBe(2);
  expect(entry.record?.affected).toEqual([
    { package: { ecosystem: "npm", name: "p" }, ranges: [{ type: "ECOSYSTEM", events: below("2.0.0")[0] }] },
  ]);
});

test("products need a CPE name; a series as an end is all of it; a vendor's package collection is no product", () => {
  const cpes = ["cpe:2.3:a:Vendor:prod\\+:9.0:*:*:*:*:*:*:*", "cpe:/o:vendor:os:1"];
  expect(
    affectedOf(
      { vendor: "v", product: "p", versions: [from0("2", "custom")] },
      { cpes, versions: [{ version: "6.6", lessThanOrEqual: "6.6.*", status: "affected", versionType: "custom" }] },
      {
        cpes: ["cpe:/a:redhat:quarkus:2"],
        packageName: "plexus",
        collectionURL: "https://x.test",
        defaultStatus: "affected",
      },
      { cpes: ["cpe:2.3:a:v:whole:*:*:*:*:*:*:*:*"], versions: [{ version: "n/a", status: "affected" }] },
      { cpes: [null, "nonsense", "cpe:2.3:a:*:*:*"], defaultStatus: "affected" },
      { cpes: ["cpe:2.3:a:v:listed:*:*:*:*:*:*:*:*"], versions: [{ version: "five", status: "affected" }] },
    ),
  ).toEqual([
    ["CPE", "a:vendor:prod+", [[{ introduced: "6.6" }, { fixed: "6.7" }]]],
    ["CPE", "o:vendor:os", [[{ introduced: "6.6" }, { fixed: "6.7" }]]],
    ["CPE", "a:v:listed", ["five"]],
  ]);
});

test("the numbering authority comes first, CISA's words after it, and only what it alone names of products", () => {
  const cpe = (name: string, end: string) => ({
    cpes: [`cpe:2.3:a:v:${name}:*:*:*:*:*:*:*:*`],
    versions: [from0(end)],
  });
  const v31 = (vectorString: string) => ({ cvssV3_1: { version: "3.1", vectorString } });
  const { cve, record } = cveListEntry(
    cveRecord(
      "CVE-2026-1000",
      {
        title: "One\n line",
        metrics: [v31("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")],
        problemTypes: [{ descriptions: [{ cweId: "CWE-79" }, { description: "n/a" }] }],
        references: [
          { url: "https://x.test/poc", tags: ["exploit"] },
          { url: "javascript:x", tags: ["exploit"] },
          null,
        ],
        affected: [cpe("a", "1")],
        cpeApplicability: [
          { nodes: [{ operator: "OR", cpeMatch: [{ vulnerable: true, criteria: "cpe:2.3:a:v:c:3:*:*:*:*:*:*:*" }] }] },
        ],
      },
      [
        cisa({
          affected: [cpe("a", "9"), cpe("b", "2")],
          problemTypes: [{ descriptions: [{ cweId: "CWE-20" }] }],
        }),
      ],
    ),
  );
  expect(cve).toMatchObject({
    vectors: ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    cwes: ["CWE-79", "CWE-20"],
    exploits: ["https://x.test/poc"],
    summary: "One line",
    publishedAt: "2026-01-02T03:04:05.678Z",
  });
  expect(record?.affected.map((one) => one.package.name)).toEqual(["a:v:c", "a:v:a", "a:v:b"]);
});

test("CISA's decision points are read, half of them are none; a rejection has its date and nothing else", () => {
  const ssvc = (adp: object) =>
    cveListEntry(cveRecord("CVE-2026-1", {}, [adp as never], { cveId: "CVE-2026-0001" })).cve.ssvc;
  expect(ssvc(cisa())).toEqual({ exploitation: "poc", automatable: "yes", technicalImpact: "total" });
  const half = { other: { type: "ssvc", content: { options: [{ Exploitation: "poc" }] } } };
  expect(ssvc(cisa({ metrics: [half, null, { other: 1 }] }))).toBeNull();
  const { cve, record } = cveListEntry(
    cveRecord("CVE-2026-0001", { affected: [{ packageURL: "pkg:npm/a", defaultStatus: "affected" }] }, [], {
      state: "REJECTED",
      dateRejected: "2026-01-03T00:00:00",
    }),
  );
  expect(cve.rejectedAt).toBe("2026-01-03T00:00:00.000Z");
  expect(record).toBeNull();
});

test("records of odd shapes are bad records or empty ones, never an exception of another kind", () => {
  for (const odd of [
    null,
    1,
    "x",
    [],
    {},
    { cveMetadata: { cveId: "CVE-1" } },
    { cveMetadata: { cveId: "CVE-2026-0001" } },
  ]) {
    expect(() => cveListEntry(odd)).toThrow(expect.objectContaining({ code: "BAD_RECORD" }));
  }
  const odd = { affected: [null, 1, { versions: 1, cpes: 1 }], metrics: [null], references: 1, problemTypes: [{}] };
  expect(cveListEntry(cveRecord("CVE-2026-0001", odd)).record).toBeNull();
});

test("a folder is read with lines, archives and single records; bad ones are counted", async () => {
  const folder = freshFolder();
  const deep = join(folder, "cve5", "cves", "2026", "0xxx");
  mkdirSync(deep, { recursive: true });
  const json = (id: string) => JSON.stringify(cveRecord(id, {}));
  writeFileSync(
    join(folder, "cve5", "a.jsonl.gz"),
    gzipSync(`${json("CVE-2026-0001")}\n{\n\n${json("CVE-2026-0002")}`),
  );
  writeFileSync(
    join(folder, "cve5", "b.zip"),
    zipOf([{ name: "CVE-2026-0003.json", bytes: Buffer.from(json("CVE-2026-0003")) }]),
  );
  writeFileSync(join(deep, "CVE-2026-0004.json"), json("CVE-2026-0004"));
  writeFileSync(join(deep, "delta.json"), "[]");
  const { sink, cves } = recordingSink();
  const report = await cve5Feed.read(contextOf(), folder, sink);
  expect(cves.map((one) => one.id)).toEqual(["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003", "CVE-2026-0004"]);
  expect(report).toMatchObject({ recordCount: 4, badCount: 1, bad: [{ id: "line 2" }] });
});

const zipWith = (...ids: readonly string[]) =>
  zipOf(
    ids.map((id) => ({ name: `cves/${id}.json`, bytes: Buffer.from(JSON.stringify(cveRecord(id, { title: id }))) })),
  );

/** A release of one day with its archive of all records and the changes of the hour. */
const releaseOf = (day: string, serverUrl: string) => ({
  published_at: `${day}T01:00:00Z`,
  assets: ["all_CVEs_at_midnight.zip.zip", "delta_CVEs_at_0100Z.zip"].map((name) => ({
    name: `${day}_${name}`,
    browser_download_url: `${serverUrl}/dl/cve_${day}_0100Z/${day}_${name}`,
  })),
});

test("for two weeks only the changes of each day are fetched; a missing day or an older archive brings it whole", async () => {
  let day = "2026-01-01";
  let missing = "";
  const answer = ({ path }: { path: string }, serverUrl: string) => {
    if (path === "/releases/latest") return { body: JSON.stringify(releaseOf(day, serverUrl)) };
    if (path.endsWith(".zip.zip")) return { body: zipWith("CVE-2026-0001", "CVE-2026-0002") };
    const found = /cve_([\d-]+)_at_end_of_day\/\1_delta_CVEs_at_end_of_day\.zip$/.exec(path)?.[1];
    if (found !== undefined)
      return found === missing ? null : { body: zipWith(`CVE-2026-10${found.slice(-2)}`, "CVE-2026-0001") };
    return path.endsWith("0100Z.zip") ? { body: zipWith("CVE-2026-0001") } : null;
  };
  await withSource({ answer }, NO_FAULT, async (url, traffic) => {
    const context = { ...contextOf(), isShared: false };
    const read = async () => {
      const { sink, cves } = recordingSink();
      await cve5Feed.read(context, `${url}/releases/latest`, sink);
      return cves.map((one) => one.id).sort();
    };
    const wholeCount = () => traffic.asked.filter((target) => target.endsWith(".zip.zip")).length;
    expect(await read()).toEqual(["CVE-2026-0001", "CVE-2026-0002"]);
    day = "2026-01-03";
    expect(await read()).toEqual(["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-1001", "CVE-2026-1002"]);
    expect(wholeCount()).toBe(1);
    [day, missing] = ["2026-01-05", "2026-01-04"];
    expect(await read()).toEqual(["CVE-2026-0001", "CVE-2026-0002"]);
    expect(wholeCount()).toBe(2);
    day = "2026-01-20";
    await read();
    expect(wholeCount()).toBe(3);
    expect(readdirSync(context.cacheDir).filter((name) => name.endsWith(".zip"))).toHaveLength(2);
  });
});

test("a copy that is damaged is refused, forgotten and fetched again", async () => {
  await withSource(recorded, NO_FAULT, async (url) => {
    const context = { ...contextOf(), isShared: false };
    const read = () => cve5Feed.read(context, recorded.location(url), recordingSink().sink);
    await read();
    const path = join(context.cacheDir, "2026-02-03_all_CVEs_at_midnight.zip.zip");
    writeFileSync(path, "damaged");
    await expect(read()).rejects.toMatchObject({ code: "BAD_FEED" });
    expect(await read()).toMatchObject({ recordCount: 4 });
  });
});
