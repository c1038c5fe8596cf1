import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AdvisoryIndex, messageOf, openIndex, parseOsvRecord } from "@zerotrace/core";
import { expect, test } from "vitest";
import { compileFeeds } from "../compile.ts";
import { freshFolder, zipOf } from "../fixtures.ts";

// Odd and hostile records, from the archive to the verdict.

const MODIFIED = "2026-01-01T00:00:00Z";
const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../../shared");
const VECTORS = join(SHARED, "vectors/osv-schema");

interface Given {
  readonly id: string;
  readonly [field: string]: unknown;
}

const fixedIn = (fixed: string, type = "ECOSYSTEM") => ({ type, events: [{ introduced: "0" }, { fixed }] });
const affected = (ecosystem: string, name: string, ...ranges: object[]) => ({ package: { ecosystem, name }, ranges });

const compiled = async (ecosystem: string, ...records: readonly Given[]) => {
  const folder = freshFolder();
  mkdirSync(join(folder, ecosystem));
  const files = records.map((one, i) => ({
    name: `${i}.json`,
    bytes: Buffer.from(JSON.stringify({ modified: MODIFIED, ...one })),
  }));
  writeFileSync(join(folder, ecosystem, "all.zip"), zipOf(files));
  const { indexPath, meta } = await compileFeeds({
    locations: [folder],
    cacheDir: freshFolder(),
    outDir: freshFolder(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return { index: openIndex(readFileSync(indexPath)), source: meta.sources[0]! };
};

const idsOf = (index: AdvisoryIndex, ...[ecosystem, name, version]: readonly [string, string, string]): string[] =>
  index.match(ecosystem, name, version).hits.map((hit) => index.advisory(hit.advisory).id);

test("a record modified in the future is read and does not make the data look newer than now; zero instants are no dates", async () => {
  const { index, source } = await compiled(
    "npm",
    { id: "GHSA-aaaa-aaaa-aaaa", modified: "2199-01-01T00:00:00Z", affected: [affected("npm", "a", fixedIn("2.0.0"))] },
    {
      id: "GHSA-bbbb-bbbb-bbbb",
      modified: "0001-01-01T00:00:00Z",
      published: "0001-01-01T00:00:00Z",
      affected: [affected("npm", "b", fixedIn("2.0.0"))],
    },
  );
  expect(source).toMatchObject({ recordCount: 2, badCount: 0 });
  expect(Date.parse(source.dataAt ?? source.readAt)).toBeLessThanOrEqual(Date.now());
  expect(idsOf(index, "npm", "a", "1.0.0")).toEqual(["GHSA-aaaa-aaaa-aaaa"]);
  const group = index.advisory(index.match("npm", "b", "1.0.0").hits[0]!.advisory);
  expect([group.publishedAt, group.modifiedAt]).toEqual([null, null]);
});

test("one id with one date told for different packages affects all of them; told alike it counts once", async () => {
  const one = { id: "CVE-2026-0001", affected: [affected("npm", "a", fixedIn("2.0.0"))] };
  const other = { id: "CVE-2026-0001", affected: [affected("npm", "b", fixedIn("3.0.0"))] };
  const { index } = await compiled("npm", one, other, one);
  expect([idsOf(index, "npm", "a", "1.0.0"), idsOf(index, "npm", "b", "2.5.0")]).toEqual([
    ["CVE-2026-0001"],
    ["CVE-2026-0001"],
  ]);
  expect([index.meta.recordCount, index.meta.rangeCount]).toEqual([1, 2]);
});

test("a record without usable ranges affects nothing by itself, and its list of versions counts", async () => {
  const commits = { type: "GIT", repo: "https://example.org/a", events: [{ introduced: "0" }] };
  const { index, source } = await compiled(
    "npm",
    { id: "X-1", affected: [affected("npm", "a", commits)] },
    { id: "X-2", affected: [{ package: { ecosystem: "npm", name: "a" } }] },
    { id: "X-3", affected: [{ ...affected("npm", "a", commits), versions: ["1.0.0"] }] },
    { id: "X-4", affected: [affected("npm", "a", { type: "SEMVER", events: [{ fixed: "2.0.0" }] })] },
    { id: "X-5", affected: [affected("npm", "a", { type: "SEMVER", events: [] })] },
    { id: "X-6" },
    { id: "X-7", affected: [{ ranges: [commits] }] },
  );
  expect(source).toMatchObject({ recordCount: 7, badCount: 0 });
  expect(idsOf(index, "npm", "a", "1.0.0")).toEqual(["X-3"]);
  expect(idsOf(index, "npm", "a", "1.0.1")).toEqual([]);
});

test("ids of databases that nobody registered are names like others, and are joined by their aliases", async () => {
  const { index } = await compiled(
    "npm",
    { id: "ACME-2026-1", affected: [affected("npm", "a", fixedIn("2.0.0"))] },
    { id: "x", aliases: ["CVE-2026-0001"], affected: [affected("npm", "a", fixedIn("2.0.0"))] },
    { id: "ÄÖ/ü?#", aliases: ["CVE-2026-0001"], affected: [affected("npm", "a", fixedIn("3.0.0"))] },
  );
  expect(idsOf(index, "npm", "a", "1.0.0").toSorted()).toEqual(["ACME-2026-1", "CVE-2026-0001"]);
  expect(index.advisory(index.find("CVE-2026-0001")).aliases.toSorted()).toEqual(["x", "ÄÖ/ü?#"]);
});

test("Ubuntu:22.04:LTS and Ubuntu:22.04 are one ecosystem in one record, and the host is found by either", async () => {
  const { index } = await compiled("Ubuntu", {
    id: "UBUNTU-CVE-2026-1",
    affected: [affected("Ubuntu:22.04:LTS", "a", fixedIn("2")), affected("Ubuntu:22.04", "b", fixedIn("2"))],
  });
  for (const host of ["Ubuntu:22.04:LTS", "Ubuntu:22.04"])
    for (const name of ["a", "b"]) expect(idsOf(index, host, name, "1"), `${host} ${name}`).toHaveLength(1);
});

test("a CVE number of six digits and more is a CVE, and not the one with fewer", async () => {
  const { index } = await compiled(
    "npm",
    { id: "GHSA-aaaa-aaaa-aaaa", aliases: ["CVE-2026-123456"], affected: [affected("npm", "a", fixedIn("2.0.0"))] },
    { id: "GHSA-bbbb-bbbb-bbbb", aliases: ["CVE-2026-12345"], affected: [affected("npm", "b", fixedIn("2.0.0"))] },
    { id: "GHSA-cccc-cccc-cccc", upstream: ["CVE-2026-1234567"], affected: [affected("npm", "c", fixedIn("2.0.0"))] },
  );
  expect(idsOf(index, "npm", "a", "1.0.0")).toEqual(["CVE-2026-123456"]);
  expect(idsOf(index, "npm", "b", "1.0.0")).toEqual(["CVE-2026-12345"]);
  expect(idsOf(index, "npm", "c", "1.0.0")).toEqual(["CVE-2026-1234567"]);
});

test("one advisory with 10,000 ranges decides exactly, and quickly", async () => {
  const ranges = Array.from({ length: 10_000 }, (_, i) => ({
    type: "SEMVER",
    events: [{ introduced: `${i}.0.0` }, { fixed: `${i}.0.1` }],
  }));
  const { index } = await compiled("npm", { id: "X-1", affected: [affected("npm", "a", ...ranges)] });
  expect(index.match("npm", "a", "9999.0.0").hits).toMatchObject([{ introduced: "9999.0.0", fixedIn: "9999.0.1" }]);
  const started = performance.now();
  for (let i = 0; i < 100; i++) expect(index.match("npm", "a", `${i * 7}.0.1`).verdict).toBe("not_affected");
  expect(performance.now() - started).toBeLessThan(1000);
});

test("1,262 CVEs fixed by one update are 1,262 findings, and the notice is one more that merges none", async () => {
  const cves = Array.from({ length: 1262 }, (_, i) => `CVE-2026-${String(100_000 + i)}`);
  const kernel = affected("Ubuntu:22.04:LTS", "linux", fixedIn("5.15.0-200.1"));
  const { index } = await compiled(
    "Ubuntu",
    ...cves.map((cve) => ({ id: `UBUNTU-${cve}`, upstream: [cve], affected: [kernel] })),
    { id: "USN-7000-1", upstream: cves, affected: [kernel] },
  );
  expect(idsOf(index, "Ubuntu:22.04", "linux", "5.15.0-1.1").toSorted()).toEqual([...cves, "USN-7000-1"]);
  expect(index.match("Ubuntu:22.04", "linux", "5.15.0-200.1").verdict).toBe("not_affected");
});

test("every record of the OSV schema's own test data is read", () => {
  const names = existsSync(VECTORS) ? readdirSync(VECTORS) : [];
  const isRecord = (name: string): boolean => /\.osv\.json$|osv-linter_testdata|redhat_testdata_OSV/.test(name);
  const refused: Record<string, string> = {};
  let count = 0;
  for (const name of names.filter(isRecord)) {
    try {
      const json: unknown = JSON.parse(readFileSync(join(VECTORS, name), "utf8"));
      expect(parseOsvRecord(json).id).toBe((json as Given).id);
      count++;
    } catch (error) {
      refused[name] = messageOf(error);
    }
  }
  expect(refused).toEqual({});
  expect(count).toBeGreaterThanOrEqual(names.length > 0 ? 20 : 0);
});
