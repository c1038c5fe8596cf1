import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startServer } from "../../packages/server/src/main.ts";
import { startEmbedded } from "../../packages/server/src/platform/db/index.ts";
import { configOf, debian, eventually, freshDir, type Live, record, startLive } from "../support/live.ts";

const FEEDS = { Debian: [record("DSA-MOVED", "Debian:12", "openssl", "3.0.0-2")] };
const places: string[] = [];
const place = async (): Promise<string> => {
  places.push(await freshDir());
  return places.at(-1) as string;
};
afterAll(async () => {
  for (const dir of places) await rm(dir, { recursive: true, force: true });
});

const feedsHealth = async (live: Live) =>
  (await live.call("GET", "/health/ready")).body.dependencies.find((one: { name: string }) => one.name === "feeds");
const generation = async (live: Live): Promise<number> => (await live.call("GET", "/api/v1/feeds")).body.generation.id;

test("a data directory that was moved works on; one that lost its index file says so and reads the feeds again", async () => {
  const [old, moved, feeds] = [await place(), await place(), await place()];
  let live = await startLive(FEEDS, { dataDir: old, feeds });
  const host = await live.host("web-1");
  expect((await host.report({ dpkg: [debian("openssl", "3.0.0-1")] })).status).toBe(202);
  await live.server.settled();
  const [finding] = await live.findings();
  expect(finding).toMatchObject({ advisory: "DSA-MOVED", status: "open" });
  const before = await generation(live);
  await live.stop();

  await rm(moved, { recursive: true });
  await rename(old, moved);
  live = await startLive(null, { dataDir: moved, feeds });
  expect(await feedsHealth(live)).toMatchObject({ status: "ok" });
  expect((await live.call("GET", `/api/v1/findings/${finding.id}`)).body.ranges.length).toBeGreaterThan(0);
  expect(await generation(live)).toBe(before);
  await live.stop();

  const folder = join(moved, "feeds");
  for (const name of await readdir(folder)) if (name.endsWith(".ztx")) await rm(join(folder, name));
  live = await startLive(null, { dataDir: moved, feeds });
  expect(await feedsHealth(live)).toMatchObject({
    status: "missing",
    detail: expect.stringContaining("missing index file"),
  });
  await live.server.settled();
  expect(await generation(live)).toBeGreaterThan(before);
  await eventually(async () => (await feedsHealth(live)).status === "ok", "healthy again");
  expect(await live.findings()).toMatchObject([{ advisory: "DSA-MOVED", status: "open" }]);
  await live.stop();
  expect(await readFile(join(moved, "zerotrace.log"), "utf8")).toContain("missing index file");
});

test("a second server on the same database of one's own is refused by name, and gets it when the first has stopped", async () => {
  const [dataDir, first, second] = [await place(), await place(), await place()];
  const own = await startEmbedded({ dataDir, log: () => undefined });
  const { host, port, superuser } = own.connection;
  const url = `postgres://${superuser}@localhost/postgres?host=${encodeURIComponent(host)}&port=${port}`;
  const start = (at: string) =>
    startServer({ config: configOf(at, at, { databaseUrl: url }), onProgress: () => undefined });
  try {
    const server = await start(first);
    await expect(start(second)).rejects.toMatchObject({
      code: "DATA_DIR_BUSY",
      message: expect.stringContaining("Another ZeroTrace uses the database of DATABASE_URL."),
    });
    await server.stop();
    await (await start(second)).stop();
  } finally {
    await own.stop();
  }
});
