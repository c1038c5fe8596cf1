import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debOf, DEBIAN, digestOf, indexOf, madeImage, npmFile } from "@zerotrace/plugins/targets/image/image-fixtures";
import { mustReference } from "@zerotrace/plugins/targets/image/reference";
import { openRegistryImage } from "@zerotrace/plugins/targets/image/registry";
import { scanImage } from "@zerotrace/plugins/targets/image/scan-image";
import { REGISTRY_PASSWORD, REGISTRY_USER, startRegistry, type TestRegistry } from "../support/registry.ts";

const USER = REGISTRY_USER;
const SIGNED_IN = { user: USER, password: REGISTRY_PASSWORD };

const IMAGE = madeImage({
  config: { User: "app" },
  layers: [
    { files: [DEBIAN, { name: "var/lib/dpkg/status", bytes: debOf("bash", "5.2-1") }], step: "ADD rootfs.tar /" },
    { files: [npmFile("app", "lodash", "4.17.20")], step: "COPY app /app" },
  ],
});

let folder = "";
let registry: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerotrace-real-registry-"));
  registry = await startRegistry(folder);
  await registry.push("acme/app", "1", IMAGE);
  await registry.pushManifest("acme/app", "list", indexOf([IMAGE]), "application/vnd.oci.image.index.v1+json");
});

afterAll(async () => {
  await registry?.close();
  await rm(folder, { recursive: true, force: true });
});

const scanned = async (version: string, env: object) => {
  const { signal } = new AbortController();
  const reference = mustReference(`${registry.host}/acme/app${version}`);
  const source = await openRegistryImage(reference, { env: { dockerConfig: "/nonexistent", ...env }, signal });
  return scanImage(source, { signal });
};

test("an image that was pushed to a registry server is found with its packages, layers and digests", async () => {
  const { places, image } = await scanned(":1", SIGNED_IN);
  const found = places.flatMap(({ packages, layer }) =>
    packages.map(({ component, layer: own }) => `${component.name} ${component.version} ${own ?? layer}`),
  );
  expect(found.sort()).toEqual(["bash 5.2-1 0", "debian 12 0", "lodash 4.17.20 1"]);
  expect(image).toMatchObject({ id: digestOf(IMAGE.config), digest: digestOf(IMAGE.manifest) });
});

test("it is found by its digest and through a list of manifests, too", async () => {
  for (const version of [`@${digestOf(IMAGE.manifest)}`, ":list"]) {
    expect((await scanned(version, SIGNED_IN)).image!.digest).toBe(digestOf(IMAGE.manifest));
  }
});

test("a registry server refuses who is not signed in and has no other image", async () => {
  await expect(scanned(":1", {})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await expect(scanned(":1", { user: USER, password: "wrong" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await expect(scanned(":absent", SIGNED_IN)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
