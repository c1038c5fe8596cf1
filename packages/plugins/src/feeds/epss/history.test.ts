import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import { cveOf, decodeRows, differences, encodeRows, keyOf, overlaid, rowFor } from "./day.ts";
import { DayOfScores, epssDays, epssMoves } from "./history.ts";
import { createEpssFeed } from "./index.ts";

const keep = async (cacheDir: string, day: string, scores: Readonly<Record<string, number>>, days?: number) => {
  const collected = new DayOfScores();
  for (const [id, score] of Object.entries(scores)) collected.add(id, score);
  await collected.keep(cacheDir, day, days);
};

const ALL = { least: 0, max: 100 };

test("a CVE is one number and back; eight digits and strange years have none", () => {
  for (const id of ["CVE-1999-0001", "CVE-2024-1234", "CVE-2026-123456", "CVE-2026-67108863"]) {
    expect(cveOf(keyOf(id)!)).toBe(id);
  }
  for (const id of ["CVE-2026-67108864", "CVE-1989-0001", "CVE-2024-1", "x"]) expect(keyOf(id)).toBeNull();
});

test("any two days give each other back by their differences, exactly and through a file", async () => {
  const random = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const next = random(42);
  const day = () => {
    const rows = new Map<number, number>();
    for (let i = 0; i < 2000; i++) rows.set(Math.floor(next() * 3000) + 2 ** 26, Math.round(next() * 1e5) / 1e5);
    return Float64Array.from([...rows].map(([key, score]) => rowFor(key, score))).sort();
  };
  for (let i = 0; i < 20; i++) {
    const [a, b] = [day(), day()];
    const file = await encodeRows(differences(a, b));
    expect(overlaid(a, await decodeRows(file))).toEqual(b);
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
  expect(await epssMoves(folder, { from: "2026-01-01", to: "2026-01-09" }, ALL)).toEqual({
    from: "2026-01-01",
    to: "2026-01-04",
    moves: [
      { cveId: "CVE-2025-123456", from: null, to: 0.8 },
      { cveId: "CVE-2024-0002", from: 0.5, to: null },
      { cveId: "CVE-2024-0001", from: 0.1, to: 0.4 },
    ],
  });
  const small = await epssMoves(folder, { from: "2026-01-03", to: "2026-01-04" }, { least: 0.1, max: 1 });
  expect(small).toEqual({
    from: "2026-01-02",
    to: "2026-01-04",
    moves: [{ cveId: "CVE-2024-0002", from: 0.5, to: null }],
  });
  await keep(folder, "2026-01-05", { "CVE-2024-0001": 0.4 }, 3);
  expect(await epssDays(folder)).toEqual(["2026-01-05", "2026-01-04", "2026-01-02"]);
  expect(await epssMoves(folder, { from: "2026-01-01", to: "2026-01-05" }, ALL)).toBeNull();
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

test("each reading keeps its day; a file that is refused or of the future keeps none", async () => {
  const context = { ...contextOf(), isShared: false };
  const body = { text: "" };
  const answer = () => ({ body: body.text });
  await withSource({ answer }, NO_FAULT, async (url) => {
    const read = () => createEpssFeed().read(context, `${url}/e.csv`, recordingSink().sink);
    const csv = (day: string, score: string) =>
      `#score_date:${day}T00:00:00Z\ncve,epss,percentile\nCVE-2024-0001,${score},0.5\n`;
    body.text = csv("2026-01-01", "0.1");
    await read();
    body.text = csv("2026-01-02", "x");
    await expect(read()).rejects.toMatchObject({ code: "BAD_FEED" });
    body.text = csv("2038-01-02", "0.3");
    await read();
    expect(await epssDays(context.cacheDir)).toEqual(["2026-01-01"]);
    body.text = csv("2026-01-03", "0.25");
    await read();
  });
  expect(await epssMoves(context.cacheDir, { from: "2026-01-01", to: "2026-01-03" }, ALL)).toMatchObject({
    moves: [{ cveId: "CVE-2024-0001", from: 0.1, to: 0.25 }],
  });
});
