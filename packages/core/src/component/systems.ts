/** An operating system: OSV's ecosystem, and how package URLs name it and its releases. */
export interface PackageSystem {
  readonly ecosystem: string;
  readonly type: "alpm" | "apk" | "deb" | "rpm";
  /** The namespaces that mean it; the first is written. */
  readonly namespaces: readonly string[];
  /** The ids that stand before the release in `distro`; the first is written. */
  readonly ids: readonly string[];
  /** OSV's release of what follows the id; empty: none. Left out: as it stands. */
  readonly release?: (distro: string) => string;
  /** What follows the id, of OSV's release; left out: as it stands. */
  readonly distro?: (release: string) => string;
}

/** `12.5` -> `12`; anything that does not begin with a number stays. */
const major = (text: string): string => /^(\d+)(?:\.[\d.]*)?$/.exec(text)?.[1] ?? text;
const rolling = (text: string): string => (/^[\d.]*$/.test(text) ? "" : text);

const alpineRelease = (text: string): string => {
  const branch = /^v?(\d+\.\d+)(?:[._].*)?$/.exec(text)?.[1];
  return branch === undefined ? text : `v${branch}`;
};

/** `2 (Karoo)`, `2023.4.20240319` as other tools write them. */
const amazonRelease = (text: string): string => /^(2|20(?:2[2-9]|[3-9]\d))(?:[. ].*)?$/.exec(text)?.[1] ?? text;

const leap = (text: string): string => {
  if (/^(?:opensuse[.])?tumbleweed/i.test(text)) return "Tumbleweed";
  const found = /^(?:leap-)?(\d[\d.]*)$/i.exec(text);
  return found ? `Leap ${found[1]}` : text;
};

const SUSE_PRODUCTS: readonly (readonly [string, string])[] = [
  ["sles", "Linux Enterprise Server"],
  ["sled", "Linux Enterprise Desktop"],
];

/** `15.5` -> `Linux Enterprise Server 15 SP5`, `16.0` as it stands; the id before it says which product. */
const suseRelease = (text: string): string => {
  const found = /^(?:(sles|sled)-)?(\d+)(?:\.(\d+))?$/.exec(text);
  if (!found) return text;
  const product = found[1] === "sled" ? "Linux Enterprise Desktop" : "Linux Enterprise Server";
  if (Number(found[2]) >= 16) return `${product} ${found[2]}.${found[3] ?? "0"}`;
  return `${product} ${found[2]}${found[3] === undefined || found[3] === "0" ? "" : ` SP${found[3]}`}`;
};

const suseDistro = (release: string): string => {
  for (const [id, product] of SUSE_PRODUCTS) {
    const rest = release.startsWith(`${product} `) ? release.slice(product.length + 1) : "";
    const found = /^(\d+)(?:(?: SP|\.)(\d+))?$/.exec(rest);
    if (found) return `${id}-${found[1]}${found[2] === undefined ? "" : `.${found[2]}`}`;
  }
  return release;
};

const apk = (ecosystem: string, namespace: string): PackageSystem => ({
  ecosystem,
  type: "apk",
  namespaces: [namespace],
  ids: [namespace],
  release: rolling,
});

/** Every operating system whose packages have a purl type. */
export const SYSTEMS: readonly PackageSystem[] = [
  { ecosystem: "Debian", type: "deb", namespaces: ["debian"], ids: ["debian"], release: major },
  {
    ecosystem: "Ubuntu",
    type: "deb",
    namespaces: ["ubuntu"],
    ids: ["ubuntu"],
    release: (text) => text.replace(/^pro-(?=\d)/i, "Pro:"),
    distro: (release) => release.replace(/^Pro:(?=\d)/, "pro-"),
  },
  { ecosystem: "Echo", type: "deb", namespaces: ["echo"], ids: ["echo"] },
  {
    ecosystem: "Alpine",
    type: "apk",
    namespaces: ["alpine"],
    ids: ["alpine"],
    release: alpineRelease,
    distro: (release) => release.replace(/^v(?=\d)/, ""),
  },
  { ecosystem: "Alpaquita", type: "apk", namespaces: ["alpaquita"], ids: ["alpaquita"] },
  {
    ecosystem: "BellSoft Hardened Containers",
    type: "apk",
    namespaces: ["bellsoft-hardened-containers"],
    ids: ["bellsoft-hardened-containers"],
  },
  apk("Wolfi", "wolfi"),
  apk("Chainguard", "chainguard"),
  apk("MinimOS", "minimos"),
  apk("CleanStart", "cleanstart"),
  { ecosystem: "Red Hat", type: "rpm", namespaces: ["redhat", "rhel"], ids: ["rhel", "redhat"], release: major },
  {
    ecosystem: "AlmaLinux",
    type: "rpm",
    namespaces: ["almalinux", "alma"],
    ids: ["almalinux", "alma"],
    release: major,
  },
  {
    ecosystem: "Rocky Linux",
    type: "rpm",
    namespaces: ["rocky", "rocky-linux", "rockylinux"],
    ids: ["rocky", "rocky-linux", "rockylinux"],
    release: major,
  },
  {
    ecosystem: "Amazon Linux",
    type: "rpm",
    namespaces: ["amzn", "amazon", "amazonlinux"],
    ids: ["amzn", "amazon", "amazonlinux"],
    release: amazonRelease,
  },
  {
    ecosystem: "Oracle Linux",
    type: "rpm",
    namespaces: ["oracle", "ol", "oraclelinux"],
    ids: ["ol", "oracle", "oraclelinux"],
    release: major,
  },
  { ecosystem: "Fedora", type: "rpm", namespaces: ["fedora"], ids: ["fedora"] },
  {
    ecosystem: "openSUSE",
    type: "rpm",
    namespaces: ["opensuse", "opensuse-leap", "opensuse-tumbleweed", "opensuse.leap", "opensuse.tumbleweed"],
    ids: ["opensuse", "opensuse.leap"],
    release: leap,
    distro: (release) => (release === "Tumbleweed" ? "tumbleweed" : release.replace(/^Leap (?=[\d.]+$)/, "leap-")),
  },
  {
    ecosystem: "SUSE",
    type: "rpm",
    namespaces: ["suse", "sles", "sled"],
    // The product is the id itself: `sles-15.5`.
    ids: ["suse"],
    release: suseRelease,
    distro: suseDistro,
  },
  { ecosystem: "Mageia", type: "rpm", namespaces: ["mageia"], ids: ["mageia"], release: major },
  { ecosystem: "Photon OS", type: "rpm", namespaces: ["photon"], ids: ["photon"] },
  { ecosystem: "openEuler", type: "rpm", namespaces: ["openeuler"], ids: ["openeuler"] },
  {
    ecosystem: "Azure Linux",
    type: "rpm",
    namespaces: ["azurelinux", "azure-linux"],
    ids: ["azurelinux", "azure-linux"],
    release: major,
  },
  { ecosystem: "Arch Linux", type: "alpm", namespaces: ["arch"], ids: ["arch"], release: rolling },
];

/** Code names that other tools write in `distro` instead of the release. */
const CODE_NAMES: Readonly<Record<string, string>> = {
  wheezy: "debian-7",
  jessie: "debian-8",
  stretch: "debian-9",
  buster: "debian-10",
  bullseye: "debian-11",
  bookworm: "debian-12",
  trixie: "debian-13",
  forky: "debian-14",
  duke: "debian-15",
  trusty: "ubuntu-14.04",
  xenial: "ubuntu-16.04",
  bionic: "ubuntu-18.04",
  focal: "ubuntu-20.04",
  jammy: "ubuntu-22.04",
  noble: "ubuntu-24.04",
  oracular: "ubuntu-24.10",
  plucky: "ubuntu-25.04",
  questing: "ubuntu-25.10",
};

/** OSV's release of a `distro` qualifier, as we and as other tools write it; empty: none. */
export const releaseOfDistro = (system: PackageSystem, distro: string): string => {
  const known = Object.hasOwn(CODE_NAMES, distro) ? CODE_NAMES[distro]! : distro;
  const id = system.ids.find((one) => known.toLowerCase().startsWith(`${one}-`));
  const bare = id === undefined ? known : known.slice(id.length + 1);
  if (system.ids.includes(bare.toLowerCase())) return "";
  return system.release?.(bare) ?? bare;
};

/** The `distro` qualifier of a release; `releaseOfDistro` gives the release back. */
export const distroOfRelease = (system: PackageSystem, release: string): string => {
  const bare = system.distro?.(release) ?? release;
  return /^sle[sd]-/.test(bare) ? bare : `${system.ids[0]}-${bare}`;
};
