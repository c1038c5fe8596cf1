import type { Component } from "@zerotrace/core";
import { createRandom } from "../random.ts";

/** Packages of one ecosystem, few of which are everywhere and many of which are rare. */
export interface Pool {
  readonly source: "dpkg" | "npm-global" | "python-site" | "java";
  readonly ecosystem: string;
  readonly packages: number;
  readonly versions: number;
  /** A host has between these many of it, and `base` of them are the same on every host. */
  readonly least: number;
  readonly most: number;
  readonly base: number;
  /** The share of hosts that has any of it. */
  readonly share: number;
}

const systemPool = (ecosystem: string, share: number): Pool => {
  const packages = { packages: 3_600, versions: 8 };
  return { source: "dpkg", ecosystem, ...packages, least: 280, most: 1_100, base: 180, share };
};

/** A host has one of these. */
export const SYSTEMS: readonly Pool[] = [
  systemPool("Debian:12", 0.4),
  systemPool("Debian:11", 0.15),
  systemPool("Ubuntu:22.04:LTS", 0.3),
  systemPool("Ubuntu:24.04:LTS", 0.15),
];
/** And some of these. */
export const LANGUAGES: readonly Pool[] = [
  { source: "npm-global", ecosystem: "npm", packages: 7_000, versions: 6, least: 20, most: 350, base: 15, share: 0.7 },
  { source: "python-site", ecosystem: "PyPI", packages: 3_500, versions: 6, least: 10, most: 200, base: 8, share: 0.7 },
  { source: "java", ecosystem: "Maven", packages: 2_000, versions: 6, least: 10, most: 120, base: 4, share: 0.35 },
];

const STEMS =
  "ssl,curl,xml,png,zip,http,json,log,auth,crypt,mail,dns,ftp,git,perl,ruby,font,audio,video,image,cache".split(",");
const STEMS_2 = "core,utils,common,dev,data,tools,client,server,parser,runtime,compat,extra,base,plugin,bin".split(",");
const WELL_KNOWN: Readonly<Record<string, readonly string[]>> = {
  dpkg: ["linux", "openssl", "glibc", "systemd", "curl", "ffmpeg", "imagemagick", "qemu", "vim", "sudo", "bash"],
  "npm-global": ["lodash", "express", "minimist", "axios", "react"],
  "python-site": ["requests", "django", "urllib3", "numpy", "jinja2"],
  java: [
    "org.apache.logging.log4j:log4j-core",
    "org.apache.logging.log4j:log4j-api",
    "org.springframework:spring-core",
    "com.fasterxml.jackson.core:jackson-databind",
  ],
};

const word = (n: number): string => `${STEMS[n % STEMS.length]}-${STEMS_2[(n * 7) % STEMS_2.length]}`;

/** Name of the package whose advisories judge package `n` of a pool; three binaries of dpkg share one. */
export const sourceName = (pool: Pool, n: number): string => {
  const place = pool.source === "dpkg" ? Math.floor(n / 3) : n;
  const known = WELL_KNOWN[pool.source]?.[place];
  if (known !== undefined) return known;
  return pool.source === "java" ? `org.example.${word(place)}:${word(place)}-${place}` : `${word(place)}-${place}`;
};

const packageName = (pool: Pool, n: number): string =>
  pool.source === "dpkg"
    ? `${["lib", "", ""][n % 3]}${sourceName(pool, n)}${["", "", "-doc"][n % 3]}`
    : sourceName(pool, n);

/** The version of a pool's package at a patch level; one that is never installed is fixed at `pool.versions` and above. */
export const versionOf = (pool: Pool, n: number, level: number): string =>
  pool.source === "dpkg" ? `${1 + (n % 9)}.${n % 20}.${level}-1+deb12u${level}` : `${1 + (n % 5)}.${n % 20}.${level}`;

/** The first level that is installed anywhere; of those before it nothing is left but findings that were fixed. */
export const FIRST_LEVEL = 1;

const componentOf = (pool: Pool, n: number, level: number): Component => {
  const place = pool.source === "dpkg" ? Math.floor(n / 3) * 3 : n;
  const version = versionOf(pool, place, level);
  const own = { ecosystem: pool.ecosystem, name: packageName(pool, n), version };
  if (pool.source !== "dpkg") return own;
  return { ...own, arch: "amd64", source: { name: sourceName(pool, n), version } };
};

/** Every component that the fleet ever had: by pool, package and level. */
export const dictionaryOf = (): { pool: Pool; place: number; component: Component }[] =>
  [...SYSTEMS, ...LANGUAGES].flatMap((pool) =>
    Array.from({ length: pool.packages * pool.versions }, (_, place) => ({
      pool,
      place,
      component: componentOf(pool, Math.floor(place / pool.versions), place % pool.versions),
    })),
  );

/** What a host has of a pool, as places in that pool's part of the dictionary. */
const partOf = (pool: Pool, random: () => number): number[] => {
  const level = FIRST_LEVEL + Math.floor(random() * (pool.versions - FIRST_LEVEL));
  const count = Math.floor(pool.least + (pool.most - pool.least) * random());
  const chosen = new Set(Array.from({ length: pool.base }, (_, i) => i));
  while (chosen.size < count) chosen.add(pool.base + Math.floor((pool.packages - pool.base) * random() ** 1.7));
  return [...chosen].map((n) => {
    const own = random() < 0.8 ? level : FIRST_LEVEL + Math.floor(random() * (pool.versions - FIRST_LEVEL));
    return n * pool.versions + own;
  });
};

export interface Host {
  readonly name: string;
  readonly system: Pool;
  readonly labels: readonly string[];
  readonly parts: readonly { readonly pool: Pool; readonly places: readonly number[] }[];
}

const ROLES = ["web", "db", "cache", "ci", "mail", "build", "proxy", "batch"];
const SITES = ["berlin", "lisbon", "oslo", "austin", "osaka"];

/** Host `n` of the fleet: the same for the same number and seed. About 300 to 1,600 components. */
export const hostOf = (n: number, seed: number): Host => {
  const random = createRandom(seed * 1_000_003 + n);
  let left = random();
  const system = SYSTEMS.find((pool) => (left -= pool.share) < 0) ?? SYSTEMS[0]!;
  const languages = LANGUAGES.filter((pool) => random() < pool.share);
  const role = ROLES[Math.floor(random() * ROLES.length)]!;
  const site = SITES[Math.floor(random() * SITES.length)]!;
  return {
    name: `${role}-${String(n).padStart(5, "0")}.${site}.example`,
    system,
    labels: [random() < 0.3 ? "prod" : random() < 0.5 ? "staging" : "lab", `site:${site}`, `role:${role}`].sort(),
    parts: [system, ...languages].map((pool) => ({ pool, places: partOf(pool, random) })),
  };
};
