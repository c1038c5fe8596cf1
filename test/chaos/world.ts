import type { Component } from "@zerotrace/core";
import { type OsvRecord, record, writeFeeds } from "../support/live.ts";

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export type Random = () => number;
export const pick = (random: Random, below: number): number => Math.floor(random() * below);

const PACKAGES = { dpkg: 300, npm: 120 } as const;
export type SourceName = keyof typeof PACKAGES;
export const SOURCES = Object.keys(PACKAGES) as SourceName[];
/** Versions are 1.0 to 1.7: that the order of advisories and versions can be told without any of the server's code. */
const VERSIONS = 8;
const ECOSYSTEM = { dpkg: "Debian:12", npm: "npm" } as const;

const versionText = (source: SourceName, minor: number): string =>
  source === "dpkg" ? `1.${minor}-1` : `1.${minor}.0`;

/** Minor version by package number. */
export type Installed = Record<SourceName, Map<number, number>>;

export const firstInstall = (random: Random): Installed => {
  const choose = (source: SourceName, share: number): Map<number, number> => {
    const chosen = new Map<number, number>();
    for (let p = 0; p < PACKAGES[source]; p += 1) if (random() < share) chosen.set(p, pick(random, VERSIONS));
    return chosen;
  };
  return { dpkg: choose("dpkg", 0.4), npm: choose("npm", 0.3) };
};

/** Upgrades, adds or removes a few packages. */
export const change = (random: Random, installed: Installed): void => {
  for (let i = pick(random, 6); i >= 0; i -= 1) {
    const source: SourceName = random() < 0.7 ? "dpkg" : "npm";
    const p = pick(random, PACKAGES[source]);
    if (random() < 0.3) installed[source].delete(p);
    else installed[source].set(p, pick(random, VERSIONS));
  }
};

export const componentsIn = (source: SourceName, installed: ReadonlyMap<number, number>): Component[] =>
  [...installed].map(([p, minor]) => {
    const version = versionText(source, minor);
    const name = `${source}-pkg-${p}`;
    if (source === "npm") return { ecosystem: ECOSYSTEM.npm, name, version };
    return { ecosystem: ECOSYSTEM.dpkg, name: `lib${name}`, version, arch: "amd64", source: { name, version } };
  });

/** One weakness: package `p` of a source is affected below `fixed`, or in all versions when that is null. */
export interface Weakness {
  readonly id: string;
  readonly source: SourceName;
  readonly package: number;
  readonly fixed: number | null;
}

/** About one weakness for every second package, and some with two. A generation moves some fixes and withdraws others. */
export const weaknessesOf = (random: Random): Weakness[] =>
  SOURCES.flatMap((source, s) =>
    Array.from({ length: PACKAGES[source] }, (_, p) =>
      Array.from({ length: pick(random, 3) }, (_x, i) => ({
        id: `CVE-2026-${1_000_000 + s * 100_000 + p * 10 + i}`,
        source,
        package: p,
        fixed: random() < 0.1 ? null : 1 + pick(random, VERSIONS - 1),
      })),
    ).flat(),
  );

/** Writes the weaknesses in two forms each for npm: a CVE's alias must not make a second finding. */
export const writeWorld = async (folder: string, weaknesses: readonly Weakness[]): Promise<void> => {
  const of = (source: SourceName): OsvRecord[] =>
    weaknesses
      .filter((w) => w.source === source)
      .flatMap((w) => {
        const fixed = w.fixed === null ? null : versionText(source, w.fixed);
        const name = `${source}-pkg-${w.package}`;
        const first = record(w.id, ECOSYSTEM[source], name, fixed);
        if (source === "dpkg") return [first];
        const other = record(`GHSA-${w.id.slice(-7)}`, ECOSYSTEM[source], name, fixed, { aliases: [w.id] });
        return [first, other];
      });
  await writeFeeds(folder, { Debian: of("dpkg"), npm: of("npm") });
};

export const keyOf = (c: Component): string => `${c.ecosystem} ${c.name} ${c.version}`;

/** `component advisory` -> number of hosts, computed from what the hosts have and the weaknesses alone. */
export const expectedFindings = (hosts: readonly Installed[], weaknesses: readonly Weakness[]): Map<string, number> => {
  const byPackage = Map.groupBy(weaknesses, (w) => `${w.source} ${w.package}`);
  const expected = new Map<string, number>();
  for (const host of hosts) {
    for (const source of SOURCES) {
      for (const [p, minor] of host[source]) {
        const [component] = componentsIn(source, new Map([[p, minor]]));
        for (const w of byPackage.get(`${source} ${p}`) ?? []) {
          if (w.fixed !== null && minor >= w.fixed) continue;
          const key = `${keyOf(component as Component)} ${w.id}`;
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
      }
    }
  }
  return expected;
};
