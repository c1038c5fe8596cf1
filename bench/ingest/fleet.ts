import type { Component } from "@zerotrace/core";
import { createRandom } from "../random.ts";

/** Where components come from: packages of a pool, few of which are everywhere and many of which are rare. */
export interface Pool {
  readonly source: "dpkg" | "npm-global" | "python-site";
  readonly ecosystem: string;
  readonly packages: number;
  readonly versions: number;
  readonly perHost: number;
  /** The first packages, which every host has. */
  readonly base: number;
}

/** 1,000 hosts of these pools have about 18,500 distinct components in 1,000,000: 54 to 1, as measured on real fleets. */
export const POOLS: readonly Pool[] = [
  { source: "dpkg", ecosystem: "Debian:12", packages: 3_700, versions: 4, perHost: 700, base: 350 },
  { source: "npm-global", ecosystem: "npm", packages: 1_200, versions: 3, perHost: 200, base: 60 },
  { source: "python-site", ecosystem: "PyPI", packages: 700, versions: 3, perHost: 100, base: 30 },
];

/** Name of a pool's package. Three binaries of dpkg share a source package. */
export const packageName = (pool: Pool, n: number): string =>
  pool.source === "dpkg" ? `lib${(n * 7919) % 9973}-${n}` : `${pool.source.slice(0, 3)}-${(n * 7919) % 9973}-${n}`;

/** Name of the source package that a dpkg package is built from; for the others their own. */
export const sourceName = (pool: Pool, n: number): string =>
  pool.source === "dpkg" ? `src-${Math.floor(n / 3)}` : packageName(pool, n);

const versionOf = (pool: Pool, n: number, v: number): string =>
  pool.source === "dpkg" ? `1.${n % 20}.${v}-1+deb12u${v}` : `${1 + (n % 5)}.${n % 20}.${v}`;

const componentOf = (pool: Pool, n: number, v: number): Component => ({
  ecosystem: pool.ecosystem,
  name: packageName(pool, n),
  version: versionOf(pool, n, v),
  ...(pool.source === "dpkg"
    ? { arch: "amd64", source: { name: sourceName(pool, n), version: versionOf(pool, n, v) } }
    : {}),
});

/**
 * The components of host `host`, by source, in the order of their names. A host has the base and, of the rest, more of the
 * popular; most of its packages are at its own patch level. `round` raises the level of some packages: the next inventory.
 */
export const hostComponents = (host: number, round = 0): Map<string, Component[]> => {
  const random = createRandom(host + 1);
  const level = Math.floor(random() * 4);
  const bySource = new Map<string, Component[]>();
  for (const pool of POOLS) {
    const chosen = new Set(Array.from({ length: pool.base }, (_, i) => i));
    while (chosen.size < pool.perHost) {
      chosen.add(pool.base + Math.floor((pool.packages - pool.base) * random() ** 1.6));
    }
    const components = [...chosen].map((n) => {
      const own = random() < 0.85 ? level : Math.floor(random() * pool.versions);
      const raised = round > 0 && (n + host) % 50 === round ? 1 : 0;
      return componentOf(pool, n, (own + raised) % pool.versions);
    });
    bySource.set(
      pool.source,
      components.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }
  return bySource;
};

/** Facts of a simulated host. */
export const factsOf = (host: number) => ({
  hostname: `bench-${String(host).padStart(4, "0")}`,
  machineId: `bench-machine-${String(host).padStart(8, "0")}`,
  os: { id: "debian", versionId: "12", codename: "bookworm", prettyName: "Debian 12", ecosystem: "Debian:12" },
  kernel: "6.1.0-30-amd64",
  arch: "x86_64",
  cpuCount: 4,
  memoryBytes: 8_589_934_592,
  bootAt: null,
  timezone: "UTC",
});
