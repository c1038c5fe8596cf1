import type { Component } from "@zerotrace/core";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { debian, npm, type OsvRecord, record } from "./live.ts";

const DAY_MS = 86_400_000;
const cvss = (score: string) => ({ severity: [{ type: "CVSS_V3", score }] });
const WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H";
const BAD = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
const MIDDLE = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N";
const MILD = "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N";

/** The time so many days before now, ISO. */
export const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

const told = (score: string, summary: string, days: number, more: object = {}) => ({
  ...cvss(score),
  summary,
  published: daysAgo(days),
  modified: daysAgo(Math.min(days, 0.2)),
  ...more,
});
const deb = (id: string, source: string, fixed: string | null, more: Readonly<Record<string, unknown>>): OsvRecord =>
  record(id, "Debian:12", source, fixed, more);

/** Advisories of every severity, most with a fix. */
export const FEEDS: Readonly<Record<string, readonly OsvRecord[]>> = {
  Debian: [
    deb(
      "CVE-2026-1001",
      "openssl",
      "3.0.17-1",
      told(WORST, "openssl: a crafted certificate runs code before it is verified", 9),
    ),
    deb(
      "CVE-2026-1002",
      "curl",
      "7.88.1-10+deb12u9",
      told(BAD, "curl: cookies are sent to another host after a redirect", 20),
    ),
    deb("CVE-2026-1003", "systemd", null, told(MILD, "systemd: a local user reads parts of a core dump", 60)),
    deb("CVE-2026-1005", "openssl", "3.0.16-1", told(BAD, "openssl: a long session ticket is read out of bounds", 31)),
    deb(
      "CVE-2026-1006",
      "postgresql-15",
      "15.8-0+deb12u1",
      told(MIDDLE, "postgresql: row security is not applied to a view", 14),
    ),
    deb(
      "CVE-2026-1007",
      "nginx",
      "1.22.1-9+deb12u1",
      told(BAD, "nginx: memory of another request is sent in HTTP/3", 4),
    ),
    deb("CVE-2026-1008", "linux", "6.1.112-1", told(MIDDLE, "linux: a crafted packet ends the network of a host", 40)),
    deb("CVE-2026-1011", "zlib", "1.3.1-1", told(BAD, "zlib: a crafted archive is read out of bounds", 12)),
    deb("CVE-2026-1009", "expat", "2.5.0-1+deb12u1", told(WORST, "expat: a nested document runs code", 2)),
  ],
  npm: [
    record("GHSA-aaaa-bbbb-cccc", "npm", "lodash", "4.17.21", {
      ...told(BAD, "Prototype pollution in lodash", 90),
      aliases: ["CVE-2026-1004"],
    }),
    record("GHSA-dddd-eeee-ffff", "npm", "express", "4.19.2", {
      ...told(MIDDLE, "Open redirect in express", 25),
      aliases: ["CVE-2026-1010"],
    }),
  ],
};

const KNOWN = {
  catalogVersion: "1",
  vulnerabilities: [{ cveID: "CVE-2026-1001", dateAdded: daysAgo(3).slice(0, 10) }],
};
const SCORES = [
  "CVE-2026-1001,0.91,0.99",
  "CVE-2026-1002,0.12,0.81",
  "CVE-2026-1004,0.34,0.9",
  "CVE-2026-1007,0.05,0.6",
  "CVE-2026-1009,0.47,0.95",
];

/** Writes CISA's catalog and FIRST's scores beside the feeds. */
export const writeRatings = async (folder: string): Promise<void> => {
  for (const name of ["kev", "epss"]) await mkdir(join(folder, name), { recursive: true });
  const kev = { ...KNOWN, dateReleased: daysAgo(0.1), count: KNOWN.vulnerabilities.length };
  await writeFile(join(folder, "kev", "known_exploited_vulnerabilities.json"), JSON.stringify(kev));
  const day = `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
  const lines = [`#model_version:v2025.03.14,score_date:${day}`, "cve,epss,percentile", ...SCORES, ""];
  await writeFile(join(folder, "epss", "epss_scores-current.csv.gz"), gzipSync(lines.join("\n")));
};

const BASE = [
  debian("libssl3", "3.0.11-1", "openssl"),
  debian("openssl", "3.0.11-1"),
  debian("systemd", "252.38-1"),
  debian("bash", "5.2.15-2"),
  debian("libexpat1", "2.5.0-1", "expat"),
];
const WEB = [debian("nginx", "1.22.1-9"), debian("curl", "7.88.1-10")];
const DATABASE = [debian("postgresql-15", "15.3-0+deb12u1")];
const SHOP = [npm("lodash", "4.17.20"), npm("express", "4.18.2"), npm("left-pad", "1.3.0")];

/** Hosts with what is installed on them and their labels. */
export const HOSTS: readonly { name: string; labels: readonly string[]; has: readonly Component[] }[] = [
  { name: "web-1.berlin.example", labels: ["prod", "web", "site:berlin"], has: [...BASE, ...WEB] },
  { name: "web-2.berlin.example", labels: ["prod", "web", "site:berlin"], has: [...BASE, ...WEB, ...SHOP] },
  { name: "web-3.lisbon.example", labels: ["prod", "web", "site:lisbon"], has: [...BASE, ...WEB] },
  { name: "db-1.lisbon.example", labels: ["prod", "db", "site:lisbon"], has: [...BASE, ...DATABASE] },
  { name: "db-2.lisbon.example", labels: ["prod", "db", "site:lisbon"], has: [...BASE, ...DATABASE] },
  {
    name: "build-1.example",
    labels: ["lab"],
    has: [...BASE, debian("linux-image-amd64", "6.1.99-1", "linux"), debian("zlib1g", "1.2.13-1", "zlib"), ...SHOP],
  },
];
/** What is upgraded on the last host before it reports again. */
const NEWER: Readonly<Record<string, Component>> = {
  libexpat1: debian("libexpat1", "2.5.0-1+deb12u1", "expat"),
  zlib1g: debian("zlib1g", "1.3.1-1", "zlib"),
};
/** The same with two packages upgraded. */
export const upgraded = (all: readonly Component[]): Component[] => all.map((one) => NEWER[one.name] ?? one);
