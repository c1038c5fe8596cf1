import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipOf } from "../../packages/plugins/src/feeds/fixtures.ts";
import { POOLS, sourceName } from "./fleet.ts";

/** Every so many packages of a pool have advisories; each has this many. */
const EVERY = 6;
const EACH = 4;

/**
 * Writes a feed in the layout of OSV's bucket about the packages of the fleet: one package in six has four advisories, of
 * which a version is affected by none to four. Answers how many records.
 */
export const writeFeed = (folder: string): number => {
  let count = 0;
  for (const pool of POOLS) {
    const files = [];
    const sources = new Set<string>();
    for (let n = 0; n < pool.packages; n += 1) {
      const name = sourceName(pool, n);
      if (sources.has(name)) continue;
      sources.add(name);
      if (sources.size % EVERY !== 0) continue;
      for (let v = 0; v < EACH; v += 1) {
        count += 1;
        const fixed = pool.source === "dpkg" ? `1.${n % 20}.${v}-1+deb12u${v}` : `${1 + (n % 5)}.${n % 20}.${v}`;
        const id = `CVE-2025-${10_000 + count}`;
        const record = {
          id,
          modified: "2026-01-01T00:00:00Z",
          summary: `A weakness of ${name} that was made up for a bench`,
          severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
          affected: [
            {
              package: { ecosystem: pool.ecosystem, name },
              ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
            },
          ],
        };
        files.push({ name: `${id}.json`, bytes: Buffer.from(JSON.stringify(record)) });
      }
    }
    const directory = join(folder, pool.ecosystem.split(":")[0] as string);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "all.zip"), zipOf(files));
  }
  return count;
};
