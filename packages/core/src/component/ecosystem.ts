import { editionsOf } from "./editions.ts";
import { releaseOfDistro, SYSTEMS } from "./systems.ts";

/**
 * An ecosystem as a component carries it. Ubuntu's `:LTS` says nothing about versions, and sources disagree on writing it.
 */
export const plainEcosystem = (ecosystem: string): string =>
  ecosystem.startsWith("Ubuntu:") && ecosystem.endsWith(":LTS") ? ecosystem.slice(0, -4) : ecosystem;

/** Products of SUSE's records whose packages a host of that release can have; `SUSE:` and the release are around it. */
const SUSE_PRODUCT =
  /^SUSE:(?:Linux Enterprise (?:Server|Desktop|Server for SAP [Aa]pplications|High Performance Computing|Software Development Kit|Workstation Extension|High Availability Extension|Module for .{1,80})|Package Hub) (\d+)(?: SP(\d+)|\.(\d+))?(?:-(?:LTSS|ESPOS))?$/;
/** What is cared for on a minor release after the next one came, beside the system itself. */
const RED_HAT_PRODUCT =
  /^Red Hat:(enterprise_linux|rhel_els|(?:rhel|enterprise_linux)_(?:eus|aus|tus|e4s|eus_long_life)):(\d+)(?:\.(\d+))?(?:::.*)?$/;

/** A registry's address after its ecosystem, as in `Maven:https://maven.google.com`: where packages are kept; their names are the same. */
const REGISTRY = /^[^:]+:https?:[/][/]/;

const SYSTEM_OF_BASE = new Map(SYSTEMS.map((system) => [system.ecosystem, system]));

/** A system's release as OSV writes it: `12` of `12.5` and of `bookworm`, `v3.20` of `3.20.1`. */
const withRelease = (ecosystem: string): string => {
  const base = baseEcosystem(ecosystem);
  const system = base === ecosystem ? undefined : SYSTEM_OF_BASE.get(base);
  if (system === undefined) return ecosystem;
  const release = releaseOfDistro(system, ecosystem.slice(base.length + 1));
  return release === "" ? base : `${base}:${release}`;
};

/** SUSE's release as hosts have it: `15 SP5`, and `16.0` since service packs are no more. */
const suseRelease = (major: string, pack: string | undefined, minor: string | undefined): string => {
  if (Number(major) >= 16) return `${major}.${minor ?? pack ?? "0"}`;
  const number = pack ?? minor ?? "0";
  return number === "0" ? major : `${major} SP${number}`;
};

/**
 * The one spelling under which an ecosystem is stored and looked up: what OSV names by product, module or repository
 * (`SUSE:Linux Enterprise Module for Basesystem 15 SP5`, `Red Hat:enterprise_linux:9::appstream`) is that of the hosts that have
 * it (`SUSE:Linux Enterprise Server 15 SP5`, `Red Hat:9`). What Red Hat goes on to mend of one minor release stays apart (`Red Hat:9.2`).
 * Other releases are written as OSV does (`Debian:12` of `Debian:12.5`); the address of a registry is left out.
 */
export const canonicalEcosystem = (ecosystem: string): string => {
  if (ecosystem.startsWith("SUSE:")) {
    const found = SUSE_PRODUCT.exec(ecosystem);
    return found ? `SUSE:Linux Enterprise Server ${suseRelease(found[1]!, found[2], found[3])}` : ecosystem;
  }
  if (ecosystem.startsWith("Red Hat:")) {
    const found = RED_HAT_PRODUCT.exec(ecosystem);
    if (!found) return ecosystem;
    const isMain = found[1] === "enterprise_linux" || found[1] === "rhel_els" || found[3] === undefined;
    return `Red Hat:${found[2]}${isMain ? "" : `.${found[3]}`}`;
  }
  return REGISTRY.test(ecosystem) ? baseEcosystem(ecosystem) : withRelease(plainEcosystem(ecosystem));
};

/** The canonical ecosystem of a host: one of Red Hat's minor releases has what its major release has. */
export const hostEcosystem = (ecosystem: string): string =>
  canonicalEcosystem(ecosystem).replace(/^(Red Hat:\d+)\.\d+$/, "$1");

/** The ecosystem without its release: `Debian` of `Debian:12`. */
export const baseEcosystem = (ecosystem: string): string => {
  const colon = ecosystem.indexOf(":");
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
};

/** Systems whose records are by release: a package without one is judged by none of them. */
const RELEASED: ReadonlySet<string> = new Set([
  "AlmaLinux",
  "Alpine",
  "Amazon Linux",
  "Azure Linux",
  "Debian",
  "Fedora",
  "Mageia",
  "Oracle Linux",
  "Photon OS",
  "Red Hat",
  "Rocky Linux",
  "SUSE",
  "Ubuntu",
  "openEuler",
  "openSUSE",
]);

/** Whether the records of a system are by release. Takes its ecosystem, with or without one. */
export const hasReleases = (ecosystem: string): boolean => RELEASED.has(baseEcosystem(ecosystem));

/**
 * Ecosystems whose records speak of a component: its own, its editions (see `editionsOf`), and the one without release, which means
 * every release.
 */
export const applicableEcosystems = (ecosystem: string): readonly string[] => {
  const own = hostEcosystem(ecosystem);
  const base = baseEcosystem(own);
  return own === base ? [own] : [own, ...editionsOf(own), base];
};
