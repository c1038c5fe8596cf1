/** OSV's public bucket (https://google.github.io/osv.dev/data/). */
export const OSV_BUCKET = "https://osv-vulnerabilities.storage.googleapis.com";

/** The ecosystems that inventories can hold: only these are fetched from the public bucket. */
export const COVERED_ECOSYSTEMS: readonly string[] = [
  "AlmaLinux",
  "Alpine",
  "Azure Linux",
  "Chainguard",
  "Debian",
  "Go",
  "Hex",
  "Mageia",
  "Maven",
  "NuGet",
  "Packagist",
  "Pub",
  "PyPI",
  "Red Hat",
  "Rocky Linux",
  "RubyGems",
  "SUSE",
  "SwiftURL",
  "Ubuntu",
  "Wolfi",
  "crates.io",
  "npm",
  "openEuler",
  "openSUSE",
];
