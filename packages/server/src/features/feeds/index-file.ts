import { existsSync } from "node:fs";
import { basename, join } from "node:path";

/** Where the compiled advisories of a data directory lie. */
export const feedsDirectory = (dataDir: string): string => join(dataDir, "feeds");

/**
 * The path of a generation's index on this machine. The database keeps the name alone, so that a data directory may be
 * moved; a folder in the name is not believed.
 */
export const indexPath = (directory: string, indexFile: string): string => join(directory, basename(indexFile));

/** Whether a generation's index lies on this machine. It does not after a restore of the database alone. */
export const isIndexHere = (directory: string, generation: { readonly indexFile: string }): boolean =>
  existsSync(indexPath(directory, generation.indexFile));
