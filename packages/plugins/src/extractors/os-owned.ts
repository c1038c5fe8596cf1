import { AppError, judgedAs, type JudgedPackage } from "@zerotrace/core";
import { createHash } from "node:crypto";
import type { HostFs } from "../plugin.ts";
import { apkFiles } from "./apk/index.ts";
import { dpkgFiles } from "./dpkg/files.ts";
import type { ExtractContext } from "./extractor.ts";
import type { FileDigest, OwnedFile } from "./owned-file.ts";
import { openRpmDatabase } from "./rpm/database.ts";
import { readRpmHeader } from "./rpm/header.ts";
import { rpmComponent } from "./rpm/index.ts";

/** Descriptions of packages that are remembered with their owner (count); about 300 bytes each. */
const MAX_OWNED_FILES = 200_000;

/**
 * The operating-system package that brought a package description (METADATA, PKG-INFO, egg-info file, package.json), as
 * it is judged; null when none did, or when the file is no longer the one it brought (`npm install -g npm` writes over
 * the distribution's). Links on the way are followed. The package managers' lists are read with the first question of a
 * run, once, and only descriptions are remembered. A broken rpm database owns nothing here: its own extractor reports
 * it. Throws AppError UNREADABLE over the bounds.
 */
export const ownerOf = async (
  context: ExtractContext,
  file: { readonly path: string; readonly bytes: Uint8Array },
): Promise<JudgedPackage | null> => {
  const files = await ownedFiles(context);
  if (files.size === 0) return null;
  const found = files.get(underUsr(file.path)) ?? files.get(underUsr(realPathInside(context.fs, file.path)));
  return found === undefined || !isIntact(file.bytes, found.digest) ? null : found.owner;
};

/**
 * Of these files, absolute paths of the tree, those that an operating-system package brought and that are still what it brought;
 * for programs and archives, which `ownerOf` does not remember. `digestOf` gives a file's checksum in hex.
 */
export const ownersOf = async (
  context: ExtractContext,
  paths: readonly string[],
  digestOf: (path: string, algorithm: FileDigest["algorithm"]) => Promise<string>,
): Promise<ReadonlyMap<string, JudgedPackage>> => {
  const names = new Set(paths.map((path) => path.slice(path.lastIndexOf("/") + 1)));
  const files = paths.length === 0 ? NO_FILES : await readOwned(context, (name) => names.has(name));
  const owners = new Map<string, JudgedPackage>();
  for (const path of files.size === 0 ? [] : paths) {
    const found = files.get(underUsr(path)) ?? files.get(underUsr(realPathInside(context.fs, path)));
    if (found === undefined) continue;
    const { owner, digest } = found;
    if (digest === undefined || (await digestOf(path, digest.algorithm)) === digest.hex) owners.set(path, owner);
  }
  return owners;
};

type Owned = Omit<OwnedFile, "path">;
const NO_FILES: ReadonlyMap<string, Owned> = new Map();
const KNOWN = new WeakMap<HostFs, Promise<ReadonlyMap<string, Owned>>>();

const ownedFiles = (context: ExtractContext): Promise<ReadonlyMap<string, Owned>> => {
  const known = KNOWN.get(context.fs);
  if (known !== undefined) return known;
  const reading = readOwned(context, describes);
  KNOWN.set(context.fs, reading);
  return reading;
};

const DESCRIPTION_NAMES: ReadonlySet<string> = new Set(["METADATA", "PKG-INFO", "package.json"]);
const describes = (baseName: string): boolean => DESCRIPTION_NAMES.has(baseName) || baseName.endsWith(".egg-info");

/** `/lib` is a link to `/usr/lib` on merged systems, where packages still say the former. */
const underUsr = (path: string): string => (path.startsWith("/lib") ? `/usr${path}` : path);

const realPathInside = (fs: HostFs, path: string): string => {
  const root = fs.realPath("/");
  const real = fs.realPath(path);
  return root !== "/" && real.startsWith(`${root}/`) ? real.slice(root.length) : real;
};

const isIntact = (bytes: Uint8Array, digest: FileDigest | undefined): boolean =>
  digest === undefined || createHash(digest.algorithm).update(bytes).digest("hex") === digest.hex;

const readOwned = async (
  context: ExtractContext,
  wanted: (baseName: string) => boolean,
): Promise<ReadonlyMap<string, Owned>> => {
  const files = new Map<string, Owned>();
  const add = ({ path, ...owned }: OwnedFile): void => {
    files.set(underUsr(path), owned);
    if (files.size <= MAX_OWNED_FILES) return;
    throw new AppError("UNREADABLE", `Operating-system packages hold more than ${MAX_OWNED_FILES} language packages.`);
  };
  for await (const file of dpkgFiles(context, wanted)) add(file);
  for await (const file of apkFiles(context, wanted)) add(file);
  try {
    for await (const blob of (await openRpmDatabase(context.fs, () => {})) ?? []) {
      context.signal.throwIfAborted();
      const header = readRpmHeader(blob);
      const found = header.files(wanted);
      const owner = judgedAs(rpmComponent(header, context.os));
      for (const file of found) add({ ...file, owner });
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return files;
};
