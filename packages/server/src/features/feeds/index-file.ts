import { isReadableHead } from "@zerotrace/core";
import { closeSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";

/** Where the compiled advisories of a data directory lie. */
export const feedsDirectory = (dataDir: string): string => join(dataDir, "feeds");

/** Where generations of a data directory are kept: everything that feeds said, compactly. */
export const generationsDirectory = (dataDir: string): string => join(feedsDirectory(dataDir), "generations");

/** Where uploaded bundles wait to be put in force. */
export const importsDirectory = (dataDir: string): string => join(feedsDirectory(dataDir), "imports");

/**
 * The path of a generation's index on this machine. The database keeps the name alone, so that a data directory may be
 * moved; a folder in the name is not believed.
 */
export const indexPath = (directory: string, indexFile: string): string => join(directory, basename(indexFile));

const HEAD_BYTES = 8;

/**
 * Whether a generation's index lies on this machine in a form that this version reads. It does not after a restore of the
 * database alone, or after an update that changed the form.
 */
export const isIndexHere = (directory: string, generation: { readonly indexFile: string }): boolean => {
  let file: number;
  try {
    file = openSync(indexPath(directory, generation.indexFile), "r");
  } catch {
    return false;
  }
  try {
    const head = new Uint8Array(HEAD_BYTES);
    return readSync(file, head, 0, HEAD_BYTES, 0) === HEAD_BYTES && isReadableHead(head);
  } finally {
    closeSync(file);
  }
};
