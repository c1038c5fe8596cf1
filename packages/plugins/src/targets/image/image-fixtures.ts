import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";

/** One member of a layer that a test makes. */
export interface LayerFile {
  readonly name: string;
  readonly bytes?: string | Uint8Array;
  readonly kind?: "file" | "folder" | "symlink" | "link" | "device";
  readonly target?: string;
  readonly mode?: number;
}

const TYPES = { file: "0", link: "1", symlink: "2", device: "3", folder: "5" } as const;
const BLOCK_BYTES = 512;

/** The header of one member of a tar archive, with a right checksum. `type` is the letter of its kind. */
export const tarHeader = (
  name: string,
  sizeBytes: number,
  { type = "0", target = "", mode = 0o644 }: { type?: string; target?: string; mode?: number } = {},
): Buffer => {
  const head = Buffer.alloc(BLOCK_BYTES);
  head.write(Buffer.from(name).subarray(0, 100).toString("latin1"), 0, "latin1");
  head.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  head.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124);
  head.write("00000000000\0", 136);
  head.write(type, 156);
  head.write(target.slice(0, 100), 157);
  head.write("ustar\x0000", 257);
  return withSum(head);
};

/** The header with its checksum set. */
export const withSum = (head: Buffer): Buffer => {
  head.write("        ", 148);
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return head;
};

/** Bytes filled up to whole blocks. */
export const padded = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(-bytes.length & (BLOCK_BYTES - 1))]);

const longName = (type: "K" | "L", text: string): Buffer[] => {
  const bytes = Buffer.from(`${text}\0`);
  return [tarHeader("././@LongLink", bytes.length, { type }), padded(bytes)];
};

/** A tar archive of these members, in this order; long names as GNU writes them. */
export const tarOfFiles = (files: readonly LayerFile[]): Buffer => {
  const blocks = files.flatMap(({ name, bytes = "", kind = "file", target = "", mode }) => {
    const content = kind === "file" ? Buffer.from(bytes as string) : Buffer.alloc(0);
    const head = tarHeader(name, content.length, {
      type: TYPES[kind],
      target,
      ...(mode === undefined ? {} : { mode }),
    });
    return [
      ...(Buffer.byteLength(name) > 100 ? longName("L", name) : []),
      ...(target.length > 100 ? longName("K", target) : []),
      head,
      padded(content),
    ];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
};

/** `sha256:…` of these bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export interface LayerFixture {
  readonly files: readonly LayerFile[];
  /** The build step, as the history has it. */
  readonly step?: string;
  readonly packing?: "gzip" | "zstd" | "plain";
}

export interface ImageFixture {
  readonly layers: readonly LayerFixture[];
  /** User, Env, Labels … */
  readonly config?: object;
  /** Steps that made no layer, by the position of the layer that they follow. */
  readonly emptySteps?: Readonly<Record<number, readonly string[]>>;
  readonly architecture?: string;
}

/** An image that a test made: everything that a registry would hold of it. */
export interface MadeImage {
  readonly config: Buffer;
  readonly manifest: Buffer;
  readonly layers: readonly Buffer[];
  readonly plainLayers: readonly Buffer[];
  readonly architecture: string;
  /** The configuration and the packed layers by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

const PACKERS = { gzip: gzipSync, zstd: zstdCompressSync, plain: (bytes: Buffer): Buffer => bytes } as const;
const ENDINGS = { gzip: "+gzip", zstd: "+zstd", plain: "" } as const;

/** Makes an image. */
export const madeImage = (fixture: ImageFixture): MadeImage => {
  const { architecture = "amd64" } = fixture;
  const plainLayers = fixture.layers.map(({ files }) => tarOfFiles(files));
  const packings = fixture.layers.map(({ packing = "gzip" }) => packing);
  const layers = plainLayers.map((bytes, at) => Buffer.from(PACKERS[packings[at]!](bytes)));
  const history = fixture.layers.flatMap(({ step = "" }, at) => [
    { created_by: step },
    ...(fixture.emptySteps?.[at] ?? []).map((created_by) => ({ created_by, empty_layer: true })),
  ]);
  const rootfs = { type: "layers", diff_ids: plainLayers.map(digestOf) };
  const config = Buffer.from(
    JSON.stringify({ architecture, os: "linux", config: fixture.config ?? {}, rootfs, history }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: layers.map((bytes, at) => ({
        mediaType: `application/vnd.oci.image.layer.v1.tar${ENDINGS[packings[at]!]}`,
        digest: digestOf(bytes),
        size: bytes.length,
      })),
    }),
  );
  const blobs = new Map([config, ...layers].map((bytes) => [digestOf(bytes), bytes]));
  return { config, manifest, layers, plainLayers, architecture, blobs };
};

/** What `docker save` writes (before version 25). */
export const dockerArchive = ({ config, plainLayers }: MadeImage, tag: string): Buffer => {
  const names = plainLayers.map((_, at) => `layer-${at}/layer.tar`);
  const configName = `${digestOf(config).slice(7)}.json`;
  return tarOfFiles([
    ...plainLayers.map((bytes, at) => ({ name: names[at]!, bytes })),
    { name: configName, bytes: config },
    { name: "manifest.json", bytes: JSON.stringify([{ Config: configName, RepoTags: [tag], Layers: names }]) },
  ]);
};

/** An index of several images, as registries and layouts hold it. `more` are added as they are. */
export const indexOf = (images: readonly MadeImage[], more: readonly object[] = []): Buffer =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [
        ...more,
        ...images.map(({ manifest, architecture }) => ({
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: digestOf(manifest),
          size: manifest.length,
          platform: { os: "linux", architecture },
        })),
      ],
    }),
  );

/** The files of an OCI layout by name. */
export const layoutFiles = (images: readonly MadeImage[], index = indexOf(images)): LayerFile[] => {
  const blobs = images.flatMap(({ manifest, blobs: all }) => [[digestOf(manifest), manifest] as const, ...all]);
  return [
    { name: "oci-layout", bytes: '{"imageLayoutVersion":"1.0.0"}' },
    { name: "index.json", bytes: index },
    ...blobs.map(([digest, bytes]) => ({ name: `blobs/${digest.replace(":", "/")}`, bytes })),
  ];
};

/** Writes plain files below a folder. */
export const writeFiles = (folder: string, files: readonly LayerFile[]): void => {
  for (const { name, bytes = "" } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
};

/** A paragraph of dpkg's status file. */
export const debOf = (name: string, version: string): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;

/** What tells Debian 12. */
export const DEBIAN: LayerFile = {
  name: "etc/os-release",
  bytes: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\n',
};

/** An installed npm package. */
export const npmFile = (folder: string, name: string, version: string): LayerFile => ({
  name: `${folder}/node_modules/${name}/package.json`,
  bytes: JSON.stringify({ name, version }),
});
