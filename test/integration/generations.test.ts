import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createBundleKey,
  type Generation,
  generationsDirectory,
  openGenerations,
  pour,
  readBundleKey,
  writeBundle,
  writeDelta,
} from "../../packages/plugins/src/index.ts";
import { freshDir, type Live, type LiveAnswer, npm, record, startLive } from "../support/live.ts";

let live: Live;
let key: string;
let keyPath: string;
const LEFT = record("CVE-2026-0002", "npm", "left", "2.0.0");
const UP = record("CVE-2026-0004", "npm", "up", "1.2.0");

const status = async () => (await live.call("GET", "/api/v1/feeds")).body;
const kept = async () => (await live.call("GET", "/api/v1/feeds/generations")).body.rows;
const open = async () => (await live.findings()).map((f) => `${f.package} ${f.advisory}`).sort();
const store = () => openGenerations(generationsDirectory(live.dataDir));

const upload = async (path: string, query = "", token = live.token, to = live): Promise<LiveAnswer> => {
  const answer = await fetch(`${to.server.url}/api/v1/feeds/bundle${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
    body: await readFile(path),
  });
  return { status: answer.status, body: await answer.json() };
};

/** Waits until another generation is in force and everything is judged. */
const newer = async (than: number): Promise<void> => {
  while ((await status()).generation.id === than) await new Promise((resolve) => setTimeout(resolve, 50));
  await live.server.settled();
};

/** A bundle of the generation `hash`, in full or since `base`. */
const bundleOf = async (hash: string, base?: string): Promise<string> => {
  const folder = await freshDir();
  const payload = join(folder, "payload");
  const generation = store().open(hash) as Generation;
  if (base === undefined) await pour(generation, { path: payload });
  else await writeDelta(payload, store().open(base) as Generation, generation);
  const out = join(folder, "feeds.ztb");
  writeBundle({ out, generationPath: payload, privateKey: await readBundleKey(keyPath), now: new Date() });
  return out;
};

beforeAll(async () => {
  live = await startLive({ npm: [LEFT] });
  const host = await live.host("generations");
  await host.report({ npm: [npm("left", "1.0.0"), npm("up", "1.0.0")] });
  await live.server.settled();
  await live.publish({ npm: [LEFT, UP] });
  keyPath = join(await freshDir(), "site.key");
  key = (await createBundleKey(keyPath)).text;
});
afterAll(() => live.stop());

test("every published generation is kept and named; the one in force is marked", async () => {
  const rows = await kept();
  expect(rows.map((row: { recordCount: number; isInForce: boolean }) => [row.recordCount, row.isInForce])).toEqual([
    [2, true],
    [1, false],
  ]);
  expect((await status()).generation).toMatchObject({ hash: rows[0].hash, origin: "sync" });
});

test("a rollback puts the earlier findings back, is audited, and no sync undoes it until it is unpinned", async () => {
  expect(await open()).toEqual(["left CVE-2026-0002", "up CVE-2026-0004"]);
  const before = (await status()).generation.id;
  const [, first] = await kept();
  const answer = await live.call("POST", "/api/v1/feeds/rollback", { body: {} });
  expect(answer).toMatchObject({ status: 202, body: { hash: first.hash } });
  await newer(before);
  expect(await open()).toEqual(["left CVE-2026-0002"]);
  expect(await status()).toMatchObject({ generation: { hash: first.hash, origin: "rollback" }, nextSyncAt: null });
  const refused = await live.call("POST", "/api/v1/feeds/sync");
  expect(refused.status).toBe(409);
  expect(refused.body.detail).toContain("--unpin");
  const pinned = (await status()).generation.id;
  expect((await live.call("POST", "/api/v1/feeds/sync?unpin=true")).status).toBe(202);
  await newer(pinned);
  expect(await open()).toEqual(["left CVE-2026-0002", "up CVE-2026-0004"]);
  const owner = await live.sql("zerotrace");
  const { rows } = await owner.query("select target from audit_event where action = 'feeds.rollback'");
  await owner.end();
  expect(rows).toEqual([{ target: first.hash }]);
  expect((await live.call("POST", "/api/v1/feeds/rollback", { body: { generation: "ffff0000" } })).status).toBe(404);
});

test("a bundle is taken only from a known key, whole, and by whom may; a dry run changes nothing", async () => {
  const [, first] = await kept();
  const path = await bundleOf(first.hash);
  const before = (await status()).generation.id;
  const unknown = await upload(path);
  expect([unknown.status, unknown.body.detail.includes(`--trust ${key}`)]).toEqual([403, true]);
  const dry = await upload(path, `?dryRun=true&trust=${key}`);
  expect(dry).toMatchObject({
    status: 202,
    body: { hash: first.hash, queued: false, changes: { removed: 1, new: 0 } },
  });
  expect(dry.body.warnings.join(" ")).toContain("older");
  expect(dry.body.effect).toMatchObject({
    componentCount: 2,
    changedComponentCount: 1,
    openedCount: 0,
    closedCount: 1,
    movedCount: 0,
  });
  expect((await kept()).map((row: { hash: string }) => row.hash)[1]).toBe(first.hash);
  expect((await upload(path)).status, "a dry run pins nothing").toBe(403);
  const broken = `${path}.broken`;
  const bytes = await readFile(path);
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
  await writeFile(broken, bytes);
  expect((await upload(broken, `?trust=${key}`)).body.code).toBe("BAD_REQUEST");
  expect((await upload(keyPath, `?trust=${key}`)).body.code).toBe("BAD_REQUEST");
  expect((await upload(path, "", "wrong")).status).toBe(401);
  expect((await status()).generation.id).toBe(before);
  expect(await readdir(join(live.dataDir, "feeds", "imports"))).toEqual([]);
});

test("an imported bundle comes into force, pins its key, and its delta follows", async () => {
  const [newest, first] = await kept();
  const before = (await status()).generation.id;
  expect((await upload(await bundleOf(first.hash), `?trust=${key}`)).status).toBe(202);
  await newer(before);
  expect((await status()).generation).toMatchObject({ hash: first.hash, origin: "import" });
  expect(await open()).toEqual(["left CVE-2026-0002"]);
  const between = (await status()).generation.id;
  const delta = await upload(await bundleOf(newest.hash, first.hash));
  expect(delta).toMatchObject({ status: 202, body: { kind: "delta", changes: { new: 1 } } });
  await newer(between);
  expect(await open()).toEqual(["left CVE-2026-0002", "up CVE-2026-0004"]);
  expect(existsSync(join(live.dataDir, "feeds", "trusted-keys.json"))).toBe(true);
});

test("a server without internet starts from a bundle alone", async () => {
  const [newest, first] = await kept();
  const dataDir = await freshDir();
  const other = await startLive(null, { dataDir, feeds: await bundleOf(newest.hash), config: { feedKeys: [key] } });
  try {
    await other.server.settled();
    const { generation } = (await other.call("GET", "/api/v1/feeds")).body;
    expect(generation).toMatchObject({ hash: newest.hash, recordCount: 2 });
    const host = await other.host("inside");
    await host.report({ npm: [npm("left", "1.0.0"), npm("up", "1.0.0"), npm("down", "1.0.0")] });
    await other.server.settled();
    const back = await bundleOf(first.hash, newest.hash);
    const dry = await upload(back, "?dryRun=true", other.token, other);
    expect(dry.body.effect, "of what was never here").toEqual({
      componentCount: 3,
      changedComponentCount: 1,
      openedCount: 0,
      opened: { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 },
      closedCount: 1,
      movedCount: 0,
      rescoredCount: 0,
    });
    expect((await other.call("GET", "/api/v1/feeds/generations")).body.rows).toHaveLength(1);
  } finally {
    await other.stop();
  }
});
