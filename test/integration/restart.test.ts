import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { type ServerStep, startServer } from "../../packages/server/src/main.ts";
import { configOf, freshDir, type Live, npm, record, startLive, writeFeeds } from "../support/live.ts";
import { postmasterOf } from "../support/postmaster.ts";

const FEEDS = { npm: [record("CVE-2026-0002", "npm", "left", "2.0.0")] };
const READY_WITHIN_MS = 5_000;
const STOPPED_WITHIN_MS = 2_000;
/** graphile-worker's back-off after a first failure is e^1 s. */
const RETRY_DUE_MS = 3_000;
const dataDir = await freshDir();
let live: Live | null = null;
afterAll(async () => {
  await live?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test("a second start on the same data directory is ready in time, loses nothing and does not read the feeds again", async () => {
  live = await startLive(FEEDS, { dataDir });
  const host = await live.host("kept");
  await host.report({ npm: [npm("left", "1.0.0")] });
  await live.server.settled();
  const findings = await live.findings();
  const { generation } = (await live.call("GET", "/api/v1/feeds")).body;
  const stopAt = performance.now();
  await live.stop();
  expect(performance.now() - stopAt).toBeLessThan(STOPPED_WITHIN_MS);

  const startAt = performance.now();
  live = await startLive(null, { dataDir });
  expect(performance.now() - startAt).toBeLessThan(READY_WITHIN_MS);
  await live.server.settled();
  expect(findings).toHaveLength(1);
  expect(await live.findings()).toEqual(findings);
  expect((await live.call("GET", "/api/v1/feeds")).body.generation).toEqual(generation);
});

test("a second instance on the directory is refused with DATA_DIR_BUSY and the first goes on", async () => {
  const second = startServer({ config: configOf(dataDir, dataDir), onProgress: () => undefined });
  await expect(second).rejects.toMatchObject({ code: "DATA_DIR_BUSY" });
  expect((await live?.call("GET", "/health/ready"))?.status).toBe(200);
  expect(await live?.findings()).toHaveLength(1);
});

test("the start after a sync that failed reads the feeds once", async () => {
  const fresh = join(dataDir, "failed");
  const feeds = join(dataDir, "late-feeds");
  const first = await startServer({ config: configOf(fresh, feeds), onProgress: () => undefined });
  await expect(first.settled()).rejects.toMatchObject({ code: "FEEDS_UNAVAILABLE" });
  await first.stop();
  // the order that failed is due again: by itself it would run at once
  await sleep(RETRY_DUE_MS);
  await writeFeeds(feeds, FEEDS);
  const ended: string[] = [];
  const onProgress = ({ step, state }: ServerStep): void =>
    void (step === "feeds" && state !== "progress" && ended.push(state));
  const second = await startServer({ config: configOf(fresh, feeds), onProgress });
  await second.settled();
  await second.stop();
  expect(ended).toEqual(["done"]);
});

test("a start whose port is taken is refused before it makes anything", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const fresh = join(dataDir, "none-yet");
  const config = configOf(fresh, join(fresh, "feeds"), { port });
  await expect(startServer({ config, onProgress: () => undefined })).rejects.toMatchObject({ code: "PORT_BUSY" });
  expect(existsSync(fresh)).toBe(false);
  taken.close();
});

test("a start that is stopped at any moment leaves no PostgreSQL behind", async () => {
  await live?.stop();
  for (const afterMs of [50, 100, 150, 200, 250, 300, 400]) {
    const stop = new AbortController();
    const starting = startServer({
      config: configOf(dataDir, dataDir),
      onProgress: () => undefined,
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), afterMs);
    const server = await starting.catch(() => null);
    await server?.stop();
    await expect(postmasterOf(dataDir), `stopped after ${afterMs} ms`).rejects.toThrow(/ENOENT/);
  }
  live = await startLive(null, { dataDir });
  expect(await live.findings()).toHaveLength(1);
});

test("a data directory of a newer schema is refused with DATA_DIR_NEWER and left as it is", async () => {
  const owner = await (live as Live).sql("zerotrace");
  await owner.query("insert into schema_migration (version, name, checksum) values (9999, '9999_future.sql', 'x')");
  await owner.end();
  await live?.stop();
  const start = startServer({ config: configOf(dataDir, dataDir), onProgress: () => undefined });
  await expect(start).rejects.toMatchObject({ code: "DATA_DIR_NEWER" });
  live = null;
});
