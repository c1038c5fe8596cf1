import { apk } from "./apk.ts";
import { dpkg } from "./dpkg.ts";
import { pep440 } from "./pep440.ts";
import { rpm } from "./rpm.ts";
import { rubygems } from "./rubygems.ts";
import type { VersionScheme } from "./scheme.ts";
import { semver } from "./semver.ts";

export { compareKeys, MAX_VERSION_CHARS } from "./key.ts";

/** Every version scheme, by id. A test asserts that this list is the folder. */
export const SCHEMES: readonly VersionScheme[] = [apk, dpkg, pep440, rpm, rubygems, semver];

/**
 * OSV's ecosystems, and two of ours, whose order is exactly that of the scheme. Left out on purpose: Pub and
 * Julia, which give build metadata a place in the order.
 */
const SCHEME_OF_ECOSYSTEM: ReadonlyMap<string, VersionScheme> = new Map(
  [
    { scheme: apk, ecosystems: ["Alpaquita", "Alpine", "Chainguard", "Wolfi"] },
    { scheme: dpkg, ecosystems: ["Debian", "Ubuntu"] },
    { scheme: pep440, ecosystems: ["PyPI"] },
    {
      scheme: rpm,
      ecosystems: [
        "AlmaLinux",
        "Amazon Linux",
        "Azure Linux",
        "Mageia",
        "Oracle Linux",
        "Photon OS",
        "Red Hat",
        "Rocky Linux",
        "SUSE",
        "openEuler",
        "openSUSE",
      ],
    },
    { scheme: rubygems, ecosystems: ["RubyGems"] },
    { scheme: semver, ecosystems: ["Bitnami", "GitHub Actions", "Go", "Hex", "SwiftURL", "crates.io", "npm"] },
  ].flatMap(({ scheme, ecosystems }) => ecosystems.map((ecosystem) => [ecosystem, scheme] as const)),
);

/**
 * The scheme that orders an OSV ecosystem, with or without its release (`Debian:12`, `Red Hat:rhel_9::baseos`).
 * Undefined where no scheme is known: then only exact lists of versions can judge. Names are case-sensitive.
 */
export function schemeFor(ecosystem: string): VersionScheme | undefined {
  const colon = ecosystem.indexOf(":");
  return SCHEME_OF_ECOSYSTEM.get(colon < 0 ? ecosystem : ecosystem.slice(0, colon));
}
