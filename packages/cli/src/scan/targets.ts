import { AppError, messageOf } from "@zerotrace/core";
import { SBOM_LIMITS } from "@zerotrace/plugins/formats/sbom";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import type { Figures } from "../output/progress.ts";
import type { RegistryEnvironment } from "@zerotrace/plugins/targets/image/registry-auth";
import type { ImageSource } from "@zerotrace/plugins/targets/image/source";
import { existsSync } from "node:fs";
import { readFile as readBytes, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { counted } from "../output/headline.ts";

export interface TargetOptions {
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  /** The file tree that `host` means instead of `/`. */
  readonly root?: string;
  readonly noIgnore?: boolean;
  readonly exclude?: readonly string[];
  /** Ask no registry. */
  readonly isOffline: boolean;
  /** `linux/arm64`: the image of many that is read. */
  readonly platform?: string;
  /** Speak HTTP with registries. */
  readonly isInsecure?: boolean;
  readonly registry: RegistryEnvironment;
  readonly onProgress: (text: string, figures: Figures) => void;
  readonly signal: AbortSignal;
}

/**
 * What is found in a target, told by what it is: `host`, a folder, the root of a system, a file, an archive or layout of an image,
 * an image in a registry. Throws AppError NOT_FOUND when there is no such thing, UNREADABLE when it cannot be read.
 */
export const readTarget = async (target: string, options: TargetOptions): Promise<TargetInventory> => {
  if (target === "host") return readHost(options);
  const path = resolve(target);
  const found = await stat(path).catch(() => null);
  if (found === null) return readRegistry(target, options);
  const inventory = found.isDirectory()
    ? await readFolder(path, target, options)
    : await readFile(path, target, options);
  return { ...inventory, name: inventory.kind === "image" ? inventory.name : nameOf(target) };
};

const readFolder = async (path: string, target: string, options: TargetOptions): Promise<TargetInventory> => {
  if (existsSync(join(path, "oci-layout")))
    return (await readArchive(path, options)) ?? readTree(path, target, options);
  const { isRootFolder, scanRoot } = await import("@zerotrace/plugins/targets/root");
  if (!(await isRootFolder(path))) return readTree(path, target, options);
  const found = await scanRoot(path, { onProgress: counts(target, options), signal: options.signal });
  return { name: target, kind: "root", root: path, ...found };
};

const readTree = async (path: string, target: string, options: TargetOptions): Promise<TargetInventory> => {
  const { scanFolder } = await import("@zerotrace/plugins/targets/folder");
  return scanFolder(path, { ...folderOptions(options), onProgress: counts(target, options) });
};

const readFile = async (path: string, target: string, options: TargetOptions): Promise<TargetInventory> => {
  const { headOf, isTarFile, scanFile } = await import("@zerotrace/plugins/targets/folder");
  const { sniff, SNIFF_BYTES } = await import("@zerotrace/plugins/targets/sniff");
  const looks = sniff(path.endsWith(".gz") ? (await unpackedHeadOf(path)).slice(0, SNIFF_BYTES) : headOf(path));
  if (looks === "dpkg") return { ...(await readHost({ ...options, dpkgStatusPath: path })), name: target };
  if (looks === "apk") return { ...(await readApk(path, options)), name: target };
  const image = (await isTarFile(path)) ? await readArchive(path, options) : null;
  return (
    image ??
    (await readSbomFile(path, target)) ??
    scanFile(path, { ...folderOptions(options), onProgress: counts(target, options) })
  );
};

/** Bytes of a packed file in which its beginning is looked for. */
const PACKED_HEAD_BYTES = 16 * 1024;
/** What they may unpack to (bytes); deflate makes no more than 1032 of one. */
const MAX_HEAD_BYTES = 32 * 1024 * 1024;

/** The beginning of what a gzip file holds; empty where it is none. */
const unpackedHeadOf = async (path: string): Promise<string> => {
  const [{ constants, gunzipSync }, { open }] = await Promise.all([import("node:zlib"), import("node:fs/promises")]);
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PACKED_HEAD_BYTES), 0, PACKED_HEAD_BYTES, 0);
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_HEAD_BYTES };
    return gunzipSync(buffer.subarray(0, bytesRead), options).toString("utf8");
  } catch {
    // No gzip after all: its readers say so.
    return "";
  } finally {
    await file.close();
  }
};

/** The bill of materials in a file; null when it is none. Throws AppError UNREADABLE naming a file that is one and not read. */
const readSbomFile = async (path: string, target: string): Promise<TargetInventory | null> => {
  const { size } = await stat(path);
  if (size > SBOM_LIMITS.sizeBytes) return null;
  const bytes = await readBytes(path);
  const { isSbom, scanSbom } = await import("@zerotrace/plugins/targets/sbom");
  try {
    if (!isSbom(bytes)) return null;
    return { ...(await scanSbom(bytes, basename(target))), root: dirname(resolve(path)) };
  } catch (error) {
    throw new AppError("UNREADABLE", `${target}: ${messageOf(error)}`, { field: "target", cause: error });
  }
};

const folderOptions = ({ noIgnore, exclude, signal }: TargetOptions) => ({
  ...(noIgnore === undefined ? {} : { noIgnore }),
  ...(exclude === undefined ? {} : { exclude }),
  signal,
});

const counts =
  (target: string, { onProgress }: TargetOptions) =>
  ({ fileCount, readCount }: { fileCount: number; readCount: number }): void =>
    onProgress(
      readCount > 0
        ? `Reading ${target}: ${counted(readCount, "file")}`
        : `Looking through ${target}: ${counted(fileCount, "file")}`,
      {},
    );

const readArchive = async (path: string, options: TargetOptions): Promise<TargetInventory | null> => {
  const { openImageArchive } = await import("@zerotrace/plugins/targets/image/archive");
  const source = await openImageArchive(path, options.platform);
  return source === null ? null : readImage(source, options);
};

const readRegistry = async (target: string, options: TargetOptions): Promise<TargetInventory> => {
  const { parseReference } = await import("@zerotrace/plugins/targets/image/reference");
  const reference = parseReference(target);
  // A bare word is sooner a file that is not there than an image.
  if (reference === null || !/[:/@]/.test(target) || /^[./~]/.test(target)) {
    const image = reference === null || /^[./~]/.test(target) ? "" : `; for the image write ${target}:latest`;
    throw new AppError("NOT_FOUND", `There is no ${target}: name a folder, a file, an image or host${image}.`, {
      field: "target",
    });
  }
  if (options.isOffline)
    throw new AppError("UNREADABLE", `There is no file ${target}, and --offline asks no registry.`, {
      field: "target",
    });
  const { openRegistryImage } = await import("@zerotrace/plugins/targets/image/registry");
  const { platform, isInsecure, registry: env, signal } = options;
  const more = { ...(platform === undefined ? {} : { platform }), ...(isInsecure === undefined ? {} : { isInsecure }) };
  return readImage(await openRegistryImage(reference, { env, ...more, signal }), options);
};

const readImage = async (source: ImageSource, { onProgress, signal }: TargetOptions): Promise<TargetInventory> => {
  const { scanImage } = await import("@zerotrace/plugins/targets/image/scan-image");
  // Gigabytes of short-lived buffers go by a heap of a few MB: marking it in small steps all the time costs more than the reading.
  setFlagsFromString("--no-incremental-marking");
  const told = ({ says, ...bytes }: { says: string; doneBytes: number; totalBytes: number }): void =>
    onProgress(`${source.reference}: ${says}`, bytes);
  try {
    return await scanImage(source, { onProgress: told, signal });
  } finally {
    await source.close();
  }
};

/** As it was asked for; a folder by its own name where it was asked for as `.`. */
const nameOf = (target: string): string =>
  /^[./]+$/.test(target) ? basename(resolve(target)) || target : target.replace(/\/+$/, "");

const readApk = async (path: string, { osReleasePath, signal }: TargetOptions): Promise<TargetInventory> => {
  const { collectApkDatabase } = await import("@zerotrace/plugins/extractors/collect");
  const { targetOfHost } = await import("@zerotrace/plugins/targets/host");
  return targetOfHost(
    await collectApkDatabase(path, { ...(osReleasePath === undefined ? {} : { osReleasePath }), signal }),
  );
};

const readHost = async ({ dpkgStatusPath, osReleasePath, root, signal }: TargetOptions): Promise<TargetInventory> => {
  const { collectHost } = await import("@zerotrace/plugins/extractors/collect");
  const { targetOfHost } = await import("@zerotrace/plugins/targets/host");
  const given = {
    ...(root === undefined ? {} : { root }),
    ...(dpkgStatusPath === undefined ? {} : { dpkgStatusPath }),
    ...(osReleasePath === undefined ? {} : { osReleasePath }),
  };
  return targetOfHost(await collectHost({ ...given, signal }));
};
