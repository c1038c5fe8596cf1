import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { madeElf } from "../../extractors/program-fixtures.ts";
import type { TargetInventory } from "../target.ts";
import { openImageArchive } from "./archive.ts";
import {
  debOf,
  DEBIAN,
  dockerArchive,
  type ImageFixture,
  type LayerFile,
  madeImage,
  npmFile,
} from "./image-fixtures.ts";
import { scanImage } from "./scan-image.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "zerotrace-scans-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scanned = async (fixture: ImageFixture, signal = new AbortController().signal): Promise<TargetInventory> => {
  const path = join(folder, "image.tar");
  writeFileSync(path, dockerArchive(madeImage(fixture), "acme/app:1"));
  const source = await openImageArchive(path);
  try {
    return await scanImage(source!, { signal });
  } finally {
    await source!.close();
  }
};

/** `name version` of each package with the layer that brought it. */
const layersOf = ({ places }: TargetInventory): Record<string, number | undefined> =>
  Object.fromEntries(
    places.flatMap(({ packages, layer }) =>
      packages.map(({ component: { name, version }, layer: own }) => [`${name} ${version}`, own ?? layer]),
    ),
  );

const status = (...packages: readonly string[]): LayerFile => ({
  name: "var/lib/dpkg/status",
  bytes: packages.map((one) => debOf(one.split(" ")[0]!, one.split(" ")[1]!)).join(""),
});

test("each package is told with the layer and the step that brought it, also after later layers change the database", async () => {
  const found = await scanned({
    layers: [
      { files: [DEBIAN, status("bash 5.2", "zlib1g 1.2")], step: "ADD rootfs.tar /" },
      { files: [status("bash 5.2", "zlib1g 1.2", "curl 7.88")], step: "RUN apt-get install -y curl" },
      { files: [npmFile("app", "lodash", "4.17.20"), npmFile("app", "ms", "2.0.0")], step: "COPY app /app" },
      { files: [status("bash 5.2-2", "curl 7.88")], step: "RUN apt-get upgrade && apt-get remove zlib1g" },
      { files: [{ name: "app/node_modules/.wh.ms" }], step: "RUN rm -r node_modules/ms" },
    ],
  });
  expect(layersOf(found)).toEqual({ "bash 5.2-2": 3, "curl 7.88": 1, "debian 12": 0, "lodash 4.17.20": 2 });
  expect(found.image!.layers.map(({ createdBy }) => createdBy)).toMatchObject({ 1: "RUN apt-get install -y curl" });
  expect(found.problems).toEqual([]);
});

test("packages of a database that lies behind links and of distroless images are found with their layers", async () => {
  const found = await scanned({
    layers: [
      { files: [{ name: "var/lib/dpkg/status.d/tzdata", bytes: debOf("tzdata", "2026a") }] },
      {
        files: [
          { name: "etc/os-release", kind: "symlink", target: "../usr/lib/os-release" },
          { ...DEBIAN, name: "usr/lib/os-release" },
          { name: "var/lib/dpkg/status.d/openssl", bytes: debOf("openssl", "3.0.11") },
        ],
      },
    ],
  });
  expect(layersOf(found)).toEqual({ "debian 12": 1, "openssl 3.0.11": 1, "tzdata 2026a": 0 });
  expect(found.places.flatMap(({ packages }) => packages.map(({ component }) => component.ecosystem))).toContain(
    "Debian:12",
  );
});

test("a hard link to a file whose own name does not matter has its bytes", async () => {
  const { name, bytes } = npmFile("app", "lodash", "4.17.20");
  const found = await scanned({
    layers: [
      {
        files: [
          { name: "a-store/1f/3d", ...(bytes === undefined ? {} : { bytes }) },
          { name, kind: "link", target: "a-store/1f/3d" },
        ],
      },
    ],
  });
  expect(layersOf(found)).toEqual({ "lodash 4.17.20": 0 });
});

test("the base and its part of the layers are recognized; setuid programs are told only above it", async () => {
  const setuid = (name: string): LayerFile => ({ name, bytes: "x", mode: 0o4755 });
  const found = await scanned({
    config: { User: "app" },
    layers: [
      { files: [DEBIAN, status("bash 5.2"), setuid("usr/bin/su")], step: "ADD rootfs.tar /" },
      { files: [setuid("usr/bin/helper")], step: "COPY helper /usr/bin" },
    ],
    emptySteps: { 0: ['CMD ["bash"]'] },
  });
  expect(found.image!.base).toEqual({ reference: "Debian GNU/Linux 12 (bookworm)", layerCount: 1 });
  expect(found.image!.layers.map(({ isBase }) => isBase)).toEqual([true, false]);
  expect(found.image!.faults).toEqual([
    {
      id: "setuid",
      severity: "low",
      says: "Programs that run with their owner's rights: /usr/bin/helper.",
      fix: "Take the setuid bit away (chmod u-s) or run with no-new-privileges.",
    },
  ]);
});

test("programs and archives that a package of the system brought are judged with it, others are not", async () => {
  const program = Buffer.concat([madeElf([{ name: ".text", bytes: new Uint8Array(8) }]), Buffer.alloc(300_000)]);
  const owned = npmFile("usr/share/nodejs", "semver", "7.5.0");
  const path = "usr/share/nodejs/semver/package.json";
  const found = await scanned({
    layers: [
      {
        files: [
          DEBIAN,
          status("node-semver 7.5"),
          { name: "var/lib/dpkg/info/node-semver.list", bytes: `/.\n/${path}\n` },
          { ...owned, name: path },
          npmFile("app", "semver", "7.5.1"),
          { name: "usr/bin/tool", bytes: program, mode: 0o755 },
        ],
      },
    ],
  });
  const owners = found.places.flatMap(({ packages }) =>
    packages
      .filter(({ component }) => component.ecosystem === "npm")
      .map(({ component }) => component.ownedBy?.name ?? ""),
  );
  expect(owners.sort()).toEqual(["", "node-semver"]);
  expect(found.places.every(({ status: said }) => said === "ok")).toBe(true);
});

test("links cannot lead the reader out of the image, and names cannot write outside it", async () => {
  const secret = join(folder, "secret.json");
  writeFileSync(secret, JSON.stringify({ name: "stolen", version: "1.0.0" }));
  const found = await scanned({
    layers: [
      {
        files: [
          npmFile("app", "ms", "2.0.0"),
          { name: "app/node_modules/stolen/package.json", kind: "symlink", target: secret },
          { name: "app/node_modules/up", kind: "symlink", target: folder },
          { name: "etc/os-release", kind: "symlink", target: secret },
          { name: "../../escaped.json", bytes: "{}" },
        ],
      },
    ],
  });
  expect(layersOf(found)).toEqual({ "ms 2.0.0": 0 });
  expect(found.problems).toEqual(["Layer 1: a name that leaves the image was passed over: ../../escaped.json"]);
});

test("nothing is left behind, also when a layer is broken or the scan is ended", async () => {
  const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith("zerotrace-image-")).length;
  const before = temporary();
  const ended = AbortSignal.abort(new Error("ended"));
  await expect(scanned({ layers: [{ files: [DEBIAN] }] }, ended)).rejects.toThrow("ended");
  await scanned({ layers: [{ files: [DEBIAN] }] });
  expect(temporary()).toBe(before);
});
