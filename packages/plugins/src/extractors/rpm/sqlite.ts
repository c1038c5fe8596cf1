import { AppError, messageOf } from "@zerotrace/core";
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Bytes of a database file; 5,000 packages have about 300 MB. */
const MAX_SQLITE_BYTES = 2 * 1024 * 1024 * 1024;
/** Bytes of one header; the largest real ones (kernel sources, texlive) have about 16 MB. */
const MAX_BLOB_BYTES = 64 * 1024 * 1024;

/**
 * The header blobs of `rpmdb.sqlite`, one at a time, read-only. Throws AppError UNREADABLE when it cannot be opened or
 * is damaged. The schema is not trusted: `Packages` must be a plain stored table.
 */
export async function* sqliteBlobs(file: string, problem: (text: string) => void): AsyncGenerator<Uint8Array> {
  const stat = statSync(file);
  if (!stat.isFile()) throw new AppError("UNREADABLE", "rpmdb.sqlite is not a regular file.");
  if (stat.size > MAX_SQLITE_BYTES) {
    throw new AppError("UNREADABLE", `rpmdb.sqlite is larger than ${MAX_SQLITE_BYTES} bytes.`);
  }
  try {
    // Loaded here: the module is large, and only hosts with rpm need it.
    const { DatabaseSync } = await import("node:sqlite");
    const url = pathToFileURL(file);
    // rpm uses a write-ahead log. Without a log to replay, "immutable" spares the shared-memory file that SQLite would
    // otherwise write beside the database, so that read-only roots can be read and nothing on the host changes.
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
    if (log === undefined || log.size === 0) url.search = "?mode=ro&immutable=1";
    const database = new DatabaseSync(url, { readOnly: true, allowExtension: false });
    try {
      database.exec("PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0; PRAGMA cache_size = -2000;");
      const table = database.prepare("SELECT type, rootpage, sql FROM sqlite_schema WHERE name = 'Packages'").get();
      const columns = String(table?.["sql"] ?? "");
      if (table?.["type"] !== "table" || !(Number(table["rootpage"]) > 0) || /\bas\b/i.test(columns)) {
        throw new AppError("UNREADABLE", "rpmdb.sqlite holds no table of packages.");
      }
      const rows = database.prepare(
        "SELECT hnum, CASE WHEN length(blob) <= ? THEN blob END AS blob FROM Packages NOT INDEXED",
      );
      for (const row of rows.iterate(MAX_BLOB_BYTES)) {
        if (row["blob"] instanceof Uint8Array) yield row["blob"];
        else problem(`the header ${String(row["hnum"])} is no blob or larger than ${MAX_BLOB_BYTES} bytes`);
      }
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("UNREADABLE", `rpmdb.sqlite cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
