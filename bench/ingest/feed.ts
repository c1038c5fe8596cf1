import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipOf } from "../../packages/plugins/src/feeds/fixtures.ts";
import { type Pool, POOLS, sourceName } from "./fleet.ts";

/** Every so many packages of a pool have advisories; each has this many. */
const EVERY = 6;
const EACH = 4;

/** How a feed differs from the one that is written otherwise. */
export interface FeedShape {
  /** So many records of packages of the fleet say something else: a third a later fix, a third another severity, a third are new. */
  readonly changed?: number;
  /** So many records about packages that no host has. */
  readonly others?: number;
  /** Advisories of each package that has some; 4 when not given. A version is affected by those fixed after it. */
  readonly each?: number;
}

const HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
/** Records of packages that no host has, for each of which this many are written. */
const OTHERS_EACH = 5;

const recordOf = (id: string, ecosystem: string, name: string, said: { fixed: string; vector: string }) => ({
  name: `${id}.json`,
  bytes: Buffer.from(
    JSON.stringify({
      id,
      modified: "2026-01-01T00:00:00Z",
      summary: `A weakness of ${name} that was made up for a bench`,
      severity: [{ type: "CVSS_V3", score: said.vector }],
      affected: [
        {
          package: { ecosystem, name },
          ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: said.fixed }] }],
        },
      ],
    }),
  ),
});

/**
 * Writes a feed in the layout of OSV's bucket about the packages of the fleet: one package in six has four advisories (or
 * `each`), of which a version is affected by none to all. Answers how many records.
 */
export const writeFeed = (folder: string, { changed = 0, others = 0, each = EACH }: FeedShape = {}): number => {
  let count = 0;
  let left = changed;
  const every = Math.max(1, Math.floor((packagesOfFleet() * each) / Math.max(1, changed)));
  for (const pool of POOLS) {
    const { ecosystem } = pool;
    const files = [];
    for (const { n, name } of namesOf(pool)) {
      for (let v = 0; v < each; v += 1) {
        count += 1;
        const id = `CVE-2025-${10_000 + count}`;
        const way = left > 0 && count % every === 0 ? (left-- % 3) + 1 : 0;
        const fixed = fixedIn(pool, n, way === 1 ? v + 1 : v);
        files.push(recordOf(id, ecosystem, name, { fixed, vector: way === 2 ? LOW : HIGH }));
        if (way !== 3) continue;
        files.push(recordOf(`CVE-2026-${10_000 + count}`, ecosystem, name, { fixed, vector: LOW }));
      }
    }
    for (let i = 0; i < others / POOLS.length; i += 1) {
      const id = `CVE-2024-${100_000 + Math.round(i * POOLS.length + POOLS.indexOf(pool))}`;
      const fixed = fixedIn(pool, i, i % OTHERS_EACH);
      files.push(recordOf(id, ecosystem, `nobody-has-${Math.floor(i / OTHERS_EACH)}`, { fixed, vector: HIGH }));
    }
    const directory = join(folder, ecosystem.split(":")[0] as string);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "all.zip"), zipOf(files));
  }
  return count;
};

const fixedIn = (pool: Pool, n: number, v: number): string =>
  pool.source === "dpkg" ? `1.${n % 20}.${v}-1+deb12u${v}` : `${1 + (n % 5)}.${n % 20}.${v}`;

/** Packages that have advisories. */
const namesOf = (pool: Pool): { n: number; name: string }[] => {
  const sources = new Set<string>();
  const chosen = [];
  for (let n = 0; n < pool.packages; n += 1) {
    const name = sourceName(pool, n);
    if (sources.has(name)) continue;
    sources.add(name);
    if (sources.size % EVERY === 0) chosen.push({ n, name });
  }
  return chosen;
};

const packagesOfFleet = (): number => POOLS.reduce((sum, pool) => sum + namesOf(pool).length, 0);
