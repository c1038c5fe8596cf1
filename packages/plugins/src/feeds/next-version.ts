import type { VersionScheme } from "@zerotrace/core";

/** Beginnings of what may follow a version, by scheme: the first that the scheme places after it is taken. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  "composer-normalized": ["-p1"],
  cpe: ["-a"],
  maven: ["-sp"],
  nuget: [".0"],
  pep440: [".post0.dev0"],
  pub: ["+0", ".0"],
  rubygems: [".0.0.0.1"],
  semver: [".0"],
};

/** The last number one higher, and the lowest prerelease of that: `2.1.0` -> `2.1.1-0`. */
function successor(version: string, parts: number): string | null {
  const found = /^(v?\d+(?:\.\d+)*)(?:\+.*)?$/.exec(version);
  if (!found) return null;
  const numbers = found[1]!.split(".");
  while (numbers.length < parts) numbers.push("0");
  const last = numbers.pop()!;
  return `${[...numbers, String(BigInt(last) + 1n)].join(".")}-0`;
}

/**
 * A version directly behind `version` in the scheme's order, so that a range which excludes its lower end can be written in
 * OSV's shape. No release that anybody makes lies between the two. Null when the scheme gives none.
 */
export function versionAfter(scheme: VersionScheme, version: string): string | null {
  const candidates = (SUFFIXES[scheme.id] ?? []).map((suffix) => version + suffix);
  if (scheme.id === "semver" || scheme.id === "nuget") {
    const next = successor(version, scheme.id === "semver" ? 3 : 4);
    if (next !== null) candidates.unshift(next);
  }
  return candidates.find((candidate) => scheme.compare(candidate, version) === 1) ?? null;
}
