import { AppError, globTest, messageOf } from "@zerotrace/core";
import { closeSync, type Dirent, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, posix } from "node:path";
import type { OsRelease } from "../extractors/extractor.ts";
import type { FileContext, FileExtractor } from "../extractors/file-extractor.ts";
import { FILE_EXTRACTORS } from "../extractors/files.ts";
import { hostFs } from "../extractors/host-fs.ts";
import { parseOsRelease } from "../extractors/os-release.ts";
import { type Chooser, chooserOf, isProgramHead, mayBeProgram, MIN_PROGRAM_BYTES } from "./choose.ts";
import { readFiles, type Reading } from "./read-files.ts";
import { sniff, SNIFF_BYTES } from "./sniff.ts";
import type { TargetInventory } from "./target.ts";
import { walk } from "./walk.ts";

/** Problems kept of one target (count). */
const MAX_TARGET_PROBLEMS = 100;
const NO_OS: OsRelease = parseOsRelease("");

export interface FolderOptions {
  /** Look also at what .gitignore leaves out. */
  readonly noIgnore?: boolean;
  /** Paths within the target that are left out, with all below them; `*` stands for any text within a part. */
  readonly exclude?: readonly string[];
  readonly extractors?: readonly FileExtractor[];
  readonly onProgress?: (progress: { readonly fileCount: number; readonly readCount: number }) => void;
  readonly signal: AbortSignal;
}

/**
 * What the lockfiles, manifests, archives and programs below a folder list. Honors .gitignore, does not look into `.git`, nor
 * into a `node_modules` whose lockfile lies beside it. Throws AppError UNREADABLE when the folder cannot be read.
 */
export const scanFolder = async (root: string, options: FolderOptions): Promise<TargetInventory> => {
  const { signal, onProgress } = options;
  const problems: string[] = [];
  const readings: Reading[] = [];
  let fileCount = 0;
  const chooser = chooserOf(options.extractors ?? FILE_EXTRACTORS);
  const isExcluded = excludes(options.exclude ?? []);
  try {
    await walk(root, {
      isIgnoring: options.noIgnore !== true,
      skips: (path, name, siblings) => name === ".git" || isLocked(name, siblings) || isExcluded(path),
      onFile: (path, name, isKept) => {
        const found = readingsOf(chooser, root, path, name);
        if (found.length > 0 && isKept(path) && !isExcluded(path)) readings.push(...found);
      },
      onProblem: (text) => problems.length < MAX_TARGET_PROBLEMS && problems.push(text),
      onCount: (count) => {
        fileCount = count;
        onProgress?.({ fileCount, readCount: 0 });
      },
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError("UNREADABLE", `The folder ${root} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  const onRead = (readCount: number): void => onProgress?.({ fileCount, readCount });
  const places = await readFiles(readings, folderContext(root, signal), onRead);
  return { name: basename(root) || root, kind: "folder", root, os: NO_OS, places, problems };
};

/** What one file lists, told by its name, else by what it looks like. Throws AppError UNREADABLE when no reader knows it. */
export const scanFile = async (path: string, options: FolderOptions): Promise<TargetInventory> => {
  const root = dirname(path);
  const name = basename(path);
  const extractors = options.extractors ?? FILE_EXTRACTORS;
  const named = readingsOf(chooserOf(extractors), root, name, name);
  const readings = named.length > 0 ? named : looksLike(extractors, path, name);
  if (readings.length === 0) {
    throw new AppError("UNREADABLE", `${path} is no lockfile, SBOM, archive or program that is known here.`);
  }
  const places = await readFiles(readings, folderContext(root, options.signal));
  return { name, kind: "file", root, os: NO_OS, places, problems: [] };
};

/** A file that was asked for by a name of its own: `my-package-lock.json`, `status`. */
const looksLike = (extractors: readonly FileExtractor[], realPath: string, path: string): Reading[] => {
  const id = sniff(headOf(realPath));
  const sizeBytes = statSync(realPath).size;
  return extractors
    .filter((one) => one.id === id)
    .map((extractor) => ({ file: { path, sizeBytes, realPath }, extractor }));
};

/** The beginning of a file as text; where a character is cut in two it ends in a replacement character. */
export const headOf = (realPath: string): string => {
  const head = Buffer.alloc(SNIFF_BYTES);
  const file = openSync(realPath, "r");
  try {
    return head.toString("utf8", 0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
};

/** Whether a file is a tar archive, plain or packed, by its first bytes and its name. */
export const isTarFile = async (path: string): Promise<boolean> => {
  if (/\.(?:tar|tgz|tar\.(?:gz|zst))$/.test(path)) return true;
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(512);
    await file.read(head, 0, head.length, 0);
    return head.toString("latin1", 257, 262) === "ustar";
  } finally {
    await file.close();
  }
};

const folderContext = (root: string, signal: AbortSignal): FileContext => {
  const fs = hostFs(root);
  const inside = (path: string): string => posix.join("/", path);
  return {
    read: (path, maxBytes) => fs.read(inside(path), maxBytes),
    list: (path) => fs.list(inside(path)),
    os: NO_OS,
    signal,
  };
};

/** The readers that want this file of the tree under `root`, with what they need of it. */
export const readingsOf = (chooser: Chooser, root: string, path: string, name: string): Reading[] => {
  const chosen = chooser.of(path, name);
  const isLooked = chosen.length === 0 && chooser.programs.length > 0 && mayBeProgram(name);
  if (chosen.length === 0 && !isLooked) return [];
  const realPath = `${root}/${path}`;
  const sizeBytes = statSync(realPath, { throwIfNoEntry: false })?.size ?? 0;
  const extractors = isLooked && sizeBytes >= MIN_PROGRAM_BYTES && isProgram(realPath) ? chooser.programs : chosen;
  if (extractors.length === 0) return [];
  return extractors.map((extractor) => ({ file: { path, sizeBytes, realPath }, extractor }));
};

const isProgram = (realPath: string): boolean => {
  const head = new Uint8Array(4);
  try {
    const file = openSync(realPath, "r");
    try {
      return readSync(file, head, 0, 4, 0) === 4 && isProgramHead(head);
    } finally {
      closeSync(file);
    }
  } catch {
    // Closed to this user: a source tree's programs are extras, its lockfiles are named when they cannot be read.
    return false;
  }
};

const LOCKS: ReadonlySet<string> = new Set([
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
]);

const isLocked = (name: string, siblings: readonly Dirent[]): boolean =>
  name === "node_modules" && siblings.some((one) => LOCKS.has(one.name));

const excludes = (patterns: readonly string[]): ((path: string) => boolean) => {
  const tests = patterns.map((pattern) => {
    const fits = globTest(pattern.replace(/^\.\//, "").replace(/\/+$/, ""));
    if (fits !== null) return fits;
    throw new AppError("BAD_REQUEST", `${pattern} is no usable pattern of paths.`, { field: "exclude" });
  });
  return (path) => tests.some((test) => test(path));
};
