import { baseEcosystem } from "./ecosystem.ts";

const lower = (name: string): string => name.toLowerCase();

/** How names of an ecosystem compare; ecosystems not listed compare as written. */
const RULES: Readonly<Record<string, (name: string) => string>> = {
  PyPI: (name) => name.toLowerCase().replaceAll(/[-_.]+/g, "-"),
  NuGet: lower,
  Packagist: lower,
  Hex: lower,
  Pub: lower,
  "GitHub Actions": lower,
  VSCode: lower,
  Homebrew: lower,
  LuaRocks: lower,
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
