import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { freshFolder } from "../fixtures.ts";
import { NO_GENERATION } from "../generation-compare.ts";
import type { Generation } from "../generation-format.ts";
import { Tally } from "../report.ts";
import { decodeRows, differences, encodeRows, keyOf, rowFor, scoreIn } from "./day.ts";
import { DayOfScores, epssCourse, epssDayOf, epssDays, keepScoresOf } from "./history.ts";

const keep = async (cacheDir: string, day: string, scores: Readonly<Record<string, number>>, days?: number) => {
  const collected = new DayOfScores();
  for (const [id, score] of Object.entries(scores)) collected.add(id, score);
  await collected.keep(cacheDir, day, days);
};

test("a CVE is one number of its own; eight digits and strange years have none", () => {
  const ids = ["CVE-1999-0001", "CVE-2024-1234", "CVE-2026-123456", "CVE-2026-67108863"];
  expect(new Set(ids.map(keyOf)).size).toBe(ids.length);
  expect(ids.map(keyOf)).not.toContain(null);
  for (const id of ["CVE-2026-67108864", "CVE-1989-0001", "CVE-2024-1", "x"]) expect(keyOf(id)).toBeNull();
});

test("any day's file gives back each score of it exactly, and says which day before differed", async () => {
  const random = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const next = random(42);
  const day = () => {
    const rows = new Map<number, number>();
    for (let i = 0; i < 2000; i++) rows.set(Math.floor(next() * 3000) + 2 ** 26, Math.round(next() * 1e5) / 1e5);
    return rows;
  };
  const rowsOf = (of: Map<number, number>) =>
    Float64Array.from([...of].map(([key, score]) => rowFor(key, score))).sort();
  const [later, earlier] = [day(), day()];
  const file = await encodeRows(differences(rowsOf(later), rowsOf(earlier)));
  for (let key = 2 ** 26; key < 2 ** 26 + 3000; key += 31) {
    const said = await scoreIn(file, key);
    const [x, y] = [later.get(key) ?? null, earlier.get(key) ?? null];
    expect(said === undefined ? x : said).toBe(y);
  }
  expect(await decodeRows(await encodeRows(new Float64Array(0)))).toEqual(new Float64Array(0));
});

test("bytes that are no scores are refused", async () => {
  const whole = await encodeRows(Float64Array.from([rowFor(2 ** 30, 0.5)]));
  for (const odd of [
    Buffer.from("x"),
    gzipSync("x"),
    gzipSync("ZTE1\xff\xff\xff\xff"),
    gzipSync("ZTE1\x05\0\0\0abc"),
    whole.subarray(0, -9),
  ]) {
    await expect(decodeRows(odd)).rejects.toThrow();
  }
});

test("every kept day can be had again; the oldest is forgotten, an older or the same day changes nothing", async () => {
  const folder = freshFolder();
  await keep(folder, "2026-01-01", { "CVE-2024-0001": 0.1, "CVE-2024-0002": 0.5 }, 3);
  await keep(folder, "2026-01-02", { "CVE-2024-0001": 0.4, "CVE-2024-0002": 0.5, "CVE-2025-123456": 0.9 }, 3);
  await keep(folder, "2026-01-04", { "CVE-2024-0001": 0.4, "CVE-2025-123456": 0.8 }, 3);
  await keep(folder, "2026-01-04", {}, 3);
  await keep(folder, "2026-01-03", {}, 3);
  expect(await epssDays(folder)).toEqual(["2026-01-04", "2026-01-02", "2026-01-01"]);
  expect(await epssCourse(folder, "CVE-2024-0001")).toEqual([
    { day: "2026-01-01", score: 0.1 },
    { day: "2026-01-02", score: 0.4 },
    { day: "2026-01-04", score: 0.4 },
  ]);
  expect((await epssCourse(folder, "CVE-2025-123456")).map((p) => p.score)).toEqual([null, 0.9, 0.8]);
  expect((await epssCourse(folder, "CVE-2024-0002")).map((p) => p.score)).toEqual([0.5, 0.5, null]);
  for (const id of ["CVE-2024-9999", "GHSA-x"]) expect(await epssCourse(folder, id)).toEqual([]);
  await keep(folder, "2026-01-05", { "CVE-2024-0001": 0.4 }, 3);
  expect(await epssDays(folder)).toEqual(["2026-01-05", "2026-01-04", "2026-01-02"]);
  expect((await epssCourse(folder, "CVE-2024-0002")).map((p) => p.score)).toEqual([0.5, null, null]);
  expect(await epssCourse(freshFolder(), "CVE-2024-0001")).toEqual([]);
});

test("a course is of 30 days at most, however old the day before is", async () => {
  const folder = freshFolder();
  for (const day of ["2026-01-01", "2026-01-31", "2026-03-02"]) await keep(folder, day, { "CVE-2024-0001": 0.1 });
  expect((await epssCourse(folder, "CVE-2024-0001")).map((p) => p.day)).toEqual(["2026-01-31", "2026-03-02"]);
});

test("a damaged history begins anew", async () => {
  const folder = freshFolder();
  await keep(folder, "2026-01-01", { "CVE-2024-0001": 0.1 });
  await keep(folder, "2026-01-02", { "CVE-2024-0001": 0.2 });
  writeFileSync(join(folder, "history", "2026-01-02.all.gz"), "damaged");
  await keep(folder, "2026-01-03", { "CVE-2024-0001": 0.3 });
  expect(await epssDays(folder)).toEqual(["2026-01-03"]);
  expect(readdirSync(join(folder, "history"))).toEqual(["2026-01-03.all.gz"]);
});

test("a generation's scores are kept under the day of its source; without a day, or of the future, it has none", async () => {
  const now = new Date("2026-01-03T00:00:00Z");
  const generation = (dataAt: string | null, count = 1): Generation => ({
    ...NO_GENERATION,
    meta: {
      ...NO_GENERATION.meta,
      counts: { ...NO_GENERATION.meta.counts, epss: count },
      sources:
        dataAt === null
          ? []
          : [new Tally(now).report({ feed: "epss", location: "x", readAt: now, notCovered: [], dataAt })],
    },
    epss: () => ({
      keys: Float64Array.of(2024e9 + 1, 2026e9 + 123456),
      scores: Float64Array.of(0.25, 0.5),
      percentiles: Float64Array.of(0.5, 0.9),
    }),
  });
  expect(epssDayOf(generation("2026-01-02T12:00:00.000Z"), now)).toBe("2026-01-02");
  for (const odd of [
    generation("2038-01-02T00:00:00.000Z"),
    generation(null),
    generation("2026-01-02T12:00:00.000Z", 0),
  ])
    expect(epssDayOf(odd, now)).toBeNull();
  const folder = freshFolder();
  await keepScoresOf(folder, generation("2026-01-02T12:00:00.000Z"), "2026-01-02");
  expect(await epssCourse(folder, "CVE-2024-0001")).toEqual([{ day: "2026-01-02", score: 0.25 }]);
  expect(await epssCourse(folder, "CVE-2026-123456")).toEqual([{ day: "2026-01-02", score: 0.5 }]);
});
