import { AppError } from "../errors.ts";
import { type Component, isRpmJudgedBySource } from "./component.ts";
import { plainEcosystem } from "./ecosystem.ts";
import { normalizeName } from "./normalize.ts";
import { formatPurl, parsePurl, type Purl } from "./purl.ts";
import { distroOfRelease, type PackageSystem, releaseOfDistro, SYSTEMS } from "./systems.ts";

/** A language's ecosystem, its purl type, and how names and namespaces go together. */
interface Language {
  readonly ecosystem: string;
  readonly type: string;
  /** What separates the namespace inside OSV's name; null: names have no namespace. */
  readonly separator: string | null;
}

/** The last ones have no records in OSV: what nobody covers has a name here, so that it is shown as not covered. */
const LANGUAGES: readonly Language[] = [
  { ecosystem: "npm", type: "npm", separator: "/" },
  { ecosystem: "PyPI", type: "pypi", separator: null },
  { ecosystem: "Go", type: "golang", separator: "/" },
  { ecosystem: "crates.io", type: "cargo", separator: null },
  { ecosystem: "RubyGems", type: "gem", separator: null },
  { ecosystem: "Maven", type: "maven", separator: ":" },
  { ecosystem: "NuGet", type: "nuget", separator: null },
  { ecosystem: "Packagist", type: "composer", separator: "/" },
  { ecosystem: "Hex", type: "hex", separator: "/" },
  { ecosystem: "Pub", type: "pub", separator: null },
  { ecosystem: "SwiftURL", type: "swift", separator: "/" },
  { ecosystem: "GitHub Actions", type: "github", separator: "/" },
  { ecosystem: "ConanCenter", type: "conan", separator: null },
  { ecosystem: "CRAN", type: "cran", separator: null },
  { ecosystem: "Hackage", type: "hackage", separator: null },
  { ecosystem: "Bitnami", type: "bitnami", separator: null },
  { ecosystem: "opam", type: "opam", separator: null },
  { ecosystem: "Julia", type: "julia", separator: null },
  { ecosystem: "VSCode", type: "vscode-extension", separator: "." },
  { ecosystem: "Homebrew", type: "brew", separator: "/" },
  { ecosystem: "Hugging Face", type: "huggingface", separator: "/" },
  { ecosystem: "CocoaPods", type: "cocoapods", separator: null },
  { ecosystem: "Conda", type: "conda", separator: null },
  { ecosystem: "CPAN", type: "cpan", separator: null },
  { ecosystem: "LuaRocks", type: "luarocks", separator: "/" },
  { ecosystem: "vcpkg", type: "vcpkg", separator: null },
  { ecosystem: "Kubernetes", type: "k8s", separator: "/" },
  { ecosystem: "Generic", type: "generic", separator: "/" },
];

const SYSTEM_OF_ECOSYSTEM = new Map(SYSTEMS.map((system) => [system.ecosystem, system]));
const SYSTEM_OF_PURL: ReadonlyMap<string, PackageSystem> = new Map(
  SYSTEMS.flatMap((s) => s.namespaces.map((name) => [`${s.type}/${name}`, s] as const)),
);
const LANGUAGE_OF_ECOSYSTEM = new Map(LANGUAGES.map((language) => [language.ecosystem, language]));
const LANGUAGE_OF_TYPE = new Map(LANGUAGES.map((language) => [language.type, language]));

const splitEcosystem = (ecosystem: string): [string, string] => {
  const colon = ecosystem.indexOf(":");
  return colon < 0 ? [ecosystem, ""] : [ecosystem.slice(0, colon), ecosystem.slice(colon + 1)];
};

const systemPurl = (c: Component, system: PackageSystem, release: string): Purl => {
  const qualifiers: Record<string, string> = {};
  if (c.arch) qualifiers["arch"] = c.arch;
  if (release !== "") qualifiers["distro"] = distroOfRelease(system, release);
  if (c.source) {
    qualifiers["upstream"] = c.source.version === c.version ? c.source.name : `${c.source.name}@${c.source.version}`;
  }
  const { type, namespaces } = system;
  return { type, namespace: namespaces[0]!, name: c.name, version: c.version || null, qualifiers, subpath: null };
};

/**
 * The package URL of a component. Operating-system packages carry `arch`, `distro` and, where it differs, the source
 * package as `upstream`; ecosystems without a purl type of their own become `generic` with an `ecosystem` qualifier.
 */
export const purlOf = (component: Component): string => {
  const [base, release] = splitEcosystem(plainEcosystem(component.ecosystem));
  const system = SYSTEM_OF_ECOSYSTEM.get(base);
  if (system) return formatPurl(systemPurl(component, system, release), "lenient");
  const language = LANGUAGE_OF_ECOSYSTEM.get(base);
  const separator = language?.separator ?? null;
  const { name } = component;
  // A publisher has no dot in it, the extension's own name may have some.
  const at = separator === null ? -1 : separator === "." ? name.indexOf(separator) : name.lastIndexOf(separator);
  const qualifiers: Record<string, string> = component.arch ? { arch: component.arch } : {};
  if (!language || release !== "") qualifiers["ecosystem"] = component.ecosystem;
  const purl: Purl = {
    type: language?.type ?? "generic",
    namespace: at > 0 ? name.slice(0, at) : null,
    name: name.slice(at + 1) || name,
    version: versionInPurl(component) || null,
    qualifiers,
    subpath: null,
  };
  return formatPurl(purl, "lenient");
};

/** OSV leaves out the `v` of Go's versions, package URLs have it; the standard library has none in either. */
const versionInPurl = ({ ecosystem, name, version }: Component): string =>
  ecosystem === "Go" && name !== "stdlib" && /^\d/.test(version) ? `v${version}` : version;

const versionOfPurl = (ecosystem: string, version: string): string =>
  ecosystem === "Go" ? version.replace(/^v(?=\d)/, "") : version;

/** People know these names by their case, which does not tell two packages apart; it is left as it was written. */
const KEEPS_CASE: ReadonlySet<string> = new Set(["NuGet", "SwiftURL"]);

const SOURCE_RPM = ".src.rpm";

/** The source package of `upstream`: `name`, `name@version`, or the file name of a source rpm, which has no epoch. */
const sourceOf = (upstream: string, version: string): Component["source"] => {
  if (upstream.endsWith(SOURCE_RPM)) {
    const file = upstream.slice(0, -SOURCE_RPM.length);
    const dash = file.lastIndexOf("-", file.lastIndexOf("-") - 1);
    const own = file.slice(dash + 1);
    const withEpoch = version.slice(version.indexOf(":") + 1) === own ? version : own;
    return dash > 0 ? { name: file.slice(0, dash), version: withEpoch } : { name: file, version };
  }
  const at = upstream.lastIndexOf("@");
  return at > 0 ? { name: upstream.slice(0, at), version: upstream.slice(at + 1) } : { name: upstream, version };
};

/** `rpmmod=nodejs:18:9040020240301…`, as Red Hat writes it: the module and stream that a package was built for, before its source's name. */
const withStream = (purl: Purl, source: Component["source"], version: string): Component["source"] => {
  const stream = /^[^:/\s]+:[^:/\s]+/.exec(purl.qualifiers["rpmmod"] ?? "")?.[0];
  if (purl.type !== "rpm" || stream === undefined || source?.name.includes("/")) return source;
  return { name: `${stream}/${source?.name ?? purl.name}`, version: source?.version ?? version };
};

const ofSystem = (purl: Purl, system: PackageSystem): Component => {
  const { distro, arch, upstream, epoch } = purl.qualifiers;
  const plain = purl.version ?? "";
  const version = epoch !== undefined && /^\d+$/.test(epoch) && !plain.includes(":") ? `${epoch}:${plain}` : plain;
  const release = distro === undefined ? "" : releaseOfDistro(system, distro);
  // The file of a source rpm is named by other tools for every package, also where no advisory speaks of sources.
  const isTold = upstream !== undefined && (!upstream.endsWith(SOURCE_RPM) || isRpmJudgedBySource(system.ecosystem));
  const source = withStream(purl, isTold ? sourceOf(upstream, version) : undefined, version);
  return {
    ecosystem: release === "" ? system.ecosystem : `${system.ecosystem}:${release}`,
    name: purl.name,
    version,
    ...(arch ? { arch } : {}),
    ...(source ? { source } : {}),
  };
};

/**
 * The component that a package URL names, as `purlOf` writes it and as other tools do: code names and full releases in
 * `distro`, the epoch as a qualifier, a source rpm as `upstream`. A subpath names a part of the package and is left out.
 * The version is empty when the URL has none. Throws BAD_REQUEST for a URL that does not parse or a type we do not know.
 */
export const componentOfPurl = (text: string): Component => {
  const purl = parsePurl(text, "lenient");
  const version = purl.version ?? "";
  const system = SYSTEM_OF_PURL.get(`${purl.type}/${purl.namespace?.toLowerCase() ?? ""}`);
  if (system) return ofSystem(purl, system);
  const language = LANGUAGE_OF_TYPE.get(purl.type);
  const { ecosystem = language?.ecosystem, arch } = purl.qualifiers;
  if (ecosystem === undefined) {
    throw new AppError("BAD_REQUEST", `No ecosystem is known for pkg:${purl.type}/${purl.namespace ?? ""}.`, {
      field: "purl",
    });
  }
  // The vendor of a Conan package is no part of its name in ConanCenter.
  const namespace = purl.type === "conan" ? null : purl.namespace;
  const joined = namespace === null ? purl.name : `${namespace}${language?.separator ?? "/"}${purl.name}`;
  const name = KEEPS_CASE.has(ecosystem) ? joined : normalizeName(ecosystem, joined);
  return { ecosystem, name, version: versionOfPurl(ecosystem, version), ...(arch ? { arch } : {}) };
};
