import type { ExtractFile, FileContext } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { recordOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Folders above a crate that are searched for the workspace's lockfile (count). */
const MAX_FOLDERS = 32;
const KINDS = ["dependencies", "dev-dependencies", "build-dependencies"] as const;

/**
 * Cargo.toml of a project without a lockfile: crates that it asks for. Cargo takes the newest version that is allowed, so only
 * `=1.2.3` fixes one. With a Cargo.lock beside it or above it nothing is said here, for that knows better.
 */
export const extract: ExtractFile = async (file, context) => {
  const { fields } = await tomlOf(file, context);
  const into = gatherPackages(file.path);
  if (await hasLockfile(file.path, context)) return into.finish();
  const workspace = recordOf(recordOf(fields["workspace"])?.["dependencies"]) ?? {};
  const tables = [fields, ...Object.values(recordOf(fields["target"]) ?? {}).map(recordOf)];
  for (const table of tables) {
    for (const kind of KINDS) {
      addAll(recordOf(table?.[kind]) ?? {}, kind !== "dependencies", workspace, into);
    }
  }
  return into.finish();
};

const addAll = (asked: Fields, isDev: boolean, workspace: Fields, into: PackageGathering): void => {
  for (const [alias, value] of Object.entries(asked)) {
    const isShared = recordOf(value)?.["workspace"] === true && Object.hasOwn(workspace, alias);
    const said = isShared ? workspace[alias] : value;
    const fields = recordOf(said);
    if (fields?.["path"] !== undefined) continue;
    if (fields === null && wordOf(said) === null) {
      into.problem(`${alias} asks for nothing`);
      continue;
    }
    const version = exact(wordOf(said) ?? wordOf(fields?.["version"]) ?? "");
    const component = { ecosystem: "crates.io", name: wordOf(fields?.["package"]) ?? alias, version };
    into.add({ component, isDirect: true, isDev });
  }
};

const exact = (asked: string): string => /^=\s*(\d+\.\d+\.\d+[\w.+-]*)$/.exec(asked.trim())?.[1] ?? "";

const hasLockfile = async (path: string, context: FileContext): Promise<boolean> => {
  let folder = path;
  for (let count = 0; count < MAX_FOLDERS && folder !== ""; count++) {
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    if ((await context.list(folder))?.includes("Cargo.lock") === true) return true;
  }
  return false;
};
