import { baseEcosystem } from "../component/ecosystem.ts";

/** The ecosystem of a system itself: its name is the ID of os-release(5), its version the VERSION_ID. */
export const SYSTEM_ECOSYSTEM = "OS";

/** Products of endoflife.date that are systems, with the IDs of os-release(5) by which they call themselves. */
const IDS_OF_PRODUCT: Readonly<Record<string, readonly string[]>> = {
  almalinux: ["almalinux"],
  "alpine-linux": ["alpine"],
  "amazon-linux": ["amzn"],
  centos: ["centos"],
  "centos-stream": ["centos"],
  debian: ["debian"],
  devuan: ["devuan"],
  eurolinux: ["eurolinux"],
  fedora: ["fedora"],
  linuxmint: ["linuxmint"],
  mageia: ["mageia"],
  opensuse: ["opensuse-leap", "opensuse"],
  "oracle-linux": ["ol"],
  "pop-os": ["pop"],
  rhel: ["rhel"],
  "rocky-linux": ["rocky"],
  sles: ["sles", "sled"],
  ubuntu: ["ubuntu"],
};

/** The systems that a product means; none when it is no system that we know. */
export const systemIdsOf = (product: string): readonly string[] =>
  Object.hasOwn(IDS_OF_PRODUCT, product) ? IDS_OF_PRODUCT[product]! : [];

const ID_OF_ECOSYSTEM: Readonly<Record<string, string>> = {
  AlmaLinux: "almalinux",
  Alpine: "alpine",
  "Amazon Linux": "amzn",
  Debian: "debian",
  Fedora: "fedora",
  Mageia: "mageia",
  "Oracle Linux": "ol",
  "Red Hat": "rhel",
  "Rocky Linux": "rocky",
  SUSE: "sles",
  Ubuntu: "ubuntu",
  openSUSE: "opensuse-leap",
};

/** The system and VERSION_ID that an ecosystem's release means (`Alpine:v3.12`, `SUSE:Linux Enterprise Server 15 SP4`); null: none. */
export const systemOfEcosystem = (ecosystem: string): { id: string; version: string } | null => {
  const base = baseEcosystem(ecosystem);
  if (!Object.hasOwn(ID_OF_ECOSYSTEM, base)) return null;
  const release =
    /^(?:v|Leap |Linux Enterprise (?:Server|Desktop|Server for SAP Applications) )?(\d+(?:\.\d+)*)(?: SP(\d+))?(?::LTS)?$/.exec(
      ecosystem.slice(base.length + 1),
    );
  if (release === null) return null;
  return {
    id: ID_OF_ECOSYSTEM[base]!,
    version: release[2] === undefined ? release[1]! : `${release[1]}.${release[2]}`,
  };
};
