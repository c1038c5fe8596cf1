import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acceptBundle, type Trust } from "./bundle-accept.ts";
import { bundleKey, createBundleKey, readBundleKey } from "./bundle-keys.ts";
import { pinnedKeys } from "./bundle-trust.ts";
import { isBundle } from "./bundle-location.ts";
import { verifyBundle, writeBundle } from "./bundle.ts";
import { compileFeeds } from "./compile.ts";
import { freshFolder, recordJson, zipOf } from "./fixtures.ts";
import { compareGenerations, compareWithKept, type GenerationChange } from "./generation-compare.ts";
import { writeDelta } from "./generation-delta.ts";
import type { Generation } from "./generation-format.ts";
import { pour } from "./generation-pour.ts";
import { openGeneration } from "./generation-read.ts";
import { openGenerations, openKept } from "./generation-store.ts";

const NOW = new Date("2026-02-03T04:05:06Z");

const trustIn = (folder: string, keys: string[] = []): Trust => ({ file: join(folder, "trusted-keys.json"), keys });

const optionsIn = (dir: string, locations: string[]) => ({
  locations,
  cacheDir: freshFolder(),
  outDir: join(dir, "out"),
  generationsDir: join(dir, "generations"),
  trust: trustIn(dir),
  signal: new AbortController().signal,
  onProgress: () => undefined,
});

/** Feeds with these records, compiled on a site. Answers the generation's hash. */
const compiledFrom = async (dir: string, records: Record<string, string>): Promise<string> => {
  const folder = freshFolder();
  mkdirSync(join(folder, "npm"));
  const files = Object.entries(records).map(([id, at]) => ({ name: `${id}.json`, bytes: recordJson(id, at) }));
  writeFileSync(join(folder, "npm", "all.zip"), zipOf(files));
  const { meta } = await compileFeeds(optionsIn(dir, [folder]));
  return meta.generation as string;
};

/** A site with internet, its key, and a full bundle of two records. */
const sender = async () => {
  const dir = freshFolder();
  const keyPath = join(dir, "site.key");
  const key = await createBundleKey(keyPath);
  const privateKey = await readBundleKey(keyPath);
  const hash = await compiledFrom(dir, { A: "2026-01-01T00:00:00Z", B: "2026-01-01T00:00:00Z" });
  const store = openGenerations(join(dir, "generations"));
  const payload = join(dir, "full.ztg");
  await pour(store.open(hash) as Generation, { path: payload });
  const out = join(dir, "feeds.ztb");
  writeBundle({ out, generationPath: payload, privateKey, now: NOW });
  return { dir, keyPath, key, privateKey, hash, store, out };
};

test("a bundle crosses the gap: the other side gets the same index, by a key it was told", async () => {
  const { out, key, keyPath, hash } = await sender();
  expect(statSync(keyPath).mode & 0o777).toBe(0o600);
  expect(isBundle(out)).toBe(true);
  expect(isBundle(keyPath)).toBe(false);
  const site = freshFolder();
  const attempt = compileFeeds(optionsIn(site, [out]));
  await expect(attempt).rejects.toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining("--trust") });
  await acceptBundle(out, trustIn(site), { pin: key.text });
  const { meta } = await compileFeeds(optionsIn(site, [out]));
  expect(meta.generation).toBe(hash);
  expect(meta.recordCount).toBe(2);
  expect((await pinnedKeys(trustIn(site).file)).map(({ id, by }) => [id, by])).toEqual([[key.id, "operator"]]);
});

test("no bit of a bundle can be changed, and no part be missing", async () => {
  const { out, key } = await sender();
  const good = readFileSync(out);
  const broken = join(freshFolder(), "broken.ztb");
  for (let at = 0; at < good.length; at += 5) {
    const bytes = Buffer.from(good);
    bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
    writeFileSync(broken, bytes);
    expect(() => verifyBundle(broken, [key]), `byte ${at}`).toThrow(/Nothing was applied/);
  }
  for (const length of [0, 5, 12, 100, good.length - 64, good.length - 1]) {
    writeFileSync(broken, good.subarray(0, length));
    expect(() => verifyBundle(broken, [key]), `cut at ${length}`).toThrow(/Nothing was applied/);
  }
  writeFileSync(broken, Buffer.concat([good, Buffer.from("x")]));
  expect(() => verifyBundle(broken, [key])).toThrow(/signature/);
});

test("a bundle of another key is refused, even when it is pinned with a wrong one", async () => {
  const { out } = await sender();
  const other = await sender();
  const site = freshFolder();
  await expect(acceptBundle(out, trustIn(site), { pin: other.key.text })).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await pinnedKeys(trustIn(site).file)).toEqual([]);
  expect(() => bundleKey("ztk1-short")).toThrow(/keygen/);
  await expect(acceptBundle(out, trustIn(site, ["nonsense"]))).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("keys rotate: a bundle names the next key, and only what is signed with a known key can", async () => {
  const first = await sender();
  const nextPath = join(first.dir, "next.key");
  const next = await createBundleKey(nextPath);
  const payload = join(first.dir, "again.ztg");
  await pour(first.store.open(first.hash) as Generation, { path: payload });
  const handover = join(first.dir, "handover.ztb");
  writeBundle({ out: handover, generationPath: payload, privateKey: first.privateKey, nextKey: next, now: NOW });
  const later = join(first.dir, "later.ztb");
  writeBundle({ out: later, generationPath: payload, privateKey: await readBundleKey(nextPath), now: NOW });
  const site = freshFolder();
  const trust = trustIn(site, [first.key.text]);
  await expect(acceptBundle(later, trust)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await acceptBundle(handover, trust, { look: true });
  await expect(acceptBundle(later, trust)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await acceptBundle(handover, trust);
  expect((await acceptBundle(later, trust)).key.id).toBe(next.id);
  expect((await pinnedKeys(trust.file)).map(({ by }) => by)).toEqual([first.key.id]);
});

test("a key file is never overwritten", async () => {
  const path = join(freshFolder(), "a.key");
  await createBundleKey(path);
  const before = readFileSync(path, "utf8");
  await expect(createBundleKey(path)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(readFileSync(path, "utf8")).toBe(before);
});

test("a delta needs its base, by name; with it the site gets what the sender has", async () => {
  const { dir, key, privateKey, hash, store, out } = await sender();
  const newer = await compiledFrom(dir, { A: "2026-02-01T00:00:00Z", C: "2026-01-01T00:00:00Z" });
  const payload = join(dir, "delta.ztd");
  await writeDelta(payload, store.open(hash) as Generation, store.open(newer) as Generation);
  const delta = join(dir, "day.ztb");
  const header = writeBundle({ out: delta, generationPath: payload, privateKey, now: NOW });
  expect([header.kind, header.base, header.generation]).toEqual(["delta", hash, newer]);
  const site = freshFolder();
  const options = (location: string) => ({ ...optionsIn(site, [location]), trust: trustIn(site, [key.text]) });
  const early = compileFeeds(options(delta));
  await expect(early).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining(hash.slice(0, 12)) });
  expect(readdirSync(join(site, "out"))).toEqual([]);
  await compileFeeds(options(out));
  expect((await compileFeeds(options(delta))).meta.generation).toBe(newer);
});

test("what differs between two generations is told with its reason", async () => {
  const { dir, hash, store } = await sender();
  const newer = await compiledFrom(dir, { A: "2026-02-01T00:00:00Z", C: "2026-01-01T00:00:00Z" });
  const changes: GenerationChange[] = [];
  const counts = await compareGenerations(store.open(hash) as Generation, store.open(newer) as Generation, {
    onChange: (change) => changes.push(change),
  });
  expect(changes.map(({ id, kinds }) => [id, ...kinds])).toEqual([
    ["A", "text"],
    ["B", "removed"],
    ["C", "new"],
  ]);
  expect([counts.new, counts.removed, counts.text, counts.ranges]).toEqual([1, 1, 1, 0]);
});

test("a kept generation that is damaged keeps no bundle out: all of it counts as new", async () => {
  const { dir, hash, store } = await sender();
  const next = store.open(hash) as Generation;
  const path = join(freshFolder(), "damaged.ztg");
  await pour(next, { path });
  const bytes = readFileSync(path);
  bytes.fill(0, 20, 60);
  writeFileSync(path, bytes);
  const { counts, isWhole } = await compareWithKept(openGeneration({ path }), next);
  expect([isWhole, counts.new]).toEqual([false, 2]);
  expect(openKept(openGenerations(join(dir, "generations")), "0".repeat(64))).toBeNull();
});

test("a bundle among other locations is refused", async () => {
  const { out, key } = await sender();
  const site = freshFolder();
  const options = { ...optionsIn(site, [out, freshFolder()]), trust: trustIn(site, [key.text]) };
  await expect(compileFeeds(options)).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
