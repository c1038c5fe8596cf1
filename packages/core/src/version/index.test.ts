import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { MAX_VERSION_CHARS, SCHEMES, schemeFor } from "./index.ts";

const NOT_SCHEMES = new Set(["evr", "index", "key", "maven-items", "scheme"]);

test("the list of schemes is the folder, and each has a text table", () => {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => name.slice(0, -".ts".length))
    .filter((name) => !NOT_SCHEMES.has(name));
  const tables = readdirSync(`${import.meta.dirname}/testdata`).map((name) => name.slice(0, -".txt".length));
  const ids = SCHEMES.map(({ id }) => id);
  expect(ids).toEqual(files.toSorted());
  expect(ids).toEqual(tables.toSorted());
});

test("an ecosystem has its scheme with and without its release", () => {
  const pairs = [
    ["Debian:12", "dpkg"],
    ["Ubuntu:Pro:18.04:LTS", "dpkg"],
    ["Red Hat:enterprise_linux:9::baseos", "rpm"],
    ["openSUSE:Leap 15.5", "rpm"],
    ["Alpine:v3.20", "apk"],
    ["PyPI", "pep440"],
    ["npm", "semver"],
    ["RubyGems", "rubygems"],
    ["Maven:https://repo1.maven.org/maven2", "maven"],
    ["NuGet", "nuget"],
    ["Packagist:https://packages.drupal.org/8", "composer-normalized"],
    ["ConanCenter", "conan"],
  ] as const;
  for (const [ecosystem, id] of pairs) expect(schemeFor(ecosystem)?.id, ecosystem).toBe(id);
});

test("an ecosystem whose order is not built has no scheme", () => {
  for (const name of ["Android", "OSS-Fuzz", "GIT", "", ":", "debian", "constructor", "__proto__"])
    expect(schemeFor(name), name).toBeUndefined();
});

test("a version that is empty, blank or too long does not parse", () => {
  const longest = "1".repeat(MAX_VERSION_CHARS);
  for (const scheme of SCHEMES) {
    for (const version of ["", "  ", `${longest}1`]) {
      expect(scheme.key(version), scheme.id).toBeNull();
      expect(scheme.compare(version, "1.0"), scheme.id).toBeNull();
    }
    const own = scheme.id === "datetime" ? `2026-01-01T00:00:00.${longest.slice(21)}Z` : longest;
    expect(scheme.compare(own, own), scheme.id).toBe(0);
  }
});

test("what the package tools refuse has no key", () => {
  const refused: Record<string, string[]> = {
    dpkg: ["a:1", ":1", "1:", "1.0-", "1 0", "2147483648:1", "1.0\u0000", "1.0é"],
    rpm: ["1:", "-1", "1:-1"],
    semver: ["hello, world", "xyz", "/1.2.3/", "1.2.3.4", "1.2.3-", "1.", "-1.0.0"],
    pep440: ["hello", "1.0-bulbasaur", "1.0+", "1.0+a..b", "1..0", "1.0 .1"],
    apk: ["0.1bc", "0.1a.1", "0.1_foobar", "0.1-r", "0.1-r2-r3", ".1", "a", "0.1_1_alpha"],
    maven: ["hello", "${revision}", "[1.0,2.0)", "1.0 beta", "1.0é", "a/1"],
    nuget: ["1.0.0.0.0", "1..0", "a1", "1.0-", "1.0-b_1"],
    "composer-normalized": ["hello", "master", "dev-main", "1.2.#", "^1.0"],
    packagist: ["hello", "master", "1.0 as 2.0", "dev-", "^1.0"],
    gentoo: ["1.0-r", "1.a", "1ab", "1_foo", "v1"],
    openssl: ["OpenSSL 1.0", "1.0.0.0", "1.0.1_g", "1.0.2-foo"],
    conan: ["1 0", "1.0é"],
    datetime: ["2024-01-01", "2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00"],
    rubygems: ["junk", "1..2", "1.2 3.4", "2.3422222.222.222222222.22222.ads0as.dasd0.ddd2222.2.qd3e."],
  };
  for (const scheme of SCHEMES)
    for (const version of refused[scheme.id] ?? []) expect(scheme.key(version), `${scheme.id} ${version}`).toBeNull();
});
