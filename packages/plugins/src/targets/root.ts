import { messageOf } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { extractAll } from "../extractors/collect.ts";
import type { ExtractContext, OsRelease, SourceInventory } from "../extractors/extractor.ts";
import type { FileExtractor } from "../extractors/file-extractor.ts";
import { FILE_EXTRACTORS } from "../extractors/files.ts";
import { readOsRelease } from "../extractors/host-facts.ts";
import type { HostFs } from "../plugin.ts";
import { hostFs } from "../extractors/host-fs.ts";
import { EXTRACTORS } from "../extractors/index.ts";
import { ownersOf } from "../extractors/os-owned.ts";
import { parseOsRelease } from "../extractors/os-release.ts";
import { systemInventory } from "../extractors/system.ts";
import { chooserOf } from "./choose.ts";
import { readingsOf } from "./folder.ts";
import { placesOfSources } from "./host.ts";
import { readFiles, type Reading } from "./read-files.ts";
import type { Place } from "./target.ts";
import { walk } from "./walk.ts";

/** Readers of what is installed; a lockfile in a system says what somebody once meant to install. */
const INSTALLED: ReadonlySet<string> = new Set([
  "cargo-auditable",
  "composer-installed",
  "conda",
  "cpan-meta",
  "dotnet-deps",
  "gemspec",
  "go-binary",
  "jar",
  "luarocks",
  "package-json",
  "wheel-egg",
  "wordpress-plugin",
]);
/** What the readers of files find everywhere, these find at known places only. */
const BY_FILES: ReadonlySet<string> = new Set(["npm-global", "python-site"]);
/** Folders at the top that hold no files of the system. */
const PASSED: ReadonlySet<string> = new Set(["proc", "sys", "dev"]);
/** Problems kept of one system (count). */
const MAX_ROOT_PROBLEMS = 100;

/** Readers of files that run in a system. */
export const INSTALLED_READERS: readonly FileExtractor[] = FILE_EXTRACTORS.filter(({ id }) => INSTALLED.has(id));
/** Readers of a system's package databases. */
export const SYSTEM_READERS = EXTRACTORS.filter(({ descriptor }) => !BY_FILES.has(descriptor.id));

export interface RootInventory {
  readonly os: OsRelease;
  readonly places: readonly Place[];
  readonly problems: readonly string[];
}

export interface RootOptions {
  readonly onProgress?: (progress: { readonly fileCount: number; readonly readCount: number }) => void;
  readonly signal: AbortSignal;
}

/**
 * What is installed in the file tree of a system: its package databases, and the libraries, archives and programs in it. What
 * lies in files of an operating-system package is judged with that. Links cannot lead out of the tree. Throws AppError
 * UNREADABLE when the tree cannot be read.
 */
export const scanRoot = async (root: string, options: RootOptions): Promise<RootInventory> => {
  const { signal, onProgress } = options;
  const fs = hostFs(root);
  const problems: string[] = [];
  const readings: Reading[] = [];
  let fileCount = 0;
  const chooser = chooserOf(INSTALLED_READERS);
  await walk(root, {
    isIgnoring: false,
    skips: (path) => PASSED.has(path),
    onFile: (path, name) => void readings.push(...readingsOf(chooser, root, path, name)),
    onProblem: (text) => problems.length < MAX_ROOT_PROBLEMS && problems.push(text),
    onCount: (count) => {
      fileCount = count;
      onProgress?.({ fileCount, readCount: 0 });
    },
    signal,
  });
  const digestOf = (path: string, algorithm: string): Promise<string> => hashOf(`${root}${path}`, algorithm);
  const onRead = (readCount: number): void => onProgress?.({ fileCount, readCount });
  return { ...(await readSystem({ fs, readings, digestOf, onRead, signal })), problems };
};

/** The files of a system, wherever they lie. */
export interface SystemFiles {
  readonly fs: HostFs;
  readonly readings: readonly Reading[];
  /** The checksum of one of the readings' files in hex, by its absolute path in the system. */
  readonly digestOf: (path: string, algorithm: string) => Promise<string>;
  readonly onRead: (readCount: number) => void;
  readonly signal: AbortSignal;
}

/** The packages of a system's databases and of these files of it; what its packages brought is judged with them. */
export const readSystem = async (files: SystemFiles): Promise<Pick<RootInventory, "os" | "places">> => {
  const { fs, readings, digestOf, onRead, signal } = files;
  const os = await readOsRelease(fs);
  const context: ExtractContext = { fs, os, signal };
  const sources = [...(await extractAll(SYSTEM_READERS, context)), ...systemOf(os)];
  const fileContext = {
    read: (path: string, maxBytes: number) => fs.read(`/${path}`, maxBytes),
    list: (path: string) => fs.list(`/${path}`),
    os,
    signal,
  };
  const found = await readFiles(readings, fileContext, onRead);
  const paths = [...new Set(found.filter(({ packages }) => packages.length > 0).map(({ path }) => `/${path}`))];
  const owners = await ownersOf(context, paths, digestOf);
  return { os, places: [...placesOfSources(sources), ...found.map((place) => withOwner(place, owners))] };
};

const systemOf = (os: OsRelease): SourceInventory[] => {
  try {
    return [systemInventory(os) ?? []].flat();
  } catch (error) {
    return [{ source: "system", status: "unreadable", error: messageOf(error), components: [], problems: [] }];
  }
};

/** A file that holds packages and that a package of the system brought is judged with it. */
const withOwner = (place: Place, owners: Awaited<ReturnType<typeof ownersOf>>): Place => {
  const ownedBy = owners.get(`/${place.path}`);
  if (ownedBy === undefined) return place;
  const packages = place.packages.map((found) => ({ ...found, component: { ...found.component, ownedBy } }));
  return { ...place, packages };
};

const hashOf = async (file: string, algorithm: string): Promise<string> => {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

/** Whether a folder is the root of a system: it says which one, or holds a package database. */
export const isRootFolder = async (folder: string): Promise<boolean> => {
  const fs = hostFs(folder);
  const os = await readOsRelease(fs).catch(() => parseOsRelease(""));
  if (os.id !== "") return true;
  const databases = ["/var/lib/dpkg", "/lib/apk/db", "/var/lib/rpm", "/usr/lib/sysimage/rpm"];
  const found = await Promise.all(databases.map((path) => fs.list(path).catch(() => null)));
  return found.some((names) => names !== null);
};
