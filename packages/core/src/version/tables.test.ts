import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareKeys, SCHEMES } from "./index.ts";
import type { VersionScheme } from "./scheme.ts";

type Order = -1 | 0 | 1;

interface Row {
  readonly a: string;
  readonly b: string;
  readonly expected: Order;
}

const VECTORS = join(process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared"), "vectors");
const ORDER_OF_SIGN: Readonly<Record<string, Order>> = { "<": -1, "=": 0, ">": 1 };

function schemeOf(id: string): VersionScheme {
  const scheme = SCHEMES.find((candidate) => candidate.id === id);
  if (scheme === undefined) throw new Error(`no scheme ${id}`);
  return scheme;
}

function rowOf(a: string, sign: string, b: string): Row[] {
  const expected = ORDER_OF_SIGN[sign];
  return expected === undefined ? [] : [{ a, b, expected }];
}

/** One `a < b` per line; `#` and `//` start a comment. */
function readTable(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*(#|\/\/|$)/.test(line))
    .flatMap((line) => {
      const match = /^(.*?) ([<=>]) (.*)$/.exec(line);
      if (match === null) throw new Error(`not a row: ${line}`);
      return rowOf(match[1] ?? "", match[2] ?? "", match[3] ?? "");
    });
}

function readTsv(text: string): string[][] {
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"));
}

function readTriples(text: string): Row[] {
  return readTsv(text).map(([a = "", b = "", cmp]) => ({ a, b, expected: Number(cmp) as Order }));
}

/** apk's `~` rows match by prefix and its `!` rows say only what does not hold: neither is an order. */
function readApk(text: string): Row[] {
  return readTsv(text).flatMap(([a = "", sign = "", b = ""]) => rowOf(a, sign, b));
}

function readGems(text: string): Row[] {
  return readTsv(text).flatMap(([kind, a = "", b = "", cmp]) => {
    if (kind === "less") return rowOf(a, "<", b);
    if (kind === "eq") return rowOf(a, "=", b);
    if (kind === "<=>") return [{ a, b, expected: Number(cmp) as Order }];
    const requirement = /^([<>=]) (\S+)$/.exec(b);
    return kind === "satisfied" && requirement !== null ? rowOf(a, requirement[1] ?? "", requirement[2] ?? "") : [];
  });
}

function readPairs(text: string, sign: string): Row[] {
  return (JSON.parse(text) as [string, string][]).flatMap(([a, b]) => rowOf(a, sign, b));
}

function readAscending(text: string): Row[] {
  const versions = JSON.parse(text) as string[];
  return versions.flatMap((a, i) => versions.slice(i).map((b, j): Row => ({ a, b, expected: j === 0 ? 0 : -1 })));
}

interface VersTest {
  readonly input: { readonly versions: readonly [string, string] };
  /** Of an equality whether it holds, of a comparison the versions in ascending order. */
  readonly expected_output: boolean | readonly [string, string];
}

function readVersSpec(text: string): Row[] {
  return (JSON.parse(text) as { tests: VersTest[] }).tests.flatMap(
    ({ input: { versions }, expected_output: output }) => {
      if (typeof output !== "boolean") return rowOf(output[0], "<", output[1]);
      return output ? rowOf(versions[0], "=", versions[1]) : [];
    },
  );
}

/** Rows on which scheme and table differ, as `a expected b, compare, order of the keys`. */
function disagreements(scheme: VersionScheme, rows: readonly Row[]): string[] {
  return rows.flatMap(({ a, b, expected }) => {
    const keyA = scheme.key(a);
    const keyB = scheme.key(b);
    const byKey = keyA === null || keyB === null ? null : compareKeys(keyA, keyB);
    const byCompare = scheme.compare(a, b);
    const inverse = scheme.compare(b, a);
    const agrees = byKey === expected && byCompare === expected && inverse === (0 - expected || 0);
    return agrees ? [] : [`${a} ${expected} ${b}: ${byCompare} ${byKey}`];
  });
}

function parses(scheme: VersionScheme, row: Row): boolean {
  return scheme.key(row.a) !== null && scheme.key(row.b) !== null;
}

interface Published {
  readonly scheme: string;
  readonly file: string;
  readonly read: (text: string) => Row[];
  /** Rows with a version that the scheme refuses, and why it may. */
  readonly refused?: { readonly count: number; readonly reason: string };
}

const PUBLISHED: readonly Published[] = [
  { scheme: "dpkg", file: "dpkg/Dpkg_Version.tsv", read: readTriples },
  { scheme: "dpkg", file: "osv-scalibr-semantic/debian-versions.txt", read: readTable },
  { scheme: "rpm", file: "rpm/rpmvercmp.tsv", read: readTriples },
  { scheme: "rpm", file: "osv-scalibr-semantic/redhat-versions.txt", read: readTable },
  { scheme: "semver", file: "node-semver/comparisons.json", read: (text) => readPairs(text, ">") },
  { scheme: "semver", file: "node-semver/equality.json", read: (text) => readPairs(text, "=") },
  {
    scheme: "semver",
    file: "osv-scalibr-semantic/semver-versions.txt",
    read: readTable,
    refused: { count: 1, reason: "five numbers are no semantic version" },
  },
  { scheme: "pep440", file: "packaging-pep440/versions-ordered.json", read: readAscending },
  {
    scheme: "pep440",
    file: "osv-scalibr-semantic/pypi-versions.txt",
    read: readTable,
    refused: { count: 11, reason: "legacy versions, which PEP 440 itself refuses" },
  },
  {
    scheme: "apk",
    file: "apk-tools/version.tsv",
    read: readApk,
    refused: { count: 2, reason: "1.0bc and 23_foo are invalid to apk itself" },
  },
  { scheme: "apk", file: "vers-spec/alpine_version_cmp_test.json", read: readVersSpec },
  {
    scheme: "apk",
    file: "osv-scalibr-semantic/alpine-versions.txt",
    read: readTable,
    refused: { count: 37, reason: "versions that apk itself calls invalid; apk 2 and 3 order them differently" },
  },
  {
    scheme: "rubygems",
    file: "rubygems/gem_version.tsv",
    read: readGems,
    refused: { count: 3, reason: "Gem::Version takes an empty version for 0; here it is unknown" },
  },
  {
    scheme: "rubygems",
    file: "osv-scalibr-semantic/rubygems-versions.txt",
    read: readTable,
    refused: { count: 2, reason: "1beta and 1gamma are malformed to Gem::Version itself" },
  },
];

const published = PUBLISHED.filter(({ file }) => existsSync(join(VECTORS, file)));

test.each(SCHEMES.map(({ id }) => id))("%s orders its own table as written", (id) => {
  const rows = readTable(readFileSync(join(import.meta.dirname, "testdata", `${id}.txt`), "utf8"));
  expect(rows.length).toBeGreaterThanOrEqual(20);
  expect(disagreements(schemeOf(id), rows)).toEqual([]);
});

test("every published table that is present is ordered as written, but for the refusals named here", () => {
  for (const { scheme: id, file, read, refused } of published) {
    const scheme = schemeOf(id);
    const rows = read(readFileSync(join(VECTORS, file), "utf8"));
    const parsed = rows.filter((row) => parses(scheme, row));
    expect(rows.length, file).toBeGreaterThan(0);
    expect(disagreements(scheme, parsed), file).toEqual([]);
    expect(rows.length - parsed.length, `${file}: ${refused?.reason ?? "refuses nothing"}`).toBe(refused?.count ?? 0);
  }
});
