import { AppError } from "../errors.ts";
import type { Component } from "./component.ts";
import { canonicalEcosystem } from "./ecosystem.ts";
import { normalizeName } from "./normalize.ts";
import { formatPurl, parsePurl, type Purl } from "./purl.ts";

/** Operating systems: OSV's ecosystem, purl type and namespace, and the id before the release in `distro`. */
const SYSTEMS: readonly { ecosystem: string; type: string; namespace: string; distro: string; prefix?: string }[] = [
  { ecosystem: "Debian", type: "deb", namespace: "debian", distro: "debian" },
  { ecosystem: "Ubuntu", type: "deb", namespace: "ubuntu", distro: "ubuntu" },
  { ecosystem: "Alpine", type: "apk", namespace: "alpine", distro: "alpine", prefix: "v" },
  { ecosystem: "Wolfi", type: "apk", namespace: "wolfi", distro: "wolfi" },
  { ecosystem: "Chainguard", type: "apk", namespace: "chainguard", distro: "chainguard" },
  { ecosystem: "Red Hat", type: "rpm", namespace: "redhat", distro: "rhel" },
  { ecosystem: "AlmaLinux", type: "rpm", namespace: "almalinux", distro: "almalinux" },
  { ecosystem: "Rocky Linux", type: "rpm", namespace: "rocky", distro: "rocky" },
  { ecosystem: "Amazon Linux", type: "rpm", namespace: "amzn", distro: "amzn" },
  { ecosystem: "Oracle Linux", type: "rpm", namespace: "oracle", distro: "ol" },
  { ecosystem: "Fedora", type: "rpm", namespace: "fedora", distro: "fedora" },
  { ecosystem: "openSUSE", type: "rpm", namespace: "opensuse", distro: "opensuse" },
  { ecosystem: "SUSE", type: "rpm", namespace: "suse", distro: "sles" },
  { ecosystem: "Mageia", type: "rpm", namespace: "mageia", distro: "mageia" },
  { ecosystem: "Photon OS", type: "rpm", namespace: "photon", distro: "photon" },
  { ecosystem: "openEuler", type: "rpm", namespace: "openeuler", distro: "openeuler" },
  { ecosystem: "Azure Linux", type: "rpm", namespace: "azurelinux", distro: "azurelinux" },
];

/** Code names that scanners write in `distro` instead of the release. */
const CODE_NAMES: Readonly<Record<string, string>> = {
  buster: "debian-10",
  bullseye: "debian-11",
  bookworm: "debian-12",
  trixie: "debian-13",
  forky: "debian-14",
  xenial: "ubuntu-16.04",
  bionic: "ubuntu-18.04",
  focal: "ubuntu-20.04",
  jammy: "ubuntu-22.04",
  noble: "ubuntu-24.04",
};

/** Language ecosystems: purl type, and what separates the namespace inside OSV's name; null: names have no namespace. */
const LANGUAGES: readonly { ecosystem: string; type: string; separator: string | null }[] = [
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
  { ecosystem: "CRAN", type: "cran", separator: null },
  { ecosystem: "Hackage", type: "hackage", separator: null },
  { ecosystem: "Bitnami", type: "bitnami", separator: null },
  { ecosystem: "opam", type: "opam", separator: null },
  { ecosystem: "Julia", type: "julia", separator: null },
  { ecosystem: "Homebrew", type: "brew", separator: null },
];

const splitEcosystem = (ecosystem: string): [string, string] => {
  const colon = ecosystem.indexOf(":");
  return colon < 0 ? [ecosystem, ""] : [ecosystem.slice(0, colon), ecosystem.slice(colon + 1)];
};

const systemPurl = (c: Component, system: (typeof SYSTEMS)[number], release: string): Purl => {
  const spelled = system.prefix && release.startsWith(system.prefix) ? release.slice(system.prefix.length) : release;
  const qualifiers: Record<string, string> = {};
  if (c.arch) qualifiers["arch"] = c.arch;
  if (spelled !== "") qualifiers["distro"] = `${system.distro}-${spelled}`;
  if (c.source) {
    qualifiers["upstream"] = c.source.version === c.version ? c.source.name : `${c.source.name}@${c.source.version}`;
  }
  const { type, namespace } = system;
  return { type, namespace, name: c.name, version: c.version || null, qualifiers, subpath: null };
};

/**
 * The package URL of a component. Operating-system packages carry `arch`, `distro` and, where it differs, the source
 * package as `upstream`; ecosystems without a purl type of their own become `generic` with an `ecosystem` qualifier.
 */
export const purlOf = (component: Component): string => {
  const [base, release] = splitEcosystem(canonicalEcosystem(component.ecosystem));
  const system = SYSTEMS.find((s) => s.ecosystem === base);
  if (system) return formatPurl(systemPurl(component, system, release));
  const language = LANGUAGES.find((l) => l.ecosystem === base);
  const separator = language?.separator ?? null;
  const at = separator === null ? -1 : component.name.lastIndexOf(separator);
  const qualifiers: Record<string, string> = component.arch ? { arch: component.arch } : {};
  if (!language || release !== "") qualifiers["ecosystem"] = component.ecosystem;
  return formatPurl({
    type: language?.type ?? "generic",
    namespace: at > 0 ? component.name.slice(0, at) : null,
    name: component.name.slice(at + 1) || component.name,
    version: component.version || null,
    qualifiers,
    subpath: null,
  });
};

const sourceOf = (upstream: string, version: string): Component["source"] => {
  const at = upstream.lastIndexOf("@");
  return at > 0 ? { name: upstream.slice(0, at), version: upstream.slice(at + 1) } : { name: upstream, version };
};

const ofSystem = (purl: Purl, system: (typeof SYSTEMS)[number], version: string): Component => {
  const { distro, arch, upstream } = purl.qualifiers;
  const known = distro === undefined ? "" : Object.hasOwn(CODE_NAMES, distro) ? CODE_NAMES[distro]! : distro;
  const bare = known.startsWith(`${system.distro}-`) ? known.slice(system.distro.length + 1) : known;
  const release = bare !== "" && system.prefix && /^\d/.test(bare) ? `${system.prefix}${bare}` : bare;
  return {
    ecosystem: release === "" ? system.ecosystem : `${system.ecosystem}:${release}`,
    name: purl.name,
    version,
    ...(arch ? { arch } : {}),
    ...(upstream ? { source: sourceOf(upstream, version) } : {}),
  };
};

/**
 * The component that a package URL names, as `purlOf` writes it and as other tools do (code names in `distro`). The
 * version is empty when the URL has none. Throws BAD_REQUEST for a URL that does not parse or a type we do not know.
 */
export const componentOfPurl = (text: string): Component => {
  const purl = parsePurl(text);
  const version = purl.version ?? "";
  const system = SYSTEMS.find((s) => s.type === purl.type && s.namespace === purl.namespace?.toLowerCase());
  if (system) return ofSystem(purl, system, version);
  const language = LANGUAGES.find((l) => l.type === purl.type);
  const { ecosystem = language?.ecosystem, arch } = purl.qualifiers;
  if (ecosystem === undefined) {
    throw new AppError("BAD_REQUEST", `No ecosystem is known for pkg:${purl.type}/${purl.namespace ?? ""}.`, {
      field: "purl",
    });
  }
  const joined = purl.namespace === null ? purl.name : `${purl.namespace}${language?.separator ?? "/"}${purl.name}`;
  return { ecosystem, name: normalizeName(ecosystem, joined), version, ...(arch ? { arch } : {}) };
};
