import type { ExtractFile, FileContext } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { listOf, MAX_LOCKFILE_BYTES, recordOf, wordOf } from "../text-file.ts";
import { tomlOf, tomlText } from "../toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Julia's Manifest.toml, format 1 and 2; Project.toml beside it says which packages are direct. Parts of the standard library have no version of
 * their own and packages of a folder are the project's: both are left out. Those from git keep their version.
 */
export const extract: ExtractFile = async (file, context) => {
  const { fields: manifest } = await tomlOf(file, context);
  const into = gatherPackages(file.path);
  // Format 1 has the packages at the top, beside nothing else.
  const packages = entriesOf(recordOf(manifest["deps"]) ?? (manifest["manifest_format"] === undefined ? manifest : {}));
  const byName = new Map(packages.map(([name, fields]) => [name, keyOf(name, fields)]));
  const asked = await askedFor(file.path, context);
  for (const [name, fields] of packages) {
    context.signal.throwIfAborted();
    const version = wordOf(fields["version"]);
    if (version === null || fields["path"] !== undefined) continue;
    into.add({
      component: { ecosystem: "Julia", name, version },
      key: keyOf(name, fields),
      dependsOn: neededBy(fields, byName),
      ...(asked === null ? {} : { isDirect: asked.has(wordOf(fields["uuid"]) ?? "") }),
    });
  }
  return into.finish();
};

/** Several packages may have one name: each name has a list. */
const entriesOf = (packages: Fields): [string, Fields][] =>
  Object.entries(packages).flatMap(([name, list]) =>
    listOf(list).flatMap((value): [string, Fields][] => {
      const fields = recordOf(value);
      return fields === null ? [] : [[name, fields]];
    }),
  );

const keyOf = (name: string, fields: Fields): string => wordOf(fields["uuid"]) ?? name;

/** Names, or where names are not enough a table of names and UUIDs. */
const neededBy = (fields: Fields, byName: ReadonlyMap<string, string>): string[] => {
  const names = Object.values(recordOf(fields["deps"]) ?? {}).flatMap((uuid) => wordOf(uuid) ?? []);
  return [...names, ...listOf(fields["deps"]).flatMap((name) => byName.get(wordOf(name) ?? "") ?? [])];
};

const MANIFEST = /(?:Julia)?Manifest(?:-v[\d.]+)?\.toml$/;

/** UUIDs that the project asks for; null when there is no project file that could be read. */
const askedFor = async (path: string, context: FileContext): Promise<Set<string> | null> => {
  try {
    const projectPath = path.replace(MANIFEST, "Project.toml");
    const bytes = await context.read(projectPath, MAX_LOCKFILE_BYTES);
    if (bytes === null) return null;
    const project = tomlText(projectPath, new TextDecoder().decode(bytes));
    return new Set(Object.values(recordOf(project["deps"]) ?? {}).flatMap((uuid) => wordOf(uuid) ?? []));
  } catch {
    // Broken: the packages are known all the same, only not who asked for them.
    return null;
  }
};
