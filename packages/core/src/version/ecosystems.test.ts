import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemeFor, schemeNamed, UNORDERED_ECOSYSTEMS } from "./index.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");
const PUBLISHED = join(SHARED, "vectors/osv-schema/ecosystems.json");

const LISTED = readFileSync(join(import.meta.dirname, "../component/testdata/osv-ecosystems.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

test("every ecosystem of OSV has a scheme, or a reason why it has none", () => {
  const undecided = LISTED.filter((name) => (schemeFor(name) !== undefined) === UNORDERED_ECOSYSTEMS.has(name));
  expect(undecided).toEqual([]);
  expect(LISTED.length).toBeGreaterThan(40);
});

test("the list of ecosystems misses none that OSV's schema publishes", () => {
  const published = existsSync(PUBLISHED)
    ? Object.keys(JSON.parse(readFileSync(PUBLISHED, "utf8")) as Record<string, string>)
    : LISTED;
  expect(published.filter((name) => !LISTED.includes(name))).toEqual([]);
});

test("distributions and vendors get the scheme of their packages", () => {
  const pairs = [
    ["BellSoft Hardened Containers:23", "apk"],
    ["MinimOS", "apk"],
    ["CleanStart", "apk"],
    ["Echo", "dpkg"],
    ["Echo:PyPI", "pep440"],
    ["Echo:npm", "pub"],
    ["Root:Alpine:3.18", "apk"],
    ["Root:Debian:12", "dpkg"],
    ["Root:PyPI", "pep440"],
    ["Docker Hardened Images:Debian:trixie", "dpkg"],
    ["TuxCare:Red Hat", "rpm"],
    ["Bioconductor", "cran"],
    ["Kubernetes", "semver"],
    ["GHC", "semver"],
    ["VSCode:https://open-vsx.org", "semver"],
    ["Bitnami", "bitnami"],
    ["Julia", "julia"],
    ["Pub", "pub"],
    ["opam", "opam"],
    ["FreeBSD:ports", "freebsd"],
    ["FreeBSD:base:14.3", "freebsd"],
    ["Seal:Red Hat:7", "rpm"],
    ["Seal:Maven", "maven"],
  ] as const;
  for (const [ecosystem, id] of pairs) expect(schemeFor(ecosystem)?.id, ecosystem).toBe(id);
});

test("a person may name a scheme by its id, an ecosystem or a usual word, in any case; data may not", () => {
  const words = [
    ["DPKG", "dpkg"],
    ["pacman", "alpm"],
    ["debian:12", "dpkg"],
    ["ubuntu:22.04:LTS", "dpkg"],
    ["red hat", "rpm"],
    ["PYPI", "pep440"],
    ["cargo", "semver"],
    ["gem", "rubygems"],
    ["Root:PyPI", "pep440"],
  ] as const;
  for (const [word, id] of words) expect(schemeNamed(word)?.id, word).toBe(id);
  for (const word of ["", "nosuch", "OSS-Fuzz", "toString"]) expect(schemeNamed(word), word).toBeUndefined();
  expect(schemeFor("pacman")).toBeUndefined();
});

test("a vendor's name before its own or an unknown one has no scheme", () => {
  for (const name of ["Root", "Root:Root:npm", "TuxCare:8", "TuxCare:TuxCare:npm", "Docker Hardened Images:x"])
    expect(schemeFor(name), name).toBeUndefined();
});
