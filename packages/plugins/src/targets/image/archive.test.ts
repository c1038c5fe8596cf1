import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openImageArchive } from "./archive.ts";
import {
  debOf,
  DEBIAN,
  digestOf,
  dockerArchive,
  indexOf,
  layoutFiles,
  type MadeImage,
  madeImage,
  npmFile,
  tarOfFiles,
  writeFiles,
} from "./image-fixtures.ts";
import { scanImage } from "./scan-image.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "zerotrace-archives-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
let count = 0;
const written = (bytes: Uint8Array): string => {
  const path = join(folder, `${++count}.tar`);
  writeFileSync(path, bytes);
  return path;
};

const IMAGE = madeImage({
  layers: [
    { files: [DEBIAN, { name: "var/lib/dpkg/status", bytes: debOf("bash", "5.2-1") }] },
    { files: [npmFile("app", "lodash", "4.17.20")], packing: "zstd" },
    { files: [npmFile("app", "ms", "2.0.0")], packing: "plain" },
  ],
});

/** The packages of an image on disk as `name version layer`, its reference and its digest. */
const scanned = async (path: string, platform?: string) => {
  const source = await openImageArchive(path, platform);
  if (source === null) return null;
  try {
    const { places, image } = await scanImage(source, { signal });
    const packages = places.flatMap(({ packages: all, layer }) =>
      all.map((one) => `${one.component.name} ${one.component.version} ${one.layer ?? layer ?? ""}`.trim()),
    );
    return { packages: packages.sort(), reference: image!.reference, digest: image!.digest, id: image!.id };
  } finally {
    await source.close();
  }
};

const FOUND = ["bash 5.2-1 0", "debian 12 0", "lodash 4.17.20 1", "ms 2.0.0 2"];

test("docker save, OCI archives and layouts give the same, packed as a whole or not", async () => {
  const docker = dockerArchive(IMAGE, "acme/app:1");
  const oci = tarOfFiles(layoutFiles([IMAGE]));
  for (const bytes of [docker, gzipSync(docker), zstdCompressSync(docker)]) {
    const found = await scanned(written(bytes));
    expect(found).toEqual({ packages: FOUND, reference: "acme/app:1", digest: "", id: digestOf(IMAGE.config) });
  }
  for (const bytes of [oci, gzipSync(oci)]) {
    expect(await scanned(written(bytes))).toMatchObject({ packages: FOUND, digest: digestOf(IMAGE.manifest) });
  }
  const layout = join(folder, "layout");
  writeFiles(layout, layoutFiles([IMAGE]));
  expect(await scanned(layout)).toMatchObject({ packages: FOUND, reference: "layout" });
});

test("what is unpacked goes away with the image", async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith("zerotrace-archive-"));
  const source = await openImageArchive(written(gzipSync(dockerArchive(IMAGE, "a:1"))));
  await source!.close();
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith("zerotrace-archive-"));
  expect(after.filter((name) => !before.includes(name))).toEqual([]);
});

const withNpm = (name: string, architecture: string): MadeImage =>
  madeImage({ layers: [{ files: [npmFile("app", name, "1.0.0")] }], architecture });

test("of a list of images that of the platform is read, attestations never; one that is asked for and absent is refused", async () => {
  const [amd, arm] = [withNpm("on-amd", "amd64"), withNpm("on-arm", "arm64")];
  const attestation = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: digestOf(Buffer.from("attestation")),
    size: 11,
    platform: { os: "unknown", architecture: "unknown" },
    annotations: { "vnd.docker.reference.type": "attestation-manifest" },
  };
  const path = written(tarOfFiles(layoutFiles([amd, arm], indexOf([amd, arm], [attestation]))));
  expect((await scanned(path, "linux/arm64"))?.packages).toEqual(["on-arm 1.0.0 0"]);
  expect((await scanned(path, "linux/amd64"))?.packages).toEqual(["on-amd 1.0.0 0"]);
  await expect(scanned(path, "linux/s390x")).rejects.toThrow("linux/amd64, linux/arm64");
  expect((await scanned(path, "arm64"))?.packages).toEqual(["on-arm 1.0.0 0"]);
  const only = written(tarOfFiles(layoutFiles([], indexOf([], [attestation]))));
  await expect(scanned(only)).rejects.toThrow("names no image");
});

test("an index within an index is followed, and one that never ends is not", async () => {
  const inner = indexOf([IMAGE]);
  const outer = (digest: string): Buffer => Buffer.from(JSON.stringify({ manifests: [{ digest, size: 1 }] }));
  const files = layoutFiles([IMAGE], outer(digestOf(inner)));
  const path = written(tarOfFiles([...files, { name: `blobs/${digestOf(inner).replace(":", "/")}`, bytes: inner }]));
  expect((await scanned(path))?.packages).toEqual(FOUND);
  let top = indexOf([IMAGE]);
  const chain = Array.from({ length: 6 }, () => {
    const bytes = top;
    top = outer(digestOf(bytes));
    return { name: `blobs/${digestOf(bytes).replace(":", "/")}`, bytes };
  });
  await expect(scanned(written(tarOfFiles([...layoutFiles([IMAGE], top), ...chain])))).rejects.toThrow("levels");
});

test("a part that is not what its digest says is refused, also when it can be read", async () => {
  const other = madeImage({ layers: [{ files: [npmFile("app", "evil", "1.0.0")] }] });
  const swap = (digest: string, bytes: Buffer) =>
    layoutFiles([IMAGE]).map((file) => (file.name.endsWith(digest.slice(7)) ? { ...file, bytes } : file));
  const layer = swap(digestOf(IMAGE.layers[1]!), other.layers[0]!);
  await expect(scanned(written(tarOfFiles(layer)))).rejects.toThrow(/Layer 2 .*not what its digest says/);
  const config = swap(digestOf(IMAGE.config), other.config);
  await expect(scanned(written(tarOfFiles(config)))).rejects.toThrow("not what its digest says");
  const manifest = swap(digestOf(IMAGE.manifest), other.manifest);
  await expect(scanned(written(tarOfFiles(manifest)))).rejects.toThrow("not what its digest says");
});

test("a layer of docker save that is not what the configuration says is refused", async () => {
  const other = madeImage({ layers: [{ files: [npmFile("app", "evil", "1.0.0")] }] });
  const swapped = { ...IMAGE, plainLayers: [IMAGE.plainLayers[0]!, other.plainLayers[0]!, IMAGE.plainLayers[2]!] };
  await expect(scanned(written(dockerArchive(swapped, "a:1")))).rejects.toThrow(/Layer 2 .*not what its digest says/);
});

test("an archive that is cut off or lacks a part is refused with what to do; one that holds no image is none", async () => {
  const docker = dockerArchive(IMAGE, "a:1");
  await expect(scanned(written(docker.subarray(0, 2000)))).rejects.toThrow(/is damaged: .*get it again/);
  await expect(scanned(written(gzipSync(docker).subarray(0, 500)))).rejects.toThrow("cannot be unpacked");
  const lacking = layoutFiles([IMAGE]).filter(({ name }) => !name.endsWith(digestOf(IMAGE.layers[2]!).slice(7)));
  await expect(scanned(written(tarOfFiles(lacking)))).rejects.toThrow(/Layer 3 cannot be read: The image lacks blobs/);
  const layout = join(folder, "lacking");
  writeFiles(layout, lacking);
  await expect(scanned(layout)).rejects.toThrow("Layer 3 cannot be read");
  expect(await scanned(written(tarOfFiles([{ name: "a.txt", bytes: "1" }])))).toBeNull();
  expect(await scanned(written(Buffer.from("no archive".repeat(100))))).toBeNull();
  expect(await scanned(written(Buffer.alloc(0)))).toBeNull();
});

test("a manifest cannot name files outside the layout", async () => {
  const layout = join(folder, "leaving");
  writeFiles(layout, [{ name: "manifest.json", bytes: '[{"Config":"../secret","Layers":["../secret"]}]' }]);
  await expect(scanned(layout)).rejects.toThrow("leaves it");
  expect(existsSync(join(folder, "secret"))).toBe(false);
});
