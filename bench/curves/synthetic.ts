import type { AdvisoryRecord } from "@zerotrace/core";
import type { Judged } from "../match/lists.ts";
import { createRandom } from "../random.ts";

/** Ranges of a record, and packages for so many ranges, as in the OSV data. */
const RANGES_A_RECORD = 3;
const RANGES_A_PACKAGE = 9;
/** How unevenly ranges fall on packages: with 100,000 ranges and more a kernel has some two of a hundred. */
const UNEVEN_RANGES = 3;
/** How unevenly components fall on them: with 100,000 ranges and more a kernel is some three of a thousand. */
const UNEVEN_COMPONENTS = 2;
const ECOSYSTEMS = ["Debian:12", "Debian:13", "Ubuntu:24.04", "AlmaLinux:9", "npm", "PyPI", "Go", "crates.io"] as const;
/** Share of components that no advisory speaks of. */
const UNKNOWN_SHARE = 0.6;

const versionOf = (ecosystem: string, random: () => number): string => {
  const part = (below: number): number => Math.floor(random() * below);
  const upstream = `${part(12)}.${part(40)}.${part(30)}`;
  return /:/.test(ecosystem) ? `${upstream}-${part(9)}${ecosystem.startsWith("Alma") ? ".el9" : ""}` : upstream;
};

/** A package by its rank: low ranks hold most ranges, as kernels and browsers do. */
const packageAt = (rank: number): { ecosystem: string; name: string } => {
  const ecosystem = ECOSYSTEMS[rank % ECOSYSTEMS.length] as string;
  return { ecosystem, name: `package-${rank.toString(36)}` };
};

const rankOf = (packageCount: number, random: () => number, unevenness: number): number =>
  Math.floor(packageCount * random() ** unevenness);

/** Records with so many ranges together. The same for the same count. */
export function* syntheticRecords(rangeCount: number): Generator<AdvisoryRecord> {
  const random = createRandom(rangeCount);
  const packageCount = Math.ceil(rangeCount / RANGES_A_PACKAGE);
  for (let made = 0, n = 0; made < rangeCount; made += RANGES_A_RECORD, n += 1) {
    const cve = `CVE-${2010 + (n % 16)}-${10_000 + n}`;
    const affected = Array.from({ length: Math.min(RANGES_A_RECORD, rangeCount - made) }, () => {
      const { ecosystem, name } = packageAt(rankOf(packageCount, random, UNEVEN_RANGES));
      const range = { introduced: "0", fixed: versionOf(ecosystem, random), lastAffected: null };
      return { ecosystem, name, ranges: [range], versions: [], urgency: "" };
    });
    yield {
      id: `SYN-${cve}`,
      aliases: [],
      upstream: [cve],
      summary: `A weakness of ${affected[0]?.name}`,
      origin: "",
      severity: { vectors: ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"], label: "" },
      publishedAt: "2026-01-01T00:00:00Z",
      modifiedAt: "2026-01-02T00:00:00Z",
      withdrawnAt: null,
      affected,
    };
  }
}

/** Components of the packages of so many ranges, at any version, and of packages that nobody speaks of. */
export const syntheticComponents = (rangeCount: number, count: number): Judged[] => {
  const random = createRandom(count);
  const packageCount = Math.ceil(rangeCount / RANGES_A_PACKAGE);
  return Array.from({ length: count }, (_, i) => {
    const { ecosystem, name } = packageAt(rankOf(packageCount, random, UNEVEN_COMPONENTS));
    const version = versionOf(ecosystem, random);
    return { ecosystem, name: random() < UNKNOWN_SHARE ? `other-${i.toString(36)}` : name, version };
  });
};
