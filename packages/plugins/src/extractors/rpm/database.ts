import { AppError } from "@zerotrace/core";
import type { HostFs } from "../../plugin.ts";
import { ndbBlobs } from "./ndb.ts";
import { sqliteBlobs } from "./sqlite.ts";

/** Bytes of an ndb file, which is read whole; 2,000 packages have about 100 MB. */
const MAX_NDB_BYTES = 512 * 1024 * 1024;
/** Where rpm's database lies: classic, since rpm 4.16 on some systems, and on ostree systems. */
const FOLDERS = ["/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"];

/**
 * The header blobs of the host's rpm database; null when there is none. Throws AppError UNREADABLE, also for the
 * Berkeley DB of rpm before 4.16, which is said and not passed over.
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
      const bytes = await fs.read(`${folder}/Packages.db`, MAX_NDB_BYTES);
      if (bytes !== null) return ndbBlobs(bytes, problem);
    }
    if (names.has("Packages")) old ??= `${folder}/Packages`;
  }
  if (old === null) return null;
  throw new AppError("UNREADABLE", `${old} is a Berkeley DB of an rpm before 4.16; this format is not read.`);
};
