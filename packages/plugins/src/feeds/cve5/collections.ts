import { componentOfPurl } from "@zerotrace/core";

/** A package of one of OSV's ecosystems for languages. */
export interface NamedPackage {
  readonly ecosystem: string;
  readonly name: string;
}

/** Hosts of package collections. */
const ECOSYSTEM_OF_HOST: Readonly<Record<string, string>> = {
  "api.nuget.org": "NuGet",
  "central.sonatype.com": "Maven",
  "crates.io": "crates.io",
  "hex.pm": "Hex",
  "mvnrepository.com": "Maven",
  "npmjs.com": "npm",
  "npmjs.org": "npm",
  "nuget.org": "NuGet",
  "packagist.org": "Packagist",
  "pkg.go.dev": "Go",
  "proxy.golang.org": "Go",
  "pub.dev": "Pub",
  "pypi.org": "PyPI",
  "pypi.python.org": "PyPI",
  "repo.hex.pm": "Hex",
  "repo.maven.apache.org": "Maven",
  "repo.packagist.org": "Packagist",
  "repo1.maven.org": "Maven",
  "rubygems.org": "RubyGems",
  "search.maven.org": "Maven",
};

/** `versionType`s that an ecosystem's own scheme understands. */
const VERSION_TYPES: Readonly<Record<string, readonly string[]>> = {
  Go: ["semver", "go"],
  Hex: ["semver"],
  Maven: ["maven", "semver"],
  NuGet: ["nuget", "semver"],
  Packagist: ["composer", "packagist", "semver"],
  Pub: ["semver"],
  PyPI: ["python", "pypi", "pep440", "semver"],
  RubyGems: ["gem", "rubygems", "semver"],
  "crates.io": ["cargo", "semver"],
  npm: ["npm", "semver"],
};

const NAME_MAX_CHARS = 500;

/** True when ranges of this type can be compared in the ecosystem. */
export const understands = (ecosystem: string, versionType: string): boolean =>
  VERSION_TYPES[ecosystem]?.includes(versionType.toLowerCase()) ?? false;

const text = (value: unknown): string =>
  typeof value === "string" && value.length <= NAME_MAX_CHARS ? value.trim() : "";

/**
 * The package that an element of `affected[]` names, by its package URL or by a collection that is an ecosystem; null when
 * it names none, or one of an operating system: those are judged by their distribution alone.
 */
export function packageOf(affected: Readonly<Record<string, unknown>>): NamedPackage | null {
  const purl = text(affected["packageURL"]);
  return purl === "" ? ofCollection(affected) : ofPurl(purl);
}

function ofPurl(purl: string): NamedPackage | null {
  try {
    const { ecosystem, name } = componentOfPurl(purl);
    return Object.hasOwn(VERSION_TYPES, ecosystem) ? { ecosystem, name } : null;
  } catch {
    return null;
  }
}

function ofCollection(affected: Readonly<Record<string, unknown>>): NamedPackage | null {
  const name = text(affected["packageName"]);
  if (name === "" || /\s/.test(name)) return null;
  const host =
    /^https?:\/\/(?:(?:www|registry)\.)?([^/?#:]+)/i.exec(text(affected["collectionURL"]))?.[1]?.toLowerCase() ?? "";
  const ecosystem = Object.hasOwn(ECOSYSTEM_OF_HOST, host) ? ECOSYSTEM_OF_HOST[host] : undefined;
  if (ecosystem === "Go") return { ecosystem, name: moduleOf(name, text(affected["vendor"])) };
  if (ecosystem === "Maven") {
    const named = name.replace(/^([^/:]+)\/([^/:]+)$/, "$1:$2");
    return /^[^:]+:[^:]+$/.test(named) ? { ecosystem, name: named } : null;
  }
  return ecosystem === undefined ? null : { ecosystem, name };
}

/** The Go project names packages, and their module as the vendor. */
function moduleOf(name: string, vendor: string): string {
  if (vendor === "Go standard library") return "stdlib";
  if (vendor === "Go toolchain") return "toolchain";
  return name.startsWith(`${vendor}/`) && vendor.includes(".") ? vendor : name;
}
