import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import {
  debOf,
  DEBIAN,
  digestOf,
  npmFile,
  padded,
  tarHeader,
} from "../../packages/plugins/src/targets/image/image-fixtures.ts";
import { madeElf } from "../../packages/plugins/src/extractors/program-fixtures.ts";
import { createRandom } from "../random.ts";

interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mode?: number;
}

export interface MadeLayer {
  readonly path: string;
  readonly digest: string;
  readonly diffId: string;
  readonly sizeBytes: number;
  readonly plainBytes: number;
  readonly fileCount: number;
  readonly packing: "gzip" | "zstd";
}

const POOL_BYTES = 32 * 1024 * 1024;
const WORDS = "the license of this package grants return const function export import value error string number".split(
  " ",
);

/** Text and bytes as programs have them: files are cut from it, so that packing has real work. */
const poolOf = (random: () => number): Buffer => {
  const pool = Buffer.alloc(POOL_BYTES);
  for (let at = 0; at < pool.length;) {
    const isText = random() < 0.45;
    const end = Math.min(pool.length, at + 4096);
    while (at < end) {
      if (isText) at += pool.write(`${WORDS[Math.floor(random() * WORDS.length)]}${Math.floor(random() * 1000)} `, at);
      else pool.writeUInt32LE(Math.floor(random() * 0x1_0000_0000) >>> 0, Math.min(at, pool.length - 4));
      if (!isText) at += 4;
    }
  }
  return pool;
};

/** The layers of a large image: a system, its documents, programs, an application with 4,000 npm packages, models. */
const layersOf = (random: () => number, megabytes: number): (() => Generator<Member>)[] => {
  const pool = poolOf(random);
  const slice = (size: number): Buffer => {
    const at = Math.floor(random() * (pool.length - size));
    return pool.subarray(at, at + size);
  };
  const program = (size: number): Uint8Array => madeElf([{ name: ".text", bytes: slice(size) }]);
  const packages = Array.from({ length: 450 }, (_, at) => ({ name: `package-${at}`, version: `1.${at}.0-1` }));
  const large = function* (folder: string, share: number, size: number, mode: number): Generator<Member> {
    const count = Math.ceil((megabytes * 1e6 * share) / size);
    for (let at = 0; at < count; at++)
      yield { name: `${folder}/file-${at}`, bytes: mode & 0o111 ? program(size) : slice(size), mode };
  };
  return [
    function* () {
      yield { name: DEBIAN.name, bytes: Buffer.from(DEBIAN.bytes as string) };
      yield {
        name: "var/lib/dpkg/status",
        bytes: Buffer.from(packages.map((one) => debOf(one.name, one.version)).join("")),
      };
      for (const { name } of packages) {
        const list = Array.from({ length: 60 }, (_, at) => `/usr/share/${name}/file-${at}\n`).join("");
        yield { name: `var/lib/dpkg/info/${name}.list`, bytes: Buffer.from(list) };
        yield { name: `var/lib/dpkg/info/${name}.md5sums`, bytes: slice(3000) };
        for (let at = 0; at < 60; at++) yield { name: `usr/share/${name}/file-${at}`, bytes: slice(200 + at * 150) };
      }
      yield* large("usr/lib", 0.1, 400_000, 0o644);
    },
    () => large("usr/bin", 0.2, 3_000_000, 0o755),
    function* () {
      for (let at = 0; at < 4_000; at++) {
        const made = npmFile("app", `module-${at}`, `2.${at}.1`);
        yield { name: made.name, bytes: Buffer.from(made.bytes as string) };
        const folder = made.name.slice(0, -"package.json".length);
        for (let n = 0; n < 14; n++) yield { name: `${folder}lib/part-${n}.js`, bytes: slice(500 + n * 300) };
      }
    },
    () => large("opt/models", 0.35, 40_000_000, 0o644),
    () => large("opt/assets", 0.25, 60_000, 0o644),
  ];
};

/** Writes one layer, packed, and tells of it. */
const writeLayer = async (path: string, members: Generator<Member>, packing: "gzip" | "zstd"): Promise<MadeLayer> => {
  const [plain, packed] = [createHash("sha256"), createHash("sha256")];
  let [plainBytes, fileCount] = [0, 0];
  const blocks = function* (): Generator<Buffer> {
    for (const { name, bytes, mode } of members) {
      fileCount += 1;
      for (const block of [tarHeader(name, bytes.length, mode === undefined ? {} : { mode }), padded(bytes)]) {
        plain.update(block);
        plainBytes += block.length;
        yield block;
      }
    }
    const end = Buffer.alloc(1024);
    plain.update(end);
    yield end;
  };
  const counted = new Transform({
    transform: (chunk: Buffer, _, done) => {
      packed.update(chunk);
      done(null, chunk);
    },
  });
  const packer = packing === "gzip" ? createGzip({ level: 1 }) : createZstdCompress();
  await pipeline(Readable.from(blocks(), { objectMode: false }), packer, counted, createWriteStream(path));
  const [digest, diffId] = [packed, plain].map((hash) => `sha256:${hash.digest("hex")}`) as [string, string];
  return { path, digest, diffId, sizeBytes: (await stat(path)).size, plainBytes, fileCount, packing };
};

/** Makes an OCI archive of about so many MB of files; the same for the same size. */
export const makeArchive = async (path: string, folder: string, megabytes: number): Promise<readonly MadeLayer[]> => {
  const makers = layersOf(createRandom(7), megabytes);
  const layers: MadeLayer[] = [];
  for (const [at, members] of makers.entries()) {
    const packing = at === makers.length - 1 ? "zstd" : "gzip";
    layers.push(await writeLayer(join(folder, `layer-${at}`), members(), packing));
  }
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { User: "app" },
      rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map((_, at) => ({ created_by: `COPY layer-${at} /` })),
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: layers.map(({ digest, sizeBytes, packing }) => ({
        mediaType: `application/vnd.oci.image.layer.v1.tar+${packing}`,
        digest,
        size: sizeBytes,
      })),
    }),
  );
  const index = Buffer.from(JSON.stringify({ manifests: [{ digest: digestOf(manifest), size: manifest.length }] }));
  const blob = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
  const small = [
    { name: "oci-layout", bytes: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    { name: "index.json", bytes: index },
    { name: blob(digestOf(manifest)), bytes: manifest },
    { name: blob(digestOf(config)), bytes: config },
  ];
  const all = async function* (): AsyncGenerator<Buffer> {
    for (const { name, bytes } of small) yield Buffer.concat([tarHeader(name, bytes.length), padded(bytes)]);
    for (const { path: from, digest, sizeBytes } of layers) {
      yield tarHeader(blob(digest), sizeBytes);
      yield* createReadStream(from, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
      yield Buffer.alloc(-sizeBytes & 511);
    }
    yield Buffer.alloc(1024);
  };
  await pipeline(Readable.from(all(), { objectMode: false }), createWriteStream(path));
  await Promise.all(layers.map((layer) => rm(layer.path)));
  return layers;
};
