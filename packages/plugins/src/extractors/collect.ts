import { AppError, messageOf } from "@zerotrace/core";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { HostFs } from "../plugin.ts";
import { apk, APK_DATABASES, MAX_APK_BYTES } from "./apk/index.ts";
import { MAX_STATUS_BYTES } from "./dpkg/places.ts";
import { readDpkgStatus } from "./dpkg/status.ts";
import type { ExtractContext, Extraction, Extractor, HostInventory, OsRelease, SourceInventory } from "./extractor.ts";
import { gather, osEcosystem } from "./gather.ts";
import { hostFacts, machineIdentity, type MachineIdentity, readOsRelease, treeFacts } from "./host-facts.ts";
import { hostFs } from "./host-fs.ts";
import { EXTRACTORS } from "./index.ts";
import { MAX_OS_RELEASE_BYTES, parseOsRelease } from "./os-release.ts";
import { SYSTEM_SOURCE, systemInventory } from "./system.ts";

/**
 * The packages of one apk database (`lib/apk/db/installed`) that lies anywhere on this machine, as those of the system that
 * `osReleasePath` tells; without it of this machine. Throws AppError UNREADABLE.
 */
export const collectApkDatabase = async (
  path: string,
  options: Pick<CollectOptions, "osReleasePath" | "signal">,
): Promise<HostInventory> => {
  const { osReleasePath, signal } = options;
  const os = osReleasePath === undefined ? await readOsRelease(hostFs("/")) : await readNamedRelease(osReleasePath);
  const bytes = await readNamed(path, MAX_APK_BYTES);
  const fs: HostFs = { ...NO_FILES, read: async (asked) => (asked === APK_DATABASES[0] ? bytes : null) };
  const facts = await treeFacts(NO_FILES, os, { hostname: basename(path) });
  return { facts, sources: await extractAll([apk], { fs, os, signal }) };
};

export interface CollectOptions {
  /** The file tree to look at; `/` when absent. */
  readonly root?: string;
  /** A dpkg status file (also gzipped) to read instead of every source; a path of this machine, not of `root`. */
  readonly dpkgStatusPath?: string;
  /** An os-release file to use instead of the root's own; a path of this machine. */
  readonly osReleasePath?: string;
  /** Stands in for a machine-id that the host lacks; the caller keeps it. */
  readonly fallbackMachineId?: string;
  readonly signal: AbortSignal;
}

/**
 * Everything installed on a host, and the system itself; of a status file that is named, its packages alone. A source that cannot be read is there with status `unreadable` and the reason;
 * absent ones are left out. Throws AppError UNREADABLE when a file that was named cannot be read, and the signal's
 * reason when aborted.
 */
export const collectHost = async (options: CollectOptions): Promise<HostInventory> => {
  const { root = "/", signal } = options;
  signal.throwIfAborted();
  await assertFolder(root);
  const fs = hostFs(root);
  const release =
    options.osReleasePath === undefined ? await readOsRelease(fs) : await readNamedRelease(options.osReleasePath);
  const { dpkgStatusPath, fallbackMachineId } = options;
  if (dpkgStatusPath !== undefined) {
    const facts = await treeFacts(NO_FILES, release, { hostname: basename(dpkgStatusPath), fallbackMachineId });
    return { facts, sources: [await readStatusFile(dpkgStatusPath, release, signal)] };
  }
  const facts =
    root === "/"
      ? await hostFacts(fs, release, fallbackMachineId)
      : await treeFacts(fs, release, { hostname: basename(root), fallbackMachineId });
  const sources = await extractAll(EXTRACTORS, { fs, os: release, signal });
  return { facts, sources: [...sources, ...systemOf(release)].sort(bySource) };
};

/** Which machine and boot this is. `fallbackMachineId` stands in for a machine-id that the host lacks. */
export const identifyMachine = (fallbackMachineId: string): Promise<MachineIdentity> =>
  machineIdentity(hostFs("/"), fallbackMachineId);

const bySource = (a: SourceInventory, b: SourceInventory): number => (a.source < b.source ? -1 : 1);

/** An os-release that names no usable version is no reason to lose the packages. */
const systemOf = (release: OsRelease): SourceInventory[] => {
  try {
    return [systemInventory(release) ?? []].flat();
  } catch (error) {
    return [{ source: SYSTEM_SOURCE, status: "unreadable", error: messageOf(error), components: [], problems: [] }];
  }
};

/** Runs the extractors one after another; sorted by source. One that throws becomes `unreadable` with its reason. */
export const extractAll = async (
  extractors: readonly Extractor[],
  context: ExtractContext,
): Promise<SourceInventory[]> => {
  const sources: SourceInventory[] = [];
  for (const extractor of extractors) {
    const source = extractor.descriptor.id;
    try {
      const extraction = await extractor.extract(context);
      if (extraction !== null) sources.push(readable(source, extraction));
    } catch (error) {
      context.signal.throwIfAborted();
      sources.push({ source, status: "unreadable", error: messageOf(error), components: [], problems: [] });
    }
  }
  return sources.sort(bySource);
};

const readable = (source: string, extraction: Extraction): SourceInventory => ({
  source,
  status: "ok",
  components: extraction.components,
  problems: extraction.problems,
});

const readStatusFile = async (path: string, release: OsRelease, signal: AbortSignal): Promise<SourceInventory> => {
  const into = gather(path);
  readDpkgStatus(await readNamed(path, MAX_STATUS_BYTES), osEcosystem(release, "dpkg"), into, { signal });
  return readable("dpkg", into.finish());
};

/** A tree that the user named must be there: an absent one is not an empty one. */
const assertFolder = async (root: string): Promise<void> => {
  const found = await stat(root).catch((cause: unknown) => {
    throw new AppError("UNREADABLE", `The folder ${root} cannot be read: ${messageOf(cause)}.`, { cause });
  });
  if (!found.isDirectory()) throw new AppError("UNREADABLE", `${root} is not a folder.`);
};

/** Without an ID no package would be judged, and nothing would say why. */
const readNamedRelease = async (path: string): Promise<OsRelease> => {
  const release = parseOsRelease(new TextDecoder().decode(await readNamed(path, MAX_OS_RELEASE_BYTES)));
  if (release.id !== "") return release;
  throw new AppError("UNREADABLE", `${path} is no os-release file: it has no line ID=.`);
};

/** A file that the user named must exist; gzip is unpacked within the same bound. */
const readNamed = async (path: string, maxBytes: number): Promise<Uint8Array> => {
  const bytes = await hostFs("/").read(resolve(path), maxBytes);
  if (bytes === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw new AppError("UNREADABLE", `${path} cannot be unpacked: ${messageOf(error)}.`, { cause: error });
  }
};

const NO_FILES: HostFs = { read: async () => null, list: async () => null, realPath: (path) => path };
