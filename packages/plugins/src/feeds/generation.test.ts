import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createIndexBuilder, parseOsvRecord } from "@zerotrace/core";
import { expect, test } from "vitest";
import { compileFeeds, compileGeneration } from "./compile.ts";
import { freshFolder, recordJson, zipOf } from "./fixtures.ts";
import { ContainerWriter, openContainer } from "./generation-container.ts";
import { writeDelta } from "./generation-delta.ts";
import { applyEpssDelta, encodeEpssDelta } from "./generation-epss-delta.ts";
import { decodeEpss, encodeEpss } from "./generation-epss.ts";
import { type Generation, LINE_SECTIONS, oneLine } from "./generation-format.ts";
import { pour } from "./generation-pour.ts";
import { openGeneration } from "./generation-read.ts";
import { Spool } from "./generation-spool.ts";
import { openGenerations } from "./generation-store.ts";

const META = { builtAt: "2026-01-02T03:04:05.000Z", sources: [] };

/** What feeds could have said: `ids` with their modification times. */
const filled = (ids: Record<string, string>, epss: Record<string, number> = {}, kev: string[] = []): Spool => {
  const spool = new Spool(join(freshFolder(), "spool"));
  const sink = spool.sink("osv");
  for (const [id, modified] of Object.entries(ids)) {
    const raw = recordJson(id, modified).toString();
    sink.record(parseOsvRecord(JSON.parse(raw)), raw);
  }
  for (const [cve, score] of Object.entries(epss)) sink.epss(cve, score, score);
  for (const cve of kev) sink.kev(cve, "2026-01-01");
  sink.cwe("CWE-79", "XSS");
  sink.lifeCycle({ product: "node", title: "Node", identifiers: [], cycles: [] });
  return spool;
};

const fileOf = async (spool: Spool, path = join(freshFolder(), "g.ztg")): Promise<Generation> => {
  await pour(spool.generation(META), { path });
  spool.close();
  return openGeneration({ path });
};

const keysOf = (generation: Generation) =>
  LINE_SECTIONS.map((name) => [...generation.lines(name)].map(({ key }) => key));

const bytesOfIndex = async (generation: Generation): Promise<Buffer> => {
  const builder = createIndexBuilder();
  await pour(generation, { builder });
  return Buffer.from(builder.finish(META));
};

const DAY = "2026-01-01T00:00:00Z";

test("a generation gives back what was said, sorted; of one id the record modified last", async () => {
  const spool = filled({ B: DAY, A: DAY }, { "CVE-2024-0002": 0.5, "CVE-2023-10000": 0.25 }, ["CVE-2024-1"]);
  const sink = spool.sink("nvd");
  sink.record({ id: "A", modifiedAt: "2027-01-01T00:00:00.000Z" } as never, '{"id":"A",\n  "modified":"new"}');
  sink.record({ id: "B", modifiedAt: "2025-01-01T00:00:00.000Z" } as never, '{"id":"B"}');
  const generation = await fileOf(spool);
  const records = [...generation.lines("records")].map(({ key, value }) => `${key} ${value.toString()}`);
  expect(records[0]).toBe('A nvd\t{"id":"A","modified":"new"}');
  expect(records[1]).toBe(`B osv\t${recordJson("B", DAY).toString()}`);
  const { keys, scores } = generation.epss();
  expect([[...keys], [...scores]]).toEqual([
    [2023e9 + 10000, 2024e9 + 2],
    [0.25, 0.5],
  ]);
  expect(keysOf(generation)).toEqual([[], ["CWE-79"], ["CVE-2024-1"], ["node"], ["A", "B"]]);
});

test("names with tabs and line breaks stay one line each", async () => {
  const generation = await fileOf(filled({ "a\tb\nc%": DAY }));
  expect([...generation.lines("records")].map(({ key }) => key)).toEqual(["a%09b%0ac%25"]);
  expect(oneLine('{\r\n "a": "x\\n"\n}')).toBe('{"a": "x\\n"}');
});

test("the same content gives the same file and the same index, from feeds, a file or a delta", async () => {
  const before = await fileOf(
    filled({ A: DAY, B: DAY, C: DAY, E: DAY }, { "CVE-2024-0001": 0.1, "CVE-2024-0002": 0.2 }),
  );
  const change = () =>
    filled({ A: "2026-05-01T00:00:00Z", C: DAY, D: DAY, F: DAY }, { "CVE-2024-0002": 0.3, "CVE-2024-0003": 1 }, [
      "CVE-2024-3",
    ]);
  const path = join(freshFolder(), "after.ztg");
  const after = await fileOf(change(), path);
  const delta = join(freshFolder(), "d.ztd");
  await writeDelta(delta, before, after);
  const joined = openGeneration({ path: delta }, (hash) => (hash === before.meta.hash ? before : null));
  expect(keysOf(joined)).toEqual(keysOf(after));
  const again = join(freshFolder(), "again.ztg");
  await pour(joined, { path: again });
  expect(readFileSync(again).equals(readFileSync(path))).toBe(true);
  const straight = change();
  expect(await bytesOfIndex(straight.generation(META))).toEqual(await bytesOfIndex(joined));
  straight.close();
  expect(() => openGeneration({ path: delta })).toThrow(/not kept here/);
});

test("a delta starts in the middle as well", async () => {
  const before = await fileOf(filled({ A: DAY, C: DAY, E: DAY }));
  const after = await fileOf(filled({ A: DAY, B: DAY, D: DAY, E: "2026-02-01T00:00:00Z" }));
  const delta = join(freshFolder(), "d.ztd");
  await writeDelta(delta, before, after);
  const joined = openGeneration({ path: delta }, () => before);
  expect([...joined.lines("records", "C")].map(({ key }) => key)).toEqual(["D", "E"]);
});

test("scores come back exactly, whatever their digits", () => {
  for (const scores of [[0.00043, 1, 0], [0.123456789], [Math.PI / 4, 1 / 3], []]) {
    const column = Float64Array.from(scores);
    const keys = Float64Array.from(scores, (_, i) => 2020e9 + i * 1000);
    expect(decodeEpss(encodeEpss({ keys, scores: column, percentiles: column }))).toEqual({
      keys,
      scores: column,
      percentiles: column,
    });
  }
});

test("a delta of scores gives the next table exactly, whether rows come, go, move a little or have odd digits", () => {
  const tableOf = (rows: readonly (readonly [number, number, number])[]) => ({
    keys: Float64Array.from(rows, ([key]) => 2020e9 + key),
    scores: Float64Array.from(rows, ([, score]) => score),
    percentiles: Float64Array.from(rows, ([, , percentile]) => percentile),
  });
  const base = tableOf([
    [1, 0.1, 0.5],
    [2, 0.00043, 0.1],
    [3, 1, 1],
    [9, 0.2, 0.5],
  ]);
  for (const next of [
    base,
    tableOf([]),
    tableOf([
      [0, 0.5, 0.5],
      [1, 0.11, 0.49999],
      [3, 0, 0],
      [9, 0.2, 0.50001],
      [12, 0.3, 0.3],
    ]),
    tableOf([
      [1, 1 / 3, 0.5],
      [9, 0.2, 0.5],
    ]),
  ]) {
    expect(applyEpssDelta(base, encodeEpssDelta(base, next))).toEqual(next);
    expect(applyEpssDelta(tableOf([]), encodeEpssDelta(tableOf([]), next))).toEqual(next);
  }
  const delta = encodeEpssDelta(base, tableOf([[1, 0.2, 0.2]]));
  expect(() => applyEpssDelta(tableOf([[7, 0, 0]]), delta)).toThrow(/damaged|another table/);
});

test("a flipped byte is found out or changes nothing, every cut is found out, and nothing is written", async () => {
  const folder = freshFolder();
  const path = join(folder, "g.ztg");
  await fileOf(filled({ A: DAY, B: DAY }, { "CVE-2024-0001": 0.1 }), path);
  const good = readFileSync(path);
  const broken = join(folder, "broken.ztg");
  const outDir = freshFolder();
  const options = { outDir, recordsFile: true, signal: new AbortController().signal, onProgress: () => undefined };
  const attempt = async () => compileGeneration(openGeneration({ path: broken }), options);
  const untouched = openGeneration({ path }).meta;
  for (let at = 0; at < good.length; at += 7) {
    const bytes = Buffer.from(good);
    bytes[at] = (bytes[at] as number) ^ 0x10;
    writeFileSync(broken, bytes);
    // a bit of a compressed frame may mean nothing; then the content is still the one that was named
    const outcome = await attempt().then(
      ({ meta }) => meta.generation,
      (error: unknown) => (error as { code: string }).code,
    );
    expect(["BAD_FEED", untouched.hash], `byte ${at}`).toContain(outcome);
    for (const name of readdirSync(outDir)) rmSync(join(outDir, name));
  }
  for (const length of [0, 7, 8, 60, good.length - 1]) {
    writeFileSync(broken, good.subarray(0, length));
    await expect(attempt(), `cut at ${length}`).rejects.toMatchObject({ code: "BAD_FEED" });
  }
  expect(readdirSync(outDir)).toEqual([]);
});

const liar = async (section: string, plain: Buffer, count: number): Promise<string> => {
  const path = join(freshFolder(), "liar.ztg");
  const writer = new ContainerWriter(path);
  writer.block(section, plain, { count, firstKey: "" });
  const counts = { cves: 0, cwes: 0, kev: 0, products: 0, records: 0, epss: 0 };
  const meta = { schema: "zerotrace.generation/1", kind: "full", hash: "0".repeat(64), base: null, ...META } as const;
  await writer.finish({ ...meta, counts });
  return path;
};

test("hostile files are refused: bombs, unsorted or unended lines, unknown sections, scores that are none", async () => {
  const bomb = await liar("records", Buffer.alloc(70 * 1024 * 1024, 97), 1);
  expect(() => openContainer({ path: bomb })).toThrow(/inflates to more than/);
  const unknown = await liar("../../etc/passwd", Buffer.from("a\tb\n"), 1);
  expect(() => openContainer({ path: unknown })).toThrow(/section/);
  for (const [plain, count] of [
    ["b\t1\na\t2\n", 2],
    ["a\t1\na\t2\n", 2],
    ["a\t1", 1],
    ["no key\n", 1],
    ["a\t1\n", 2],
    ["a\t{not json\n", 1],
  ] as const) {
    const generation = openGeneration({ path: await liar("kev", Buffer.from(plain), count) });
    await expect(pour(generation, { builder: createIndexBuilder() }), plain).rejects.toMatchObject({
      code: "BAD_FEED",
    });
  }
  const scores = openGeneration({ path: await liar("epss", Buffer.alloc(40, 255), 1) });
  await expect(pour(scores, {})).rejects.toMatchObject({ code: "BAD_FEED" });
});

test("a folder keeps generations small, gives each back whole, and lets the oldest go with what stands on it in mind", async () => {
  const dir = freshFolder();
  const store = openGenerations(dir);
  const many = Object.fromEntries(
    Array.from({ length: 400 }, (_, i) => [`ID-${i}`, `2025-01-01T00:00:${i % 60}Z`.replace(/:(\d)Z/, ":0$1Z")]),
  );
  const hashes: string[] = [];
  for (let day = 1; day <= 4; day++) {
    const path = join(freshFolder(), "g.ztg");
    const { meta } = await fileOf(filled({ ...many, "ID-7": `2026-01-0${day}T00:00:00Z` }), path);
    hashes.push(meta.hash);
    await store.keep(path, { count: 3, bytes: 1e9 });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const kept = await store.list();
  expect(kept.map(({ hash }) => hash)).toEqual([hashes[3], hashes[2], hashes[0]]);
  expect(kept.map(({ kind }) => kind)).toEqual(["delta", "delta", "full"]);
  expect(kept[0]?.sizeBytes).toBeLessThan((kept[2]?.sizeBytes ?? 0) / 2);
  for (const { hash } of kept) expect((await pour(store.open(hash) as Generation, {})).hash).toBe(hash);
  expect((await store.find((hashes[2] as string).slice(0, 12))).hash).toBe(hashes[2]);
  await expect(store.find("abcd0123")).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(store.open("f".repeat(64))).toBeNull();
});

test("what the feeds said is kept beside the index, which names it and is built again the same", async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "npm"));
  writeFileSync(join(folder, "npm", "all.zip"), zipOf([{ name: "A.json", bytes: recordJson("A", DAY) }]));
  const common = { recordsFile: true, signal: new AbortController().signal, onProgress: () => undefined };
  const generationsDir = freshFolder();
  const compiled = await compileFeeds({
    ...common,
    locations: [folder],
    cacheDir: freshFolder(),
    outDir: freshFolder(),
    generationsDir,
  });
  const generation = openGenerations(generationsDir).open(compiled.meta.generation as string) as Generation;
  const again = await compileGeneration(generation, { ...common, outDir: freshFolder() });
  expect(readFileSync(again.indexPath).equals(readFileSync(compiled.indexPath))).toBe(true);
  const records = again.recordsPath as string;
  expect(readFileSync(records).equals(readFileSync(compiled.recordsPath as string))).toBe(true);
});
