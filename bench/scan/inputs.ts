import { purlOf } from "@zerotrace/core";
import { realLists } from "../corpus.ts";
import type { Judged } from "../match/lists.ts";
import { createRandom } from "../random.ts";

/** What the lists of real software hold that an SBOM of containers would. */
const SBOM_ECOSYSTEMS = /^(?:npm|PyPI|Go|Maven|crates\.io|RubyGems|NuGet|Packagist|Debian:12)$/;
/** Where no real lists are at hand: packages that advisories name, at versions that they name. */
const KNOWN: readonly Judged[] = [
  ["npm", "lodash", "4.17.15"],
  ["npm", "minimist", "1.2.0"],
  ["npm", "axios", "0.21.0"],
  ["npm", "semver", "5.7.1"],
  ["npm", "json5", "1.0.1"],
  ["PyPI", "django", "3.2.0"],
  ["PyPI", "requests", "2.25.0"],
  ["Maven", "org.apache.logging.log4j:log4j-core", "2.14.0"],
  ["Go", "golang.org/x/net", "0.7.0"],
  ["Debian:12", "openssl", "3.0.11-1~deb12u1"],
].map(([ecosystem = "", name = "", version = ""]) => ({ ecosystem, name, version }));

/** Real components of these ecosystems, one of each, then made ones that no advisory names, until there are so many. */
const componentsOf = (ecosystems: RegExp, count: number, isOneVersion: boolean): Judged[] => {
  const lists = realLists();
  const real = lists ? [lists.debian, ...lists.images, ...lists.locks].flat() : KNOWN;
  const found = new Map<string, Judged>();
  for (const one of real) {
    if (found.size >= count) break;
    if (!ecosystems.test(one.ecosystem) || one.name === "" || one.version === "") continue;
    const key = `${one.ecosystem}\0${one.name}${isOneVersion ? "" : `\0${one.version}`}`;
    if (!found.has(key)) found.set(key, one);
  }
  const components = [...found.values()];
  const random = createRandom(11);
  const number = (below: number): number => Math.floor(random() * below);
  while (components.length < count) {
    const name = `made-${components.length}-${number(1e9).toString(36)}`;
    components.push({ ecosystem: "npm", name, version: `${number(9)}.${number(30)}.${number(99)}` });
  }
  return components;
};

/** A package-lock.json of so many packages as npm writes one: 60 asked for directly, each needing up to three others. */
export const packageLock = (count: number): string => {
  const components = componentsOf(/^npm$/, count, true);
  const random = createRandom(12);
  const packages: Record<string, object> = {
    "": {
      name: "bench",
      version: "1.0.0",
      dependencies: Object.fromEntries(components.slice(0, 60).map(({ name, version }) => [name, `^${version}`])),
    },
  };
  components.forEach(({ name, version }, at) => {
    const needs = Array.from({ length: Math.floor(random() * 4) }, (_, n) => components[(at + 1 + n * 7) % count]!);
    packages[`node_modules/${name}`] = {
      version,
      resolved: `https://registry.example/${name}/-/${name.split("/").at(-1)}-${version}.tgz`,
      integrity: `sha512-${Buffer.from(`${name}@${version}`.padEnd(64, "=")).toString("base64").slice(0, 86)}==`,
      ...(at % 3 === 0 ? { dev: true } : {}),
      license: "MIT",
      ...(needs.length === 0
        ? {}
        : { dependencies: Object.fromEntries(needs.map((one) => [one.name, `^${one.version}`])) }),
      engines: { node: ">=12" },
    };
  });
  return `${JSON.stringify({ name: "bench", version: "1.0.0", lockfileVersion: 3, requires: true, packages }, null, 2)}\n`;
};

/** A CycloneDX 1.6 document of so many components. */
export const sbomOf = (count: number): string => {
  const components = componentsOf(SBOM_ECOSYSTEMS, count, false).map((one) => {
    const purl = purlOf(one);
    return { type: "library", "bom-ref": purl, name: one.name, version: one.version, purl };
  });
  return `${JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components }, null, 2)}\n`;
};
