import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  DEBIAN,
  debOf,
  digestOf,
  indexOf,
  madeImage,
  type MadeImage,
  npmFile,
} from "../../packages/plugins/src/targets/image/image-fixtures.ts";
import { type Live, record, startLive } from "../support/live.ts";

let live: Live;
let registry: Server;
let host: string;
let image: MadeImage;

const imageOf = (left: string): MadeImage =>
  madeImage({
    layers: [
      { files: [DEBIAN, { name: "var/lib/dpkg/status", bytes: debOf("bash", "5.2-1") }], step: "base" },
      { files: [npmFile("srv", "left", left)], step: "COPY . /srv" },
    ],
  });

beforeAll(async () => {
  image = imageOf("1.0.0");
  registry = createServer((request, answer) => {
    const [, kind, name = ""] = /^\/v2\/team\/app\/(manifests|blobs)\/(.+)$/.exec(request.url ?? "") ?? [];
    const isNamed = kind === "manifests" && name === "1.0";
    const bytes = isNamed
      ? indexOf([image])
      : kind === "manifests" && name === digestOf(image.manifest)
        ? image.manifest
        : image.blobs.get(name);
    if (bytes === undefined) answer.writeHead(404).end();
    else answer.end(bytes);
  });
  await new Promise<void>((resolve) => void registry.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const records = { npm: [record("CVE-2026-0001", "npm", "left", "2.0.0")] };
  live = await startLive(records, { config: { registryHosts: [host] } });
});
afterAll(async () => {
  await live.stop();
  registry.closeAllConnections();
  registry.close();
});

const pull = async (reference: string) => {
  const asked = await live.call("POST", "/api/v1/images", { body: { reference, platform: "linux/amd64" } });
  expect(asked).toMatchObject({ status: 202, body: { state: "waiting", name: reference } });
  const look = async () => (await live.call("GET", `/api/v1/uploads/${asked.body.id}`)).body;
  for (let tries = 0; tries < 300 && !["done", "failed"].includes((await look()).state); tries += 1) await sleep(100);
  await live.server.settled();
  return await look();
};

test("an image of a registry that the operator allows is pulled by a job, with layers, and its findings come", async () => {
  const done = await pull(`${host}/team/app:1.0`);
  expect(done).toMatchObject({ state: "done", assetName: `${host}/team/app`, branch: "1.0", error: null });
  const { body: asset } = await live.call("GET", `/api/v1/assets/${done.assetId}`);
  expect(asset).toMatchObject({
    kind: "image",
    version: digestOf(image.manifest),
    os: "Debian GNU/Linux 12 (bookworm)",
  });
  const { body } = await live.call("GET", `/api/v1/assets/${done.assetId}/components?q=left`);
  expect(body.rows[0].found).toMatchObject({
    paths: ["srv/node_modules/left/package.json"],
    layer: digestOf(image.plainLayers[1]!),
  });
  expect(await live.findings()).toMatchObject([{ advisory: "CVE-2026-0001", package: "left" }]);
  image = imageOf("2.0.0");
  const again = await pull(`${host}/team/app:1.0`);
  expect(again).toMatchObject({ assetId: done.assetId, addedCount: 1, removedCount: 1 });
  expect(await live.findings()).toEqual([]);
});

test("an image that is not there fails once with what to do", async () => {
  expect(await pull(`${host}/team/app:9.9`)).toMatchObject({ state: "failed", error: /There is no image .*9\.9/ });
});
