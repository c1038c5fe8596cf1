import { baseEcosystem } from "../component/ecosystem.ts";
import { alpm } from "./alpm.ts";
import { apk } from "./apk.ts";
import { bitnami } from "./bitnami.ts";
import { composerNormalized } from "./composer-normalized.ts";
import { conan } from "./conan.ts";
import { cpe } from "./cpe.ts";
import { cran } from "./cran.ts";
import { datetime } from "./datetime.ts";
import { dpkg } from "./dpkg.ts";
import { freebsd } from "./freebsd.ts";
import { gentoo } from "./gentoo.ts";
import { hackage } from "./hackage.ts";
import { homebrew } from "./homebrew.ts";
import { julia } from "./julia.ts";
import { lexicographic } from "./lexicographic.ts";
import { maven } from "./maven.ts";
import { nuget } from "./nuget.ts";
import { opam } from "./opam.ts";
import { openssl } from "./openssl.ts";
import { packagist } from "./packagist.ts";
import { pep440 } from "./pep440.ts";
import { pub } from "./pub.ts";
import { rpm } from "./rpm.ts";
import { rubygems } from "./rubygems.ts";
import type { VersionScheme } from "./scheme.ts";
import { semver } from "./semver.ts";

export { compareKeys, MAX_VERSION_CHARS } from "./key.ts";

/** Every version scheme, by id. A test asserts that this list is the folder. */
export const SCHEMES: readonly VersionScheme[] = [
  alpm,
  apk,
  bitnami,
  composerNormalized,
  conan,
  cpe,
  cran,
  datetime,
  dpkg,
  freebsd,
  gentoo,
  hackage,
  homebrew,
  julia,
  lexicographic,
  maven,
  nuget,
  opam,
  openssl,
  packagist,
  pep440,
  pub,
  rpm,
  rubygems,
  semver,
];

/** OSV's ecosystems, and some that OSV does not list, by the scheme that orders them. */
const SCHEME_OF_ECOSYSTEM: ReadonlyMap<string, VersionScheme> = new Map(
  [
    { scheme: alpm, ecosystems: ["Arch Linux"] },
    {
      scheme: apk,
      ecosystems: [
        "Alpaquita",
        "Alpine",
        "BellSoft Hardened Containers",
        "Chainguard",
        "CleanStart",
        "MinimOS",
        "Wolfi",
      ],
    },
    { scheme: bitnami, ecosystems: ["Bitnami"] },
    { scheme: conan, ecosystems: ["ConanCenter"] },
    { scheme: cpe, ecosystems: ["CPE", "Linux"] },
    { scheme: cran, ecosystems: ["Bioconductor", "CRAN"] },
    { scheme: dpkg, ecosystems: ["Debian", "Echo", "Ubuntu"] },
    { scheme: freebsd, ecosystems: ["FreeBSD"] },
    { scheme: gentoo, ecosystems: ["Gentoo"] },
    { scheme: hackage, ecosystems: ["Hackage"] },
    { scheme: homebrew, ecosystems: ["Homebrew"] },
    { scheme: julia, ecosystems: ["Julia"] },
    { scheme: maven, ecosystems: ["Maven"] },
    { scheme: nuget, ecosystems: ["NuGet"] },
    { scheme: opam, ecosystems: ["opam"] },
    { scheme: composerNormalized, ecosystems: ["Packagist"] },
    { scheme: pub, ecosystems: ["Pub"] },
    { scheme: pep440, ecosystems: ["PyPI"] },
    {
      scheme: rpm,
      ecosystems: [
        "AlmaLinux",
        "Amazon Linux",
        "Azure Linux",
        "Fedora",
        "Mageia",
        // Systems themselves, by os-release's VERSION_ID: dotted numbers, with marks such as 3.21_alpha20240923.
        "OS",
        "Oracle Linux",
        "Photon OS",
        "Red Hat",
        "Rocky Linux",
        "SUSE",
        // Builds such as 10.0.22631.4317: dotted numbers as well.
        "Windows",
        "openEuler",
        "openSUSE",
      ],
    },
    { scheme: rubygems, ecosystems: ["CocoaPods", "RubyGems"] },
    {
      scheme: semver,
      ecosystems: ["GHC", "GitHub Actions", "Go", "Hex", "Kubernetes", "SwiftURL", "VSCode", "crates.io", "npm"],
    },
  ].flatMap(({ scheme, ecosystems }) => ecosystems.map((ecosystem) => [ecosystem, scheme] as const)),
);

/** Vendors that rebuild packages of other ecosystems, which stand after their own name: `Root:Alpine:3.18`. */
const REBUILDERS: ReadonlySet<string> = new Set(["Docker Hardened Images", "Echo", "Root", "Seal", "TuxCare"]);

/** OSV's ecosystems without an order, and why: only exact lists of versions can judge there. */
export const UNORDERED_ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ["Android", "its records name releases and patch levels together (12:2021-10-01), which no rule orders"],
  ["Docker Hardened Images", "its packages follow the ecosystem after its name (Docker Hardened Images:Debian:trixie)"],
  ["GIT", "its records name commits, whose order is the history of a repository"],
  ["OSS-Fuzz", "its records name commits and whatever tags a project makes"],
  ["Root", "its packages follow the ecosystem after its name (Root:Alpine:3.18)"],
  ["Seal", "its packages follow the ecosystem after its name (Seal:Maven)"],
  ["TuxCare", "its packages follow the ecosystem after its name (TuxCare:npm)"],
]);

/**
 * Other words for schemes, in lower case: types of package URLs, package managers and distributions as people write them. `npm` and
 * the like are ecosystems already.
 */
const SCHEME_OF_WORD: ReadonlyMap<string, VersionScheme> = new Map(
  [
    { scheme: alpm, words: ["arch", "pacman"] },
    { scheme: dpkg, words: ["deb"] },
    { scheme: packagist, words: ["composer", "php"] },
    { scheme: pep440, words: ["python"] },
    { scheme: rpm, words: ["amazon", "redhat", "rhel", "rocky"] },
    { scheme: rubygems, words: ["gem", "ruby"] },
    { scheme: semver, words: ["cargo", "github", "golang", "swift"] },
  ].flatMap(({ scheme, words }) => words.map((word) => [word, scheme] as const)),
);

/**
 * The scheme that a person names: by its id, as an ecosystem, or by another usual word, in any case. For what people type; data is
 * asked with `schemeFor`. Undefined when nothing has that name.
 */
export function schemeNamed(name: string): VersionScheme | undefined {
  const word = name.toLowerCase();
  const byId = SCHEMES.find(({ id }) => id === word) ?? schemeFor(name);
  if (byId !== undefined || word === "") return byId;
  const base = word.split(":", 1)[0];
  const ecosystem = [...SCHEME_OF_ECOSYSTEM.keys()].find((one) => one.toLowerCase() === base);
  return (ecosystem === undefined ? undefined : SCHEME_OF_ECOSYSTEM.get(ecosystem)) ?? SCHEME_OF_WORD.get(word);
}

/**
 * The scheme that orders an OSV ecosystem, with or without its release (`Debian:12`, `Red Hat:rhel_9::baseos`), or
 * that of the packages a vendor rebuilds (`Root:Alpine:3.18`). Undefined where no scheme is known: then only exact
 * lists of versions can judge. Names are case-sensitive.
 */
export function schemeFor(ecosystem: string): VersionScheme | undefined {
  const base = baseEcosystem(ecosystem);
  const own = SCHEME_OF_ECOSYSTEM.get(base);
  if (base === ecosystem || !REBUILDERS.has(base)) return own;
  const rebuilt = baseEcosystem(ecosystem.slice(base.length + 1));
  // Echo numbers its builds in build metadata (1.2.3+echo.1), to which npm gives no place in the order.
  if (base === "Echo" && rebuilt === "npm") return pub;
  return SCHEME_OF_ECOSYSTEM.get(rebuilt) ?? own;
}
