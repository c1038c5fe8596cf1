import type { OsRelease } from "./extractor.ts";

/** Bytes of an os-release file that are read; real ones have less than 1 KiB. */
export const MAX_OS_RELEASE_BYTES = 64 * 1024;

/** Reads os-release(5). Unknown lines are passed over; a missing field is the empty string. Never throws. */
export const parseOsRelease = (text: string): OsRelease => {
  const fields = new Map<string, string>();
  for (const line of text.slice(0, MAX_OS_RELEASE_BYTES).split("\n")) {
    const at = line.indexOf("=");
    const key = line.slice(0, at).trim();
    if (at > 0 && /^[A-Z0-9_]+$/.test(key)) fields.set(key, unquote(line.slice(at + 1).trim()));
  }
  const field = (name: string): string => fields.get(name) ?? "";
  const release = {
    id: field("ID").toLowerCase(),
    versionId: field("VERSION_ID"),
    codename: field("VERSION_CODENAME") || (/\(([^)]*)\)/.exec(field("VERSION"))?.[1] ?? "").toLowerCase(),
    prettyName: field("PRETTY_NAME") || [field("NAME"), field("VERSION")].join(" ").trim(),
  };
  const versionText = `${field("VERSION")} ${release.prettyName}`;
  const name = own(NAMERS, release.id);
  return { ...release, ecosystem: name?.({ ...release, versionText }) ?? "" };
};

/** Only what the table itself holds: an id such as "constructor" is no entry. */
const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** The shell's quoting, as far as os-release(5) allows it: no expansion. */
const unquote = (value: string): string => {
  const quote = value.charAt(0);
  if ((quote !== '"' && quote !== "'") || value.length < 2 || !value.endsWith(quote)) return value;
  const inner = value.slice(1, -1);
  return quote === "'" ? inner : inner.replaceAll(/\\(["$`\\])/g, "$1");
};

type Named = Omit<OsRelease, "ecosystem"> & { readonly versionText: string };
type Namer = (os: Named) => string;

// Debian's testing names no number until it is released.
const DEBIAN_NUMBERS: Readonly<Record<string, string>> = { bookworm: "12", trixie: "13", forky: "14", duke: "15" };

const major = (versionId: string): string => /^\d+/.exec(versionId)?.[0] ?? "";
/** The name with its suffix, or empty when the suffix is unknown: half a name would match nothing or the wrong thing. */
const named = (name: string, suffix: string): string => (suffix === "" ? "" : `${name}:${suffix}`);

const ubuntu: Namer = ({ versionId, versionText }) =>
  named("Ubuntu", versionId && (/\bLTS\b/.test(versionText) ? `${versionId}:LTS` : versionId));

const alpine: Namer = ({ versionId, versionText }) => {
  if (/\bedge\b/.test(versionText) || versionId.includes("_")) return "Alpine:edge";
  const release = /^\d+\.\d+/.exec(versionId)?.[0] ?? "";
  return named("Alpine", release && `v${release}`);
};

const suse =
  (product: string): Namer =>
  ({ versionId }) => {
    const [release = "", pack = "0"] = versionId.split(".");
    if (Number(release) >= 16) return `SUSE:${product} ${release}.${pack}`;
    return named("SUSE", release && `${product} ${release}${pack === "0" ? "" : ` SP${pack}`}`);
  };

const openEuler: Namer = ({ versionId, versionText }) => {
  const edition = /\((LTS(?:-SP\d+)?)\)/.exec(versionText)?.[1];
  return named("openEuler", versionId && (edition === undefined ? versionId : `${versionId}-${edition}`));
};

/**
 * How each system's ID becomes OSV's ecosystem. Red Hat's is ours: OSV names it by product and repository
 * (`Red Hat:rhel_eus:9.2::appstream`), which os-release does not tell, and Red Hat's own records speak of releases.
 */
const NAMERS: Readonly<Record<string, Namer>> = {
  almalinux: ({ versionId }) => named("AlmaLinux", major(versionId)),
  alpaquita: ({ versionId }) => named("Alpaquita", versionId || "stream"),
  alpine,
  amzn: ({ versionId }) => named("Amazon Linux", versionId),
  azurelinux: ({ versionId }) => named("Azure Linux", major(versionId)),
  chainguard: () => "Chainguard",
  debian: ({ versionId, codename }) => named("Debian", major(versionId) || (own(DEBIAN_NUMBERS, codename) ?? "")),
  echo: () => "Echo",
  mageia: ({ versionId }) => named("Mageia", major(versionId)),
  minimos: () => "MinimOS",
  ol: ({ versionId }) => named("Oracle Linux", major(versionId)),
  openeuler: openEuler,
  "opensuse-leap": ({ versionId }) => named("openSUSE", versionId && `Leap ${versionId}`),
  "opensuse-leap-micro": ({ versionId }) => named("openSUSE", versionId && `Leap Micro ${versionId}`),
  "opensuse-tumbleweed": () => "openSUSE:Tumbleweed",
  photon: ({ versionId }) => named("Photon OS", versionId),
  rhel: ({ versionId }) => named("Red Hat", major(versionId)),
  rocky: ({ versionId }) => named("Rocky Linux", major(versionId)),
  sled: suse("Linux Enterprise Desktop"),
  sles: suse("Linux Enterprise Server"),
  sles_sap: suse("Linux Enterprise Server for SAP Applications"),
  sle_hpc: suse("Linux Enterprise High Performance Computing"),
  "sl-micro": ({ versionId }) => named("SUSE", versionId && `Linux Micro ${versionId}`),
  "sle-micro": ({ versionId }) => named("SUSE", versionId && `Linux Enterprise Micro ${versionId}`),
  ubuntu,
  wolfi: () => "Wolfi",
};
