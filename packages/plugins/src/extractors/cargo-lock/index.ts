import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { linesThatAre } from "../line-finder.ts";
import { listOf, recordOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Cargo.lock, version 1 to 4 (doc.rust-lang.org/cargo). What has no source is the project's own or lies in a folder: left
 * out, and what it needs is direct. Git dependencies are kept with the version that the lockfile gives.
 */
export const extract: ExtractFile = async (file, context) => {
  const { fields: lock, text } = await tomlOf(file, context);
  const into = gatherPackages(file.path);
  const listed = listOf(lock["package"])
    .map(recordOf)
    .filter((fields) => fields !== null);
  const root = recordOf(lock["root"]);
  const keys = keysOf(listed);
  const own = [...(root === null ? [] : [root]), ...listed.filter((fields) => wordOf(fields["source"]) === null)];
  const direct = new Set(own.flatMap((fields) => neededBy(fields, keys)));
  const lines = linesThatAre(text, "[[package]]");
  listed.forEach((fields, index) => {
    if (wordOf(fields["source"]) === null) return;
    const key = keyOf(fields);
    const line = lines[index];
    into.add({
      component: { ecosystem: "crates.io", name: nameOf(fields), version: wordOf(fields["version"]) ?? "" },
      key,
      dependsOn: neededBy(fields, keys),
      isDirect: direct.has(key),
      ...(line === undefined ? {} : { line }),
    });
  });
  return into.finish();
};

const nameOf = (fields: Fields): string => wordOf(fields["name"]) ?? "";
const keyOf = (fields: Fields): string => `${nameOf(fields)} ${wordOf(fields["version"]) ?? ""}`;

/** What a dependency may be called: its name alone where only one version is locked, else with the version. */
const keysOf = (listed: readonly Fields[]): ReadonlyMap<string, string> => {
  const keys = new Map<string, string>();
  for (const fields of listed) {
    keys.set(nameOf(fields), keyOf(fields));
    keys.set(keyOf(fields), keyOf(fields));
  }
  return keys;
};

/** `name`, `name version` or `name version (source)`. */
const neededBy = (fields: Fields, keys: ReadonlyMap<string, string>): string[] =>
  listOf(fields["dependencies"]).flatMap((value) => {
    const words = wordOf(value)?.split(" ", 2) ?? [];
    return keys.get(words.join(" ")) ?? [];
  });
