import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MadeImage, madeImage, npmFile } from "@zerotrace/plugins/targets/image/image-fixtures";
import { run } from "../../packages/cli/src/fixtures.ts";
import { type Live, record, startLive } from "../support/live.ts";
import {
  type NotingProxy,
  notingProxy,
  REGISTRY_PASSWORD,
  REGISTRY_USER,
  startRegistry,
  type TestRegistry,
} from "../support/registry.ts";

let folder = "";
let live: Live;
let registry: TestRegistry;
/** What the server of this test is told to be the registry. */
let proxy: NotingProxy;
let id = "";

const imageOf = (left: string): MadeImage => madeImage({ layers: [{ files: [npmFile("srv", "left", left)] }] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerotrace-registries-"));
  registry = await startRegistry(folder);
  proxy = await notingProxy(registry.host);
  await registry.push("team/app", "1.0", imageOf("1.0.0"));
  await registry.push("team/web", "latest", imageOf("3.0.0"));
  await registry.push("other/tool", "1", imageOf("0.1.0"));
  const records = { npm: [record("CVE-2026-0001", "npm", "left", "2.0.0")] };
  live = await startLive(records, { config: { registryHosts: [proxy.host] } });
});
afterAll(async () => {
  await live?.stop();
  await proxy?.close();
  await registry?.close();
  await rm(folder, { recursive: true, force: true });
});

const get = async (path: string) => (await live.call("GET", `/api/v1${path}`)).body;
const one = async () => (await get("/registries")).rows[0];
/** Waits until a look has ended after this moment and everything that it ordered is done. */
const looked = async (since: string | null): Promise<void> => {
  for (let tries = 0; tries < 300; tries += 1) {
    const { lastLookedAt, looking, tags } = await one();
    if (lastLookedAt !== since && !looking && tags.waiting + tags.scanning === 0) break;
    await sleep(100);
  }
  await live.server.settled();
};
const lookNow = async (): Promise<void> => {
  const { lastLookedAt } = await one();
  expect((await live.call("POST", `/api/v1/registries/${id}/look`)).status).toBe(202);
  await looked(lastLookedAt);
};
const settings = (password: string) => ({
  name: "ours",
  host: proxy.host,
  rules: { repositories: ["team/*"] },
  platform: "linux/amd64",
  user: REGISTRY_USER,
  password,
});

test("a credential that is wrong leaves why and what to do with the registry", async () => {
  const made = await live.call("POST", "/api/v1/registries", { body: settings("wrong") });
  expect(made).toMatchObject({ status: 201, body: { looking: true, hasPassword: true } });
  ({ id } = made.body);
  await looked(null);
  expect(await one()).toMatchObject({
    lastError: expect.stringMatching(/give the registry a user name and a password/),
    tags: { found: 0 },
  });
});

test("two repositories of a registry server are found by rule and scanned, and their findings come", async () => {
  const { lastLookedAt } = await one();
  const put = await live.call("PUT", `/api/v1/registries/${id}`, { body: settings(REGISTRY_PASSWORD) });
  expect(put.status).toBe(200);
  await looked(lastLookedAt);
  expect(await one()).toMatchObject({
    lastError: null,
    repositoryCount: 2,
    tags: { found: 2, scanned: 2, failed: 0 },
  });
  const assets = (await get("/assets?kind=image&sort=name")).rows;
  expect(assets.map((a: { name: string; branch: string }) => [a.name, a.branch])).toEqual([
    [`${proxy.host}/team/app`, "1.0"],
    [`${proxy.host}/team/web`, "latest"],
  ]);
  expect(await live.findings()).toMatchObject([{ advisory: "CVE-2026-0001", package: "left", assetCount: 1 }]);
});

test("an unchanged look pulls nothing: it lists, and asks for digests by HEAD", async () => {
  const before = proxy.asked.length;
  await lookNow();
  const ways = proxy.asked.slice(before);
  expect(ways.filter((way) => way.includes("/blobs/"))).toEqual([]);
  expect(ways.filter((way) => way.includes("/manifests/") && !way.startsWith("HEAD "))).toEqual([]);
  expect((await one()).requestCount).toBe(ways.length);
});

test("a new tag is found and scanned at the next look, and one of a known digest is not pulled", async () => {
  await registry.push("team/app", "1.1", imageOf("1.1.0"));
  await registry.push("team/web", "stable", imageOf("3.0.0"));
  const before = proxy.asked.length;
  await lookNow();
  expect(await one()).toMatchObject({ tags: { found: 4, scanned: 4 } });
  const pulled = proxy.asked.slice(before).filter((way) => way.includes("/blobs/"));
  expect(pulled.length).toBeGreaterThan(0);
  expect(pulled.filter((way) => way.includes("/team/web/"))).toEqual([]);
  expect((await live.findings()).map(({ version }: { version: string }) => version).sort()).toEqual(["1.0.0", "1.1.0"]);
});

test("an asset that is removed takes the findings with it that nothing else has, and is not scanned again", async () => {
  const target = ["--server", live.server.url, "--token", live.token];
  const named = ["assets", "remove", `${proxy.host}/team/app`, "--branch", "1.1", ...target];
  const refused = await run(named);
  expect(refused.err).toMatch(/forgets 1 component .* closes 1 of its 1 open finding, which nothing else has/);
  expect(refused).toMatchObject({ code: 2 });
  expect(await run([...named, "--yes"])).toMatchObject({ code: 0, err: expect.stringContaining("1 finding closed") });
  await live.server.settled();
  expect(await live.findings()).toMatchObject([{ version: "1.0.0" }]);
  const { rows } = await get("/audit?action=asset.remove");
  expect(rows[0]).toMatchObject({ before: { name: `${proxy.host}/team/app`, componentCount: 1, closedCount: 1 } });
  const before = proxy.asked.length;
  await lookNow();
  expect(proxy.asked.slice(before).filter((way) => way.includes("/blobs/"))).toEqual([]);
});
