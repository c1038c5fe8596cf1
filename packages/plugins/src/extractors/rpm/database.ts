import type { HostFs } from "../../plugin.ts";
import { bdbBlobs } from "./bdb.ts";
import { ndbBlobs } from "./ndb.ts";
import { sqliteBlobs } from "./sqlite.ts";

/** Bytes of an ndb or Berkeley DB file, which is read whole; 2,000 packages have about 100 MB. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** Where rpm's database lies: classic, since rpm 4.16 on some systems, and on ostree systems. */
const FOLDERS = ["/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"];

/**
 * The header blobs of the host's rpm database: SQLite, ndb, or the Berkeley DB of rpm before 4.16, which counts only where there is no newer
 * one; null when there is none. Throws AppError UNREADABLE.
 */
export const openRpmDatabase = async (
  fs: HostFs,
  problem: (text: string) => void,
): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null> => {
  let old: string | null = null;
  for (const folder of FOLDERS) {
    const names = new Set(await fs.list(folder));
    if (names.has("rpmdb.sqlite")) return sqliteBlobs(fs.realPath(`${folder}/rpmdb.sqlite`), problem);
    if (names.has("Packages.db")) {
      const bytes = await fs.read(`${folder}/Packages.db`, MAX_FILE_BYTES);
      if (bytes !== null) return ndbBlobs(bytes, problem);
    }
    if (names.has("Packages")) old ??= `${folder}/Packages`;
  }
  if (old === null) return null;
  const bytes = await fs.read(old, MAX_FILE_BYTES);
  return bytes === null ? null : bdbBlobs(bytes, problem);
};
