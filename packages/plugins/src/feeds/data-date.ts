import { readFile } from "node:fs/promises";

/**
 * The `modified` of a record whose source gives no date. It stays the same from reading to reading, so that an unchanged record
 * is not taken for a changed one; shown as unknown.
 */
export const NO_DATE = "0001-01-01T00:00:00Z";

/** What the server said of a downloaded file's age, ISO; null when it said nothing or the file was not downloaded. */
export async function lastModifiedOf(path: string): Promise<string | null> {
  try {
    const tag = JSON.parse(await readFile(`${path}.tag`, "utf8")) as { lastModified?: unknown };
    const at = typeof tag.lastModified === "string" ? Date.parse(tag.lastModified) : Number.NaN;
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  } catch {
    return null;
  }
}
