import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareKeys, SCHEMES } from "./index.ts";
import { parsesVersion, type VersionScheme } from "./scheme.ts";

type Order = -1 | 0 | 1;

interface Row {
  readonly a: string;
  readonly b: string;
  readonly expected: Order | "unequal";
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

interface MavenTable {
  readonly ordered?: Readonly<Record<string, readonly string[]>>;
  readonly equal: readonly (readonly [string, string])[];
  readonly less?: readonly (readonly [string, string])[];
  readonly older?: readonly (readonly [string, string])[];
}

function readMaven(text: string): Row[] {
  const { ordered = {}, equal, less = [], older = [] } = JSON.parse(text) as MavenTable;
  return [
    ...Object.values(ordered).flatMap((versions) => readAscending(JSON.stringify(versions))),
    ...equal.flatMap(([a, b]) => rowOf(a, "=", b)),
    ...[...less, ...older].flatMap(([a, b]) => rowOf(a, "<", b)),
  ];
}

interface VersTest {
  readonly input: { readonly versions: readonly [string, string] };
  /** Of an equality whether it holds, of a comparison the versions in ascending order: each is below or equal the next. */
  readonly expected_output: boolean | readonly string[];
}

function readVersSpec(text: string): Row[] {
  return (JSON.parse(text) as { tests: VersTest[] }).tests.flatMap(
    ({ input: { versions }, expected_output: output }): Row[] => {
      const [a, b] = versions;
      if (typeof output === "boolean") return [{ a, b, expected: output ? 0 : "unequal" }];
      return output
        .slice(1)
        .map((later, i): Row => ({ a: output[i] ?? "", b: later, expected: output[i] === later ? 0 : -1 }));
    },
  );
}

/** Rows on which scheme and table differ, as `a expected b, compare, order of the keys`. */
function disagreements(scheme: VersionScheme, rows: readonly Row[]): string[] {
  return rows.flatMap(({ a, b, expected }) => {
    const keyA = scheme.key(a);
    const keyB = scheme.key(b);
    const byCompare = scheme.compare(a, b);
    const hasKeys = keyA !== null && keyB !== null;
    const byKey = hasKeys ? compareKeys(keyA, keyB) : scheme.isTotal === false ? byCompare : null;
    const isExpected = expected === "unequal" ? byCompare !== 0 : byCompare === expected;
    const agrees = isExpected && byKey === byCompare && scheme.compare(b, a) === (0 - (byCompare ?? 0) || 0);
    return agrees ? [] : [`${a} ${expected} ${b}: ${byCompare} ${byKey}`];
  });
}

function parses(scheme: VersionScheme, row: Row): boolean {
  return parsesVersion(scheme, row.a) && parsesVersion(scheme, row.b);
}

interface Published {
  readonly scheme: string;
  readonly file: string;
  readonly read: (text: string) => Row[];
  /** Rows with a version that the scheme refuses, and why it may. */
  readonly refused?: { readonly count: number; readonly reason: string };
  /** Rows where the table is not the order of the scheme's own tool, as `disagreements` gives them. */
  readonly odd?: readonly { readonly rows: readonly string[]; readonly reason: string }[];
}

const OLD_MAVEN = "the order of Maven before 3.9; the table of Maven itself has 2.0.a = 2.0.0.a < 2-1";

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
  { scheme: "maven", file: "maven/ComparableVersion.json", read: readMaven },
  {
    scheme: "maven",
    file: "maven/DefaultArtifactVersion.json",
    read: readMaven,
    odd: [{ rows: ["2.0.1-xyz-SNAPSHOT -1 2.0.1-SNAPSHOT: 1 1"], reason: "Maven itself has this row commented out" }],
  },
  {
    scheme: "maven",
    file: "vers-spec/maven_version_cmp_test.json",
    read: readVersSpec,
    odd: [
      {
        rows: ["2-1 -1 2.0.a: 1 1", "2-1 -1 2.0.0.a: 1 1", "2.0.a -1 2.0.0.a: 0 0"].flatMap((row) => [row, row]),
        reason: OLD_MAVEN,
      },
    ],
  },
  {
    scheme: "maven",
    file: "osv-scalibr-semantic/maven-versions.txt",
    read: readTable,
    odd: [
      {
        rows: ["1-1.foo-bar-1-baz-0.1 0 1-1.foo-bar1baz-.1: 1 1", "1-1 0 1-ga-1: 1 1"],
        reason:
          "to Maven 4 a word with its number is one item, `baz0` and `ga1`; before 4 the number was an item apart",
      },
    ],
  },
  { scheme: "nuget", file: "vers-spec/nuget_version_cmp_test.json", read: readVersSpec },
  { scheme: "nuget", file: "osv-scalibr-semantic/nuget-versions.txt", read: readTable },
  { scheme: "packagist", file: "osv-scalibr-semantic/packagist-versions.txt", read: readTable },
  { scheme: "gentoo", file: "vers-spec/gentoo_version_cmp_test.json", read: readVersSpec },
  { scheme: "openssl", file: "vers-spec/openssl_version_cmp_test.json", read: readVersSpec },
  { scheme: "conan", file: "vers-spec/conan_version_cmp_test.json", read: readVersSpec },
  { scheme: "datetime", file: "vers-spec/datetime_version_cmp_test.json", read: readVersSpec },
  { scheme: "lexicographic", file: "vers-spec/lexicographic-test.json", read: readVersSpec },
];

const published = PUBLISHED.filter(({ file }) => existsSync(join(VECTORS, file)));

test.each(SCHEMES.map(({ id }) => id))("%s orders its own table as written", (id) => {
  const rows = readTable(readFileSync(join(import.meta.dirname, "testdata", `${id}.txt`), "utf8"));
  expect(rows.length).toBeGreaterThanOrEqual(20);
  expect(disagreements(schemeOf(id), rows)).toEqual([]);
});

test("every published table that is present is ordered as written, but for the refusals and odd rows named here", () => {
  for (const { scheme: id, file, read, refused, odd = [] } of published) {
    const scheme = schemeOf(id);
    const rows = read(readFileSync(join(VECTORS, file), "utf8"));
    const parsed = rows.filter((row) => parses(scheme, row));
    expect(rows.length, file).toBeGreaterThan(0);
    const named = odd.flatMap((group) => group.rows);
    expect(disagreements(scheme, parsed).toSorted(), file).toEqual(named.toSorted());
    expect(rows.length - parsed.length, `${file}: ${refused?.reason ?? "refuses nothing"}`).toBe(refused?.count ?? 0);
  }
});
