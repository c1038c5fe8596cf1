import { baseEcosystem } from "../component/ecosystem.ts";
import { schemeFor } from "../version/index.ts";
import { mayStand, psWord, shWord, yamlText } from "./quote.ts";
import { systemCommands } from "./system-commands.ts";

/** What is to be upgraded. */
export interface FixTarget {
  readonly ecosystem: string;
  /** The source package of a system, else the package. */
  readonly name: string;
  /** Null: no fixed version exists. */
  readonly fixedIn: string | null;
  /** Names of the installed packages of this source; empty where they are not known. */
  readonly installed: readonly string[];
}

/** One way to carry a fix out, as a person copies it. */
export interface FixCommand {
  readonly id: string;
  readonly title: string;
  readonly language: "sh" | "powershell" | "yaml" | "text";
  readonly text: string;
}

/** Id, title and text of a package manager for a name and a version, both quoted by it. */
type Way = readonly [string, string, (name: string, version: string) => string];

const goVersion = (version: string): string => (/^\d/.test(version) ? `v${version}` : version);

const WAYS: Readonly<Record<string, readonly Way[]>> = {
  npm: [
    ["npm", "npm, in the project", (n, v) => `npm install ${shWord(`${n}@${v}`)}`],
    ["npm-global", "npm, installed on the host", (n, v) => `npm install --global ${shWord(`${n}@${v}`)}`],
    ["pnpm", "pnpm", (n, v) => `pnpm update --recursive ${shWord(`${n}@${v}`)}`],
    ["yarn", "Yarn", (n, v) => `yarn up --recursive ${shWord(`${n}@${v}`)}`],
  ],
  PyPI: [
    ["pip", "pip", (n, v) => `python3 -m pip install --upgrade ${shWord(`${n}>=${v}`)}`],
    ["uv", "uv", (n, v) => `uv lock --upgrade-package ${shWord(`${n}>=${v}`)} && uv sync`],
    ["poetry", "Poetry", (n, v) => `poetry add ${shWord(`${n}@>=${v}`)}`],
  ],
  Go: [["go", "Go modules", (n, v) => `go get ${shWord(`${n}@${goVersion(v)}`)} && go mod tidy`]],
  Maven: [
    [
      "maven",
      "Maven",
      (n, v) =>
        `mvn versions:use-dep-version ${shWord(`-Dincludes=${n}`)} ${shWord(`-DdepVersion=${v}`)} -DforceVersion=true`,
    ],
    [
      "gradle",
      "Gradle, in build.gradle",
      (n, v) => `dependencies { constraints { implementation ${yamlText(`${n}:${v}`)} } }`,
    ],
  ],
  "crates.io": [["cargo", "Cargo", (n, v) => `cargo update --package ${shWord(n)} --precise ${shWord(v)}`]],
  RubyGems: [
    ["bundler", "Bundler", (n) => `bundle update --conservative ${shWord(n)}`],
    ["gem", "gem, installed on the host", (n, v) => `gem install ${shWord(n)} --version ${shWord(`>=${v}`)}`],
  ],
  Packagist: [["composer", "Composer", (n, v) => `composer require ${shWord(`${n}:>=${v}`)} --with-all-dependencies`]],
  NuGet: [["nuget", "NuGet", (n, v) => `dotnet add package ${shWord(n)} --version ${shWord(v)}`]],
  Hex: [["mix", "Mix", (n) => `mix deps.update ${shWord(n)}`]],
  Pub: [["pub", "Dart pub", (n, v) => `dart pub upgrade ${shWord(n)}:${shWord(v)}`]],
  Homebrew: [["brew", "Homebrew", (n) => `brew update && brew upgrade ${shWord(n)}`]],
  FreeBSD: [["pkg", "pkg (FreeBSD)", (n) => `pkg update && pkg upgrade ${shWord(n)}`]],
  "GitHub Actions": [["actions", "In the workflow", (n, v) => `uses: ${n}@${goVersion(v)}`]],
};

/** Ansible's modules of languages whose packages are installed on hosts. */
const ANSIBLE: Readonly<Record<string, (name: string, version: string) => readonly string[]>> = {
  PyPI: (n, v) => ["ansible.builtin.pip:", `  name: ${yamlText(`${n}>=${v}`)}`],
  npm: (n, v) => ["community.general.npm:", `  name: ${yamlText(n)}`, `  version: ${yamlText(v)}`, "  global: true"],
  RubyGems: (n, v) => ["community.general.gem:", `  name: ${yamlText(n)}`, `  version: ${yamlText(v)}`],
};
/** Where PowerShell needs other words than a POSIX shell. */
const POWERSHELL: Readonly<Record<string, (name: string, version: string) => string>> = {
  npm: (n, v) => `npm install --global ${psWord(`${n}@${v}`)}`,
  PyPI: (n, v) => `py -m pip install --upgrade ${psWord(`${n}>=${v}`)}`,
  NuGet: (n, v) => `dotnet add package ${psWord(n)} --version ${psWord(v)}`,
};
const WINDOWS_UPDATE: FixCommand = {
  id: "windows-update",
  title: "Windows Update (module PSWindowsUpdate)",
  language: "powershell",
  text: "Install-WindowsUpdate -MicrosoftUpdate -AcceptAll",
};

const languageCommands = (base: string, name: string, version: string): FixCommand[] => {
  const ways = (WAYS[base] ?? []).map(([id, title, line]): FixCommand => ({
    id,
    title,
    language: "sh",
    text: line(name, version),
  }));
  const powershell = POWERSHELL[base]?.(name, version);
  const module = ANSIBLE[base]?.(name, version);
  const say = yamlText(`Upgrade ${name} to ${version}`);
  return [
    ...ways,
    ...(powershell === undefined
      ? []
      : [{ id: "powershell", title: "PowerShell", language: "powershell", text: powershell } as const]),
    ...(module === undefined
      ? []
      : [
          {
            id: "ansible",
            title: "Ansible task",
            language: "yaml",
            text: [`- name: ${say}`, ...module.map((line) => `  ${line}`)].join("\n"),
          } as const,
        ]),
  ];
};

/**
 * The commands that carry a fix out, the most usual first; none where no fixed version exists, nothing is known of the ecosystem, or
 * a name or version could do harm in a shell.
 */
export const fixCommands = (target: FixTarget): FixCommand[] => {
  const { ecosystem, name, fixedIn, installed } = target;
  if (fixedIn === null || !mayStand(name) || !mayStand(fixedIn) || !installed.every(mayStand)) return [];
  const base = baseEcosystem(ecosystem);
  if (base === "Microsoft" || base === "Windows") return [WINDOWS_UPDATE];
  if (base === "Go" && name === "stdlib") {
    return [{ id: "go", title: "Go", language: "sh", text: `go get ${shWord(`go@${fixedIn}`)} && go mod tidy` }];
  }
  const ofLanguage = languageCommands(base, name, fixedIn);
  return ofLanguage.length > 0 ? ofLanguage : systemCommands(target, schemeFor(ecosystem)?.id === "rpm");
};

/** What can be done where no fixed version exists, for a person. */
export const alternativesOf = ({ ecosystem, name }: Pick<FixTarget, "ecosystem" | "name">): string[] => {
  const isLanguage = WAYS[baseEcosystem(ecosystem)] !== undefined;
  return [
    isLanguage
      ? `Replace ${name} by a package that is maintained, or leave it out where nothing needs it.`
      : `Remove ${name} where nothing needs it: what is not installed cannot be exploited.`,
    isLanguage
      ? "Look whether the weak function is called at all; where it is not, decide “not affected” with that reason."
      : "Look whether a newer release of the system has the fix; this release's maintainers may have said that they will not fix it.",
    "Reduce who reaches it: close the port, filter in front of it, or switch the feature off.",
    "Defer it with a decision that ends on a day: it comes back then, or when it gets worse.",
  ];
};
