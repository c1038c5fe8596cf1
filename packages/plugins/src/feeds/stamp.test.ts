import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { stampOf } from "./stamp.ts";

const base = mkdtempSync(join(tmpdir(), "zt-stamp-"));
const NOW = new Date("2026-03-01T12:00:00Z");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(base, "feed-"));
  mkdirSync(join(folder, "npm"));
  writeFileSync(join(folder, "npm", "all.zip"), "one");
});
afterAll(() => rmSync(base, { recursive: true }));

const stamp = (locations = [folder], reader = "1", now = NOW) => stampOf(locations, reader, now);

test("the same files have the same stamp, whichever way it is asked", async () => {
  expect(await stamp()).toBe(await stamp());
  expect(await stamp([`osv=${folder}`])).toBe(await stamp([`osv=${folder}`]));
  expect(await stamp([folder], "1", new Date("2026-03-01T23:00:00Z"))).toBe(await stamp());
});

test("a changed, new, removed or exchanged file changes it, even with the old size and time", async () => {
  const file = join(folder, "npm", "all.zip");
  const time = new Date("2026-01-01T00:00:00Z");
  utimesSync(file, time, time);
  const stamps = [await stamp()];
  writeFileSync(file, "two");
  utimesSync(file, time, time);
  stamps.push(await stamp());
  writeFileSync(join(folder, "new"), "");
  stamps.push(await stamp());
  writeFileSync(join(folder, "other"), "six");
  utimesSync(join(folder, "other"), time, time);
  renameSync(join(folder, "other"), file);
  stamps.push(await stamp());
  rmSync(join(folder, "new"));
  stamps.push(await stamp());
  expect(new Set(stamps).size).toBe(stamps.length);
  expect(stamps).not.toContain(null);
});

test("another day, reader or list of locations changes it", async () => {
  const other = mkdtempSync(join(base, "feed-"));
  const stamps = [
    await stamp(),
    await stamp([folder], "2"),
    await stamp([folder], "1", new Date("2026-03-02T12:00:00Z")),
    await stamp([folder, other]),
    await stamp([other, folder]),
    await stamp([other]),
  ];
  expect(new Set(stamps).size).toBe(stamps.length);
});

test("what cannot be looked at has none: addresses, mirrors, public sources, folders that are gone, none at all", async () => {
  for (const location of [
    "https://feeds.example/osv",
    "nvd",
    "nvd=https://feeds.example/nvd",
    "debian-archive",
    join(folder, "gone"),
  ]) {
    expect(await stamp([folder, location]), location).toBeNull();
  }
  expect(await stamp([])).toBeNull();
});
