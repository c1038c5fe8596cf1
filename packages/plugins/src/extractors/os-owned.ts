import { AppError } from "@zerotrace/core";
import type { HostFs } from "../plugin.ts";
import { APK_DATABASES, MAX_APK_BYTES } from "./apk/index.ts";
import { openRpmDatabase } from "./rpm/database.ts";
import { readRpmHeader } from "./rpm/header.ts";

const DPKG_INFO = "/var/lib/dpkg/info";
/** Bytes of one file list; the largest packages have about 3 MB. */
const MAX_LIST_BYTES = 32 * 1024 * 1024;
/** Bytes of all file lists; a desktop has about 50 MB. */
const MAX_LISTS_BYTES = 512 * 1024 * 1024;

/**
 * The package descriptions (METADATA, PKG-INFO, egg-info files, package.json) that belong to an operating-system
 * package, as `/usr/...` paths. Such software takes the distribution's verdict. Read once per HostFs, that is per run.
 * A broken rpm database owns nothing here: its own extractor reports it. Throws AppError UNREADABLE over the bounds.
 */
export const osOwnedPaths = (fs: HostFs, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  const known = KNOWN.get(fs);
  if (known !== undefined) return known;
  const reading = readOwned(fs, signal);
  KNOWN.set(fs, reading);
  return reading;
};

const KNOWN = new WeakMap<HostFs, Promise<ReadonlySet<string>>>();
const DESCRIPTION_NAMES: ReadonlySet<string> = new Set(["METADATA", "PKG-INFO", "package.json"]);
const describes = (baseName: string): boolean => DESCRIPTION_NAMES.has(baseName) || baseName.endsWith(".egg-info");

/** `/lib` is a link to `/usr/lib` on merged systems, where packages still say the former. */
const underUsr = (path: string): string => (path.startsWith("/lib") ? `/usr${path}` : path);

const readOwned = async (fs: HostFs, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  const owned = new Set<string>();
  await readDpkgLists(fs, signal, owned);
  await readApkFiles(fs, owned);
  try {
    for await (const blob of (await openRpmDatabase(fs, () => {})) ?? []) {
      signal.throwIfAborted();
      for (const path of readRpmHeader(blob).files(describes)) owned.add(underUsr(path));
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return owned;
};

const readDpkgLists = async (fs: HostFs, signal: AbortSignal, owned: Set<string>): Promise<void> => {
  let sizeBytes = 0;
  for (const name of (await fs.list(DPKG_INFO)) ?? []) {
    if (!name.endsWith(".list")) continue;
    signal.throwIfAborted();
    const bytes = (await fs.read(`${DPKG_INFO}/${name}`, MAX_LIST_BYTES)) ?? new Uint8Array();
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_LISTS_BYTES) {
      throw new AppError("UNREADABLE", `dpkg's file lists are larger than ${MAX_LISTS_BYTES} bytes together.`);
    }
    const text = new TextDecoder().decode(bytes);
    for (const [path] of text.matchAll(/^\/.*(?:\/METADATA|\/PKG-INFO|\.egg-info|\/package\.json)$/gm)) {
      owned.add(underUsr(path));
    }
  }
};

/** In apk's database `F:` names a folder and the `R:` lines after it its files. */
const readApkFiles = async (fs: HostFs, owned: Set<string>): Promise<void> => {
  for (const database of APK_DATABASES) {
    const bytes = await fs.read(database, MAX_APK_BYTES);
    if (bytes === null) continue;
    let folder = "";
    for (const line of new TextDecoder().decode(bytes).split("\n")) {
      if (line.startsWith("F:")) folder = line.slice(2);
      else if (line.startsWith("R:") && describes(line.slice(2))) owned.add(underUsr(`/${folder}/${line.slice(2)}`));
    }
    return;
  }
};
