import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { BinaryPackage, Update } from "./packages.ts";

/** Where a binary package's changelog may lie, likeliest first. */
export const changelogPaths = (docDir: string, binary: string): string[] =>
  ["changelog.Debian.gz", "changelog.gz"].map((name) => join(docDir, binary, name));

const hasAny = async (paths: readonly string[]): Promise<boolean> => {
  for (const path of paths) if ((await lstat(path).catch(() => null))?.isFile()) return true;
  return false;
};

const OWN = 0;
const UNKNOWN = 1;
const LINK = 2;

/**
 * Orders an update's binaries so that little is downloaded before a changelog is found, by what the installed packages under
 * `docDir` show. The smallest that may carry one comes first, then those that surely do. Those whose documentation is only a
 * link come last; so do the others of that source that are not installed, for they follow the same habit. Packages for all
 * architectures do not: they may not link to one that is built for each.
 */
export async function orderByDocs(update: Update, docDir: string): Promise<Update> {
  const seen = new Map<string, number>();
  for (const { name } of update.binaries) {
    const doc = await lstat(join(docDir, name)).catch(() => null);
    if (doc === null) continue;
    const own = doc.isDirectory() && (await hasAny(changelogPaths(docDir, name)));
    seen.set(name, own ? OWN : LINK);
  }
  const isLinking = [...seen.values()].includes(LINK);
  const rankOf = (binary: BinaryPackage): number =>
    seen.get(binary.name) ?? (isLinking && binary.architecture !== "all" ? LINK : UNKNOWN);
  const [first, ...rest] = [...update.binaries].sort((a, b) => Number(rankOf(a) === LINK) - Number(rankOf(b) === LINK));
  return first === undefined ? update : { ...update, binaries: [first, ...rest.sort((a, b) => rankOf(a) - rankOf(b))] };
}
