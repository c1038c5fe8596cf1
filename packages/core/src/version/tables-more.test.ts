import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareKeys, SCHEMES } from "./index.ts";

type Order = -1 | 0 | 1;
type Row = readonly [a: string, b: string, expected: Order];

const VECTORS = join(process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared"), "vectors");
const ORDER_OF_SIGN: Readonly<Record<string, Order>> = { "<": -1, "=": 0, ">": 1 };

const IDS = ["alpm", "bitnami", "cpe", "cran", "freebsd", "hackage", "homebrew", "julia", "opam", "pub"] as const;

function schemeOf(id: string) {
  const scheme = SCHEMES.find((candidate) => candidate.id === id);
  if (scheme === undefined) throw new Error(`no scheme ${id}`);
  return scheme;
}

/** One `a < b` per line; `#` and `//` start a comment. */
function readTable(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*(#|\/\/|$)/.test(line))
    .map((line) => {
      const match = /^(.*?) ([<=>]) (.*)$/.exec(line);
      if (match === null) throw new Error(`not a row: ${line}`);
      return [match[1] ?? "", match[3] ?? "", ORDER_OF_SIGN[match[2] ?? ""] as Order];
    });
}

interface VersTest {
  readonly input: { readonly versions: readonly [string, string] };
  readonly expected_output: boolean | readonly [string, string];
}

/** Of a comparison the versions in ascending order; of an equality whether it holds. */
function readVersSpec(text: string): Row[] {
  const { tests } = JSON.parse(text) as { tests: VersTest[] };
  return tests.flatMap(({ input: { versions }, expected_output: output }): Row[] => {
    if (typeof output === "boolean") return output ? [[...versions, 0]] : [];
    return [[...output, output[0] === output[1] ? 0 : -1]];
  });
}

function readShared(file: string): string | null {
  const path = join(VECTORS, file);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Rows on which the comparator and the table differ, in either direction. */
function wrongByComparator(id: string, rows: readonly Row[]): string[] {
  const scheme = schemeOf(id);
  return rows
    .filter(([a, b, expected]) => scheme.compare(a, b) !== expected || scheme.compare(b, a) !== (0 - expected || 0))
    .map((row) => `${row.join(" ")}: ${scheme.compare(row[0], row[1])}`);
}

function wrongByKey(id: string, rows: readonly Row[]): string[] {
  const scheme = schemeOf(id);
  return rows
    .filter(([a, b, expected]) => {
      const [keyA, keyB] = [scheme.key(a), scheme.key(b)];
      return keyA === null || keyB === null || compareKeys(keyA, keyB) !== expected;
    })
    .map((row) => row.join(" "));
}

test.each(IDS)("%s orders its own table as written, by comparator and by key", (id) => {
  const rows = readTable(readFileSync(join(import.meta.dirname, "testdata", `${id}.txt`), "utf8"));
  expect(rows.length).toBeGreaterThanOrEqual(20);
  expect(wrongByComparator(id, rows)).toEqual([]);
  expect(wrongByKey(id, rows)).toEqual([]);
});

test.each(["cran", "hackage", "pub"])("%s orders every row of the published table, none refused", (id) => {
  const rows = readTable(readShared(`osv-scalibr-semantic/${id}-versions.txt`) ?? "");
  expect(wrongByComparator(id, rows)).toEqual([]);
  expect(wrongByKey(id, rows)).toEqual([]);
});

test("alpm answers every published row as pacman does", () => {
  const rows = readVersSpec(readShared("vers-spec/alpm_version_cmp_test.json") ?? '{"tests":[]}');
  expect(wrongByComparator("alpm", rows)).toEqual([]);
  const hasKeys = ([a, b]: Row) => a.includes("-") && b.includes("-");
  expect(wrongByKey("alpm", rows.filter(hasKeys))).toEqual([]);
});

test("cpe orders OpenSSL's letters as published", () => {
  const rows = readVersSpec(readShared("vers-spec/openssl_version_cmp_test.json") ?? '{"tests":[]}');
  expect(wrongByComparator("cpe", rows)).toEqual([]);
  expect(wrongByKey("cpe", rows)).toEqual([]);
});

test("an Arch version that equals several others has no key, and says that keys are not all of the order", () => {
  const alpm = schemeOf("alpm");
  expect(alpm.isTotal).toBe(false);
  for (const version of ["1.5-1", "1.5-2", "1.5-a"]) expect(alpm.compare("1.5", version)).toBe(0);
  for (const version of ["1.5", "1:1.5", "1.5.-1", "1.5-1."]) expect(alpm.key(version), version).toBeNull();
});

test("what the package tools refuse has no key and no order", () => {
  const refused: Readonly<Record<string, readonly string[]>> = {
    alpm: ["1:", "-1", "1:-1"],
    bitnami: ["nightly.2026-03-10.0", "1.2.beta", "foo", "1.2.3.4", "1.0-", "foo1.2.3"],
    cpe: ["latest", "*", "-", "beta"],
    cran: ["1.0a", "1..0", "1.", "-1", "1.0+1", "v1.0"],
    freebsd: ["1 0", "1.0é", "-", "1\u00000"],
    hackage: ["1.0-1", "1.0a", ".1", "1.", "1..2"],
    homebrew: ["HEAD", "latest", "1 0", "1.0é"],
    julia: ["1.2.3.4", "1.0.0-a..b", "1.0.0+a_b", "1.", "x", "1.0.0-+1", "=1.0"],
    opam: ["1 0", "1.0é", "1\u00000"],
    pub: ["1.2.3-", "1.2.3+", "x", "1.2.x", "1.", "-1"],
  };
  for (const id of IDS) {
    for (const version of refused[id] ?? []) {
      expect(schemeOf(id).key(version), `${id} ${version}`).toBeNull();
      expect(schemeOf(id).compare(version, "1.0"), `${id} ${version}`).toBeNull();
    }
  }
});
