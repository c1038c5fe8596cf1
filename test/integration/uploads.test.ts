import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../packages/cli/src/fixtures.ts";
import { type Live, npm, record, startLive } from "../support/live.ts";

let live: Live;
let folder: string;
let target: string[];

beforeAll(async () => {
  live = await startLive({ npm: [record("CVE-2026-0001", "npm", "left", "2.0.0")] });
  folder = await mkdtemp(join(tmpdir(), "zerotrace-send-"));
  target = ["--server", live.server.url, "--token", await live.server.createCliToken()];
});
afterAll(async () => {
  await live.stop();
  await rm(folder, { recursive: true, force: true });
});

const lock = (version: string) =>
  JSON.stringify({
    name: "shop",
    lockfileVersion: 3,
    packages: {
      "": { name: "shop", dependencies: { left: "*" } },
      "node_modules/left": { version, license: "MIT" },
      "node_modules/nobody-knows": { version: "1.0.0", dev: true },
    },
  });

const send = async (version: string, ...more: string[]) => {
  await mkdir(join(folder, "shop"), { recursive: true });
  await writeFile(join(folder, "shop", "package-lock.json"), lock(version));
  return run(["scan", join(folder, "shop"), ...target, "--asset", "shop", ...more]);
};

test("a scanned folder is sent, judged by the server, first seen and fixed as an agent's inventory is", async () => {
  const sent = await send("1.0.0", "--branch", "main");
  expect(sent, sent.err).toMatchObject({
    code: 0,
    err: expect.stringContaining("Sent shop (main): 2 components, 2 added"),
  });
  const id = /assets\/(\S+)/.exec(sent.out)?.[1] as string;
  await live.server.settled();
  const [finding] = await live.findings();
  expect(finding).toMatchObject({ advisory: "CVE-2026-0001", package: "left", status: "open", assetCount: 1 });
  const { body: asset } = await live.call("GET", `/api/v1/assets/${id}`);
  expect(asset).toMatchObject({ kind: "repository", name: "shop", branch: "main", findings: { unknown: 1 } });
  const { body } = await live.call("GET", `/api/v1/assets/${id}/components`);
  const [left, other] = body.rows;
  expect(left.found).toMatchObject({
    paths: [expect.stringContaining("package-lock.json")],
    license: "MIT",
    isDirect: true,
  });
  expect(other.found).toMatchObject({ isDev: true });
  await send("2.0.0", "--branch", "main");
  await live.server.settled();
  expect(await live.findings()).toEqual([]);
  expect(await live.findings("status=fixed")).toMatchObject([{ advisory: "CVE-2026-0001" }]);
  expect((await live.call("GET", "/api/v1/jobs")).body.rows).toEqual([]);
});

test("a refusal of the server is what the command says, and it ends with 2", async () => {
  const narrow = await run(["scan", join(folder, "shop"), ...target.slice(0, 2), "--token", "zt_a_1_none"]);
  expect(narrow).toMatchObject({ code: 2, err: expect.stringContaining("does not take this token") });
});

test("components of uploads and of agents are the same ones", async () => {
  await send("1.0.0", "--branch", "dev");
  const host = await live.host("box");
  await host.report({ npm: [npm("left", "1.0.0")] });
  await live.server.settled();
  expect(await live.findings()).toMatchObject([{ advisory: "CVE-2026-0001", assetCount: 2 }]);
});
