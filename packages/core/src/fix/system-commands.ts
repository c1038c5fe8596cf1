import { baseEcosystem } from "../component/ecosystem.ts";
import type { FixCommand, FixTarget } from "./commands.ts";
import { regexText, shWord, yamlText } from "./quote.ts";

/** A system's package manager: its command line and Ansible's module of the same meaning. */
interface Manager {
  readonly id: string;
  readonly title: string;
  readonly bases: readonly string[];
  readonly line: (target: FixTarget, names: readonly string[]) => string;
  readonly ansible: (names: readonly string[]) => readonly string[];
}

const words = (names: readonly string[]): string => names.map(shWord).join(" ");
const yamlList = (names: readonly string[]): string => `[${names.map(yamlText).join(", ")}]`;

const MANAGERS: readonly Manager[] = [
  {
    id: "apt",
    title: "apt (Debian, Ubuntu)",
    bases: ["Debian", "Ubuntu", "Echo"],
    line: ({ name, installed }) =>
      `sudo apt-get update && sudo apt-get install --only-upgrade ${
        installed.length > 0 ? words(installed) : shWord(`?source-package(^${regexText(name)}$)`)
      }`,
    ansible: (names) => [
      "ansible.builtin.apt:",
      `  name: ${yamlList(names)}`,
      "  state: latest",
      "  only_upgrade: true",
      "  update_cache: true",
    ],
  },
  {
    id: "apk",
    title: "apk (Alpine, Wolfi)",
    bases: ["Alpine", "Alpaquita", "BellSoft Hardened Containers", "Chainguard", "CleanStart", "MinimOS", "Wolfi"],
    line: (_, names) => `apk update && apk add --upgrade ${words(names)}`,
    ansible: (names) => [
      "community.general.apk:",
      `  name: ${yamlList(names)}`,
      "  state: latest",
      "  update_cache: true",
    ],
  },
  {
    id: "zypper",
    title: "zypper (SUSE, openSUSE)",
    bases: ["SUSE", "openSUSE"],
    line: (_, names) => `sudo zypper refresh && sudo zypper update ${words(names)}`,
    ansible: (names) => ["community.general.zypper:", `  name: ${yamlList(names)}`, "  state: latest"],
  },
  {
    id: "pacman",
    title: "pacman (Arch Linux)",
    bases: ["Arch Linux"],
    // one package alone is not upgraded: its libraries would be those of another day
    line: () => "sudo pacman -Syu",
    ansible: () => ["community.general.pacman:", "  update_cache: true", "  upgrade: true"],
  },
];

const DNF: Manager = {
  id: "dnf",
  title: "dnf (Red Hat, Fedora, Rocky, Alma, Oracle, Amazon)",
  bases: [],
  line: (_, names) => `sudo dnf upgrade --refresh ${words(names)}`,
  ansible: (names) => ["ansible.builtin.dnf:", `  name: ${yamlList(names)}`, "  state: latest"],
};

const YUM_LINE = (names: readonly string[]): FixCommand => ({
  id: "yum",
  title: "yum (release 7 and older)",
  language: "sh",
  text: `sudo yum update ${words(names)}`,
});

const taskOf = (target: FixTarget, manager: Manager, names: readonly string[]): FixCommand => ({
  id: "ansible",
  title: "Ansible task",
  language: "yaml",
  text: [
    `- name: ${yamlText(`Upgrade ${target.name} to ${target.fixedIn ?? "the newest"} or later`)}`,
    "  become: true",
    ...manager.ansible(names).map((line) => `  ${line}`),
  ].join("\n"),
});

/** Commands of an operating system's packages; `isRpm`: whichever family it is, its packages are RPMs. */
export const systemCommands = (target: FixTarget, isRpm: boolean): FixCommand[] => {
  const base = baseEcosystem(target.ecosystem);
  const manager = MANAGERS.find(({ bases }) => bases.includes(base)) ?? (isRpm ? DNF : null);
  if (manager === null) return [];
  const names = target.installed.length > 0 ? target.installed : [target.name];
  const own: FixCommand = { id: manager.id, title: manager.title, language: "sh", text: manager.line(target, names) };
  return [
    own,
    ...(manager === DNF ? [YUM_LINE(names)] : []),
    taskOf(target, manager, names),
    {
      id: "image",
      title: "Container image",
      language: "sh",
      text: "docker build --pull --no-cache --tag IMAGE .",
    },
  ];
};
