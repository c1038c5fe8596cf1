import { baseEcosystem } from "./ecosystem.ts";

const lower = (name: string): string => name.toLowerCase();

const withoutEnd = (text: string, end: string): string => {
  let length = text.length;
  while (length > 0 && text[length - 1] === end) length -= 1;
  return text.slice(0, length);
};

const SCHEME = /^[a-z+]{1,10}:\/\//i;

/** The name of a repository by its address: `https://github.com/apple/swift-nio.git` and `git@github.com:apple/swift-nio` are `github.com/apple/swift-nio`. */
export const repositoryOf = (url: string): string => {
  const isUrl = SCHEME.test(url);
  const bare = url.replace(SCHEME, "").replace(/^[^@/]*@/, "");
  const path = !isUrl && bare !== url ? bare.replace(":", "/") : bare.replace(/^([^/:]+):\d+(?=\/)/, "$1");
  return withoutEnd(path, "/").replace(/\.git$/, "");
};

/** How names of an ecosystem compare; ecosystems not listed compare as written. */
const RULES: Readonly<Record<string, (name: string) => string>> = {
  PyPI: (name) => name.toLowerCase().replaceAll(/[-_.]+/g, "-"),
  NuGet: lower,
  Packagist: lower,
  Hex: lower,
  // NISTIR 7695: names have no case; NVD's are written in lower case.
  CPE: lower,
  Pub: lower,
  "GitHub Actions": lower,
  VSCode: lower,
  Homebrew: lower,
  LuaRocks: lower,
  // Addresses of repositories, on hosts that do not tell case apart.
  SwiftURL: (name) => repositoryOf(name).toLowerCase(),
};

/** The function that maps any spelling of a package name in this ecosystem to the one that is compared; null: as written. */
export const nameRuleOf = (ecosystem: string): ((name: string) => string) | null => {
  const base = baseEcosystem(ecosystem);
  return Object.hasOwn(RULES, base) ? RULES[base]! : null;
};

/** The one spelling of a package name within its ecosystem (PyPI by PEP 503; npm keeps case; NuGet, Packagist lower). */
export const normalizeName = (ecosystem: string, name: string): string => {
  const rule = nameRuleOf(ecosystem);
  return rule ? rule(name) : name;
};
