import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipOf } from "../../packages/plugins/src/feeds/fixtures.ts";
import { createRandom } from "../random.ts";
import { LANGUAGES, type Pool, sourceName, SYSTEMS, versionOf } from "./fleet.ts";

const VECTORS: readonly (readonly [number, string | null])[] = [
  [0.06, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"],
  [0.2, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"],
  [0.14, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"],
  [0.25, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N"],
  [0.17, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H"],
  [0.1, "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N"],
  [0.08, null],
];
/** Most advisories of one package: that of the kernel. */
const MOST = 5_200;
const SKEW = 0.85;
/** For so many nobody has published a fix. */
const UNFIXED = 0.45;
/** A package of a language has some this seldom, and so many. */
const LANGUAGE_SHARE = 0.25;
const LANGUAGE_MOST = 9;
const DAY_MS = 86_400_000;
/** The file that says for which day the feeds were written. */
const CATALOG = join("kev", "known_exploited_vulnerabilities.json");
/** OSV's name of all releases of a system. */
const FAMILIES = ["Debian", "Ubuntu"] as const;

interface Said {
  readonly cve: string;
  readonly affected: readonly { ecosystem: string; name: string; fixed: string | null }[];
}

const recordOf = ({ cve, affected }: Said, prefix: string, random: () => number, until: number) => {
  let left = random();
  const vector = VECTORS.find(([share]) => (left -= share) < 0)?.[1] ?? null;
  const published = new Date(until - Math.floor(random() ** 2 * 1_500) * DAY_MS).toISOString();
  return {
    name: `${prefix}${cve}.json`,
    bytes: Buffer.from(
      JSON.stringify({
        id: `${prefix}${cve}`,
        published,
        modified: published,
        ...(prefix === "" ? {} : { upstream: [cve] }),
        summary: `${affected[0]?.name}: a weakness that was made up to measure with`,
        ...(vector === null ? {} : { severity: [{ type: "CVSS_V3", score: vector }] }),
        affected: affected.map(({ ecosystem, name, fixed }) => ({
          package: { ecosystem, name },
          ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === null ? [] : [{ fixed }])] }],
        })),
      }),
    ),
  };
};

const fixOf = (pool: Pool, n: number, random: () => number): string | null =>
  random() < UNFIXED ? null : versionOf(pool, n, 1 + Math.floor(random() * pool.versions));

const systemWeaknesses = (random: () => number): Said[] => {
  const said: Said[] = [];
  const pool = SYSTEMS[0]!;
  for (let place = 0; place < pool.packages / 3; place += 1) {
    // The first are the well known ones; the rest is in an order that has nothing to do with how common a package is.
    const rank = place < 11 ? place : 11 + ((place * 677) % (pool.packages / 3 - 11));
    const count = Math.floor((MOST / (rank + 1) ** SKEW) * (place < 11 ? 1 : 2 * random() ** 1.5));
    for (let i = 0; i < count; i += 1) {
      const n = place * 3;
      const affected = SYSTEMS.map((each) => ({
        ecosystem: each.ecosystem,
        name: sourceName(each, n),
        fixed: fixOf(each, n, random),
      }));
      said.push({ cve: `CVE-${2019 + Math.floor(random() * 7)}-${100_000 + said.length}`, affected });
    }
  }
  return said;
};

const languageWeaknesses = (pool: Pool, from: number, random: () => number): Said[] => {
  const said: Said[] = [];
  for (let n = 0; n < pool.packages; n += 1) {
    if (n > 4 && random() > LANGUAGE_SHARE) continue;
    for (let i = Math.floor(1 + random() ** 2 * LANGUAGE_MOST); i > 0; i -= 1) {
      const fixed = fixOf(pool, n, random);
      const affected = [{ ecosystem: pool.ecosystem, name: sourceName(pool, n), fixed }];
      said.push({ cve: `CVE-${2019 + Math.floor(random() * 7)}-${from + said.length}`, affected });
    }
  }
  return said;
};

/** Scores for all, of which few are high, and a catalog of some that are exploited. */
const writeScores = (folder: string, cves: readonly string[], random: () => number, until: number): void => {
  const scores = cves.map((cve) => {
    const score = random() ** 8 * 0.97 + 0.0002;
    return { cve, score, isExploited: random() < (score > 0.3 ? 0.05 : 0.002) };
  });
  const lines = scores.map(
    ({ cve, score }) => `${cve},${score.toFixed(5)},${Math.min(0.99999, score ** 0.3).toFixed(5)}`,
  );
  const head = `#model_version:v2025.03.14,score_date:${new Date(until).toISOString().slice(0, 19)}Z\ncve,epss,percentile\n`;
  mkdirSync(join(folder, "epss"), { recursive: true });
  writeFileSync(join(folder, "epss", "epss_scores-current.csv.gz"), gzipSync(`${head}${lines.join("\n")}\n`));
  mkdirSync(join(folder, "kev"), { recursive: true });
  const vulnerabilities = scores
    .filter(({ isExploited }) => isExploited)
    .map(({ cve }) => ({
      cveID: cve,
      dateAdded: new Date(until - random() ** 2 * 900 * DAY_MS).toISOString().slice(0, 10),
    }));
  const catalog = { catalogVersion: "1", dateReleased: new Date(until).toISOString(), vulnerabilities };
  writeFileSync(join(folder, CATALOG), JSON.stringify(catalog));
};

const recordsOf = (family: string, systems: readonly Said[], seed: number, until: number) =>
  systems.map(({ cve, affected }, n) => {
    const own = affected.filter(({ ecosystem }) => ecosystem.startsWith(family));
    return recordOf({ cve, affected: own }, `${family.toUpperCase()}-`, createRandom(seed + n), until);
  });

const CHANGED = 500;
/**
 * Writes one system's advisories again, of which 500, spread over packages, say something else: what had no fix has one, and what had one has none.
 * `isBack`: as they were.
 */
export const changeScaleFeed = (folder: string, seed: number, isBack: boolean): void => {
  const { dateReleased } = JSON.parse(readFileSync(join(folder, CATALOG), "utf8")) as { dateReleased: string };
  const until = Date.parse(dateReleased);
  const systems = systemWeaknesses(createRandom(seed + 7));
  const every = Math.floor(systems.length / CHANGED);
  const other = systems.map((said, n) =>
    isBack || n % every !== 0 || n >= every * CHANGED
      ? said
      : { ...said, affected: said.affected.map((one) => ({ ...one, fixed: one.fixed === null ? "9:9" : null })) },
  );
  const [family] = FAMILIES;
  writeFileSync(join(folder, family, "all.zip"), zipOf(recordsOf(family, other, seed, until)));
};

/**
 * Writes the feeds of the fleet: OSV's archives of two systems and three languages, scores and exploited ones. `until` is the day of the
 * newest, in milliseconds since 1970. Answers how many records.
 */
export const writeScaleFeed = (folder: string, seed: number, until: number): number => {
  const random = createRandom(seed + 7);
  const systems = systemWeaknesses(random);
  const cves = systems.map(({ cve }) => cve);
  let count = 0;
  const write = (name: string, files: ReturnType<typeof recordOf>[]): void => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "all.zip"), zipOf(files));
    count += files.length;
  };
  for (const family of FAMILIES) write(family, recordsOf(family, systems, seed, until));
  for (const [i, pool] of LANGUAGES.entries()) {
    const said = languageWeaknesses(pool, 300_000 + i * 100_000, random);
    for (const { cve } of said) cves.push(cve);
    write(
      pool.ecosystem,
      said.map((one) => recordOf(one, "", random, until)),
    );
  }
  writeScores(folder, cves, random, until);
  return count;
};
