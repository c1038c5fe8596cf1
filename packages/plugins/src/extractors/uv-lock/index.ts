import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { linesThatAre } from "../line-finder.ts";
import { keysByName, lockedPackages } from "../python-locked.ts";
import { listOf, recordOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;
type KeysOf = ReturnType<typeof keysByName>;

/** uv.lock, of projects, workspaces and scripts. The project's own packages say what is direct and what is for development. */
export const extract: ExtractFile = async (file, context) => {
  const { fields, text } = await tomlOf(file, context);
  const into = gatherPackages(file.path);
  const packages = lockedPackages(listOf(fields["package"]), linesThatAre(text, "[[package]]"), into.problem);
  const keysOf = keysByName(packages);
  const direct = new Map<string, boolean>();
  const ask = (list: unknown, isDev: boolean): void => {
    for (const key of keysIn(list, keysOf)) direct.set(key, isDev && direct.get(key) !== false);
  };
  const own = packages.filter(({ fields: said }) => isOwn(said));
  for (const { fields: said } of own) {
    ask(said["dependencies"], false);
    for (const list of Object.values(recordOf(said["optional-dependencies"]) ?? {})) ask(list, false);
    for (const list of Object.values(recordOf(said["dev-dependencies"]) ?? {})) ask(list, true);
  }
  // A script, or a workspace without a project at its root, asks in the manifest.
  const manifest = recordOf(fields["manifest"]);
  ask(manifest?.["requirements"], false);
  for (const list of Object.values(recordOf(manifest?.["dependency-groups"]) ?? {})) ask(list, true);
  const isTold = own.length > 0 || direct.size > 0;
  for (const { name, version, key, fields: said, line } of packages) {
    if (isOwn(said)) continue;
    const isDev = direct.get(key);
    const optional = Object.values(recordOf(said["optional-dependencies"]) ?? {});
    into.add({
      component: { ecosystem: "PyPI", name, version },
      key,
      dependsOn: [said["dependencies"], ...optional].flatMap((list) => keysIn(list, keysOf)),
      ...(line === undefined ? {} : { line }),
      ...(isTold ? { isDirect: direct.has(key) } : {}),
      ...(isDev === undefined ? {} : { isDev }),
    });
  }
  return into.finish({ devByGraph: isTold });
};

/** The project itself, members of its workspace and folders that it takes in. */
const isOwn = (fields: Fields): boolean => {
  const source = recordOf(fields["source"]) ?? {};
  return ["virtual", "editable", "directory"].some((kind) => Object.hasOwn(source, kind));
};

const keysIn = (list: unknown, keysOf: KeysOf): string[] =>
  listOf(list).flatMap((value) => {
    const need = recordOf(value);
    const name = wordOf(need?.["name"]);
    return name === null ? [] : [...keysOf(name, wordOf(need?.["version"]))];
  });
