import { AppError, messageOf } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { tarEntries } from "../../tar.ts";
import { parseConfig } from "./config.ts";
import { chosenManifest, manifestOf, wantedPlatform } from "./manifest.ts";
import { type ImageSource, MAX_MANIFEST_BYTES } from "./source.ts";
import { MAX_LAYER_BYTES, packingOf, unpacked, withFirst } from "./unpack.ts";

/** Members of an archive of an image (count). */
const MAX_MEMBERS = 100_000;
/** Bytes that are read at once. */
const READ_BYTES = 64 * 1024;

/** The files of an archive or folder that holds an image. */
interface Files {
  readonly read: (name: string) => Promise<Buffer | null>;
  /** Throws AppError UNREADABLE when it is absent. */
  readonly stream: (name: string) => AsyncIterable<Buffer>;
  readonly sizeOf: (name: string) => number;
  readonly has: (name: string) => boolean;
  readonly close: () => Promise<void>;
}

/**
 * An image that lies on this machine: what `docker save` writes, an OCI archive or an OCI layout. Null when the file or folder is
 * none. Throws AppError UNREADABLE when it is one and broken.
 */
export const openImageArchive = async (path: string, platform?: string): Promise<ImageSource | null> => {
  const files = (await stat(path)).isDirectory() ? folderFiles(path) : await tarFiles(path);
  if (files === null) return null;
  try {
    const source = (await fromLayout(files, path, platform)) ?? (await fromDocker(files, path));
    if (source === null) await files.close();
    return source;
  } catch (error) {
    await files.close();
    throw error;
  }
};

const fromLayout = async (files: Files, path: string, platform: string | undefined): Promise<ImageSource | null> => {
  const text = await files.read("index.json");
  if (text === null || !files.has("oci-layout")) return null;
  const blob = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
  const readBlob = async (digest: string): Promise<Buffer> => checked(await mustRead(files, blob(digest)), digest);
  const { manifest, digest, name } = await chosenManifest(text, readBlob, wantedPlatform(platform));
  const config = await readBlob(manifest.config.digest);
  return {
    reference: name ?? basename(path),
    digest,
    config,
    configDigest: manifest.config.digest,
    layers: manifest.layers.map((layer) => ({
      sizeBytes: layer.size,
      open: () => verified(files.stream(blob(layer.digest)), layer.digest),
    })),
    attached: [],
    close: files.close,
  };
};

/** `docker save`: manifest.json names the configuration and the layers of each image; the first one is read. */
const fromDocker = async (files: Files, path: string): Promise<ImageSource | null> => {
  const text = await files.read("manifest.json");
  if (text === null) return null;
  const { configName, layerNames, tag } = dockerManifestOf(text);
  const config = await mustRead(files, configName);
  const named = /([a-f0-9]{64})(?:\.json)?$/.exec(configName)?.[1];
  if (named !== undefined) checked(config, `sha256:${named}`);
  const diffIds = parseConfig(config).rootfs.diff_ids;
  return {
    reference: tag ?? basename(path),
    digest: "",
    config,
    configDigest: `sha256:${createHash("sha256").update(config).digest("hex")}`,
    layers: layerNames.map((name, at) => ({
      sizeBytes: files.sizeOf(name),
      open: () => verifiedPlain(files.stream(name), diffIds[at]),
    })),
    attached: [],
    close: files.close,
  };
};

const dockerManifestOf = (text: Buffer): { configName: string; layerNames: string[]; tag: string | null } => {
  const { Config, Layers, RepoTags } = manifestOf(text);
  const layerNames = Array.isArray(Layers) ? Layers.filter((name) => typeof name === "string") : [];
  if (typeof Config !== "string" || layerNames.length === 0) {
    throw new AppError("UNREADABLE", "manifest.json of the image names no configuration or no layers.");
  }
  const tag: unknown = Array.isArray(RepoTags) ? RepoTags[0] : null;
  return { configName: Config, layerNames, tag: typeof tag === "string" ? tag : null };
};

const mustRead = async (files: Files, name: string): Promise<Buffer> => {
  const bytes = await files.read(name);
  if (bytes === null) throw new AppError("UNREADABLE", `The image lacks ${name}.`);
  return bytes;
};

const checked = (bytes: Buffer, digest: string): Buffer => {
  const [algorithm = "", hex] = digest.split(":");
  if (algorithm === "sha256" && createHash("sha256").update(bytes).digest("hex") !== hex) throw damaged(digest);
  return bytes;
};

/** The bytes, which throw at their end when they are not those of the digest. */
export async function* verified(chunks: AsyncIterable<Buffer>, digest: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (digest.startsWith("sha256:") && hash.digest("hex") !== digest.slice("sha256:".length)) throw damaged(digest);
}

/** As `verified`, of a layer that may be packed; the configuration knows only the digest of what is not. */
async function* verifiedPlain(chunks: AsyncIterable<Buffer>, diffId: string | undefined): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = withFirst(first.value, iterator);
  yield* diffId === undefined || packingOf(first.value) !== "plain" ? all : verified(all, diffId);
}

const damaged = (digest: string): AppError =>
  new AppError("UNREADABLE", `A part of the image is not what its digest says (${digest}); get it again.`);

const folderFiles = (folder: string): Files => {
  const sizes = new Map<string, number>();
  return {
    // Names come from the manifest: only plain ones stay below the folder.
    read: async (name) => {
      const found = await stat(join(folder, plain(name))).catch(() => null);
      if (found === null || !found.isFile()) return null;
      if (found.size > MAX_MANIFEST_BYTES)
        throw new AppError("UNREADABLE", `${name} is larger than ${MAX_MANIFEST_BYTES} bytes.`);
      sizes.set(name, found.size);
      return readFile(join(folder, plain(name)));
    },
    stream: (name) =>
      createReadStream(join(folder, plain(name)), { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>,
    sizeOf: (name) => sizes.get(name) ?? 0,
    has: (name) => name === "oci-layout",
    close: () => Promise.resolve(),
  };
};

const plain = (name: string): string => {
  if (name.split("/").some((part) => part === ".." || part === "") || name.includes("\0")) {
    throw new AppError("UNREADABLE", `The image names a file that leaves it: ${name.slice(0, 100)}.`);
  }
  return name;
};

/** The members of a tar archive by name; one that is packed as a whole is unpacked into a temporary file first. Null when it is no tar. */
const tarFiles = async (path: string): Promise<Files | null> => {
  const unpackedPath = await unpackedFile(path);
  const file = await open(unpackedPath ?? path, "r");
  const close = async (): Promise<void> => {
    await file.close();
    if (unpackedPath !== null) await rm(join(unpackedPath, ".."), { recursive: true, force: true });
  };
  const members = await membersOf(file, path).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  if (members === null) {
    await close();
    return null;
  }
  const at = (name: string): { offset: number; sizeBytes: number } | undefined =>
    members.get(name.replace(/^\.\//, ""));
  return {
    has: (name) => at(name) !== undefined,
    sizeOf: (name) => at(name)?.sizeBytes ?? 0,
    read: async (name) => {
      const member = at(name);
      if (member === undefined) return null;
      if (member.sizeBytes > MAX_MANIFEST_BYTES)
        throw new AppError("UNREADABLE", `${name} is larger than ${MAX_MANIFEST_BYTES} bytes.`);
      const bytes = Buffer.alloc(member.sizeBytes);
      await file.read(bytes, 0, bytes.length, member.offset);
      return bytes;
    },
    stream: (name) => {
      const member = at(name);
      if (member === undefined) throw new AppError("UNREADABLE", `The image lacks ${name}.`);
      return rangeOf(file, member.offset, member.sizeBytes);
    },
    close,
  };
};

async function* rangeOf(file: FileHandle, offset: number, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < sizeBytes;) {
    const bytes = Buffer.allocUnsafe(Math.min(READ_BYTES, sizeBytes - done));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset + done);
    if (bytesRead === 0) throw new AppError("UNREADABLE", "The image's archive ends in the middle.");
    done += bytesRead;
    yield bytes.subarray(0, bytesRead);
  }
}

/** Null when it is no tar archive. Throws AppError UNREADABLE when it is one and broken. */
const membersOf = async (
  file: FileHandle,
  path: string,
): Promise<Map<string, { offset: number; sizeBytes: number }> | null> => {
  const members = new Map<string, { offset: number; sizeBytes: number }>();
  const links: [string, string][] = [];
  const { size } = await file.stat();
  let count = 0;
  try {
    for await (const { kind, name, target, offset, sizeBytes } of tarEntries(file, { maxMembers: MAX_MEMBERS })) {
      count += 1;
      if (offset + sizeBytes > size) throw new Error("it ends in the middle");
      const at = name.replace(/^\.\//, "");
      if (kind === "file") members.set(at, { offset, sizeBytes });
      // Older versions of docker write a layer that is there already as a link to it.
      else if (kind === "symlink" || kind === "link") links.push([at, target.replace(/^(?:\.\.?\/)+/, "")]);
    }
  } catch (cause) {
    if (count === 0) return null;
    throw new AppError("UNREADABLE", `${path} is damaged: ${messageOf(cause)}; get it again.`, { cause });
  }
  for (const [at, target] of links) {
    const found = members.get(target);
    if (found !== undefined) members.set(at, found);
  }
  return members;
};

/** The path of the unpacked copy of a file that is gzip or zstd; null when it is neither. */
const unpackedFile = async (path: string): Promise<string | null> => {
  const file = await open(path, "r");
  const head = Buffer.alloc(4);
  await file.read(head, 0, 4, 0);
  await file.close();
  if (packingOf(head) === "plain") return null;
  const to = join(await mkdtemp(join(tmpdir(), "zerotrace-archive-")), "archive.tar");
  try {
    const chunks = createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
    await pipeline(Readable.from(unpacked(chunks, MAX_LAYER_BYTES), { objectMode: false }), createWriteStream(to));
    return to;
  } catch (error) {
    await rm(join(to, ".."), { recursive: true, force: true });
    throw new AppError("UNREADABLE", `${path} cannot be unpacked: ${messageOf(error)}.`, { cause: error });
  }
};
