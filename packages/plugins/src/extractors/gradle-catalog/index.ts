import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { recordOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Gradle's version catalog, libs.versions.toml. Its libraries are those that a build may ask for. A range, or what Gradle
 * would look up, fixes no version.
 */
export const extract: ExtractFile = async (file, context) => {
  const { fields: catalog, text } = await tomlOf(file, context);
  const into = gatherPackages(file.path);
  const versions = recordOf(catalog["versions"]) ?? {};
  const lines = linesOf(text);
  for (const [alias, value] of Object.entries(recordOf(catalog["libraries"]) ?? {})) {
    const said = libraryOf(value);
    if (said === null) {
      into.problem(`${alias} names no module`);
      continue;
    }
    const line = lines.get(alias);
    const component = { ecosystem: "Maven", name: said.name, version: pinned(versionOf(said.version, versions)) };
    into.add({ component, ...(line === undefined ? {} : { line }) });
  }
  return into.finish();
};

/** `group:name:version`, `{ module, version }` or `{ group, name, version }`. */
const libraryOf = (value: unknown): { readonly name: string; readonly version: unknown } | null => {
  if (typeof value === "string") {
    const [group = "", name = "", version = ""] = value.split(":");
    return group === "" || name === "" ? null : { name: `${group}:${name}`, version };
  }
  const fields = recordOf(value) ?? {};
  const module = wordOf(fields["module"]) ?? `${wordOf(fields["group"]) ?? ""}:${wordOf(fields["name"]) ?? ""}`;
  return /^[^:]+:[^:]+$/.test(module) ? { name: module, version: fields["version"] } : null;
};

const versionOf = (value: unknown, versions: Fields): string => {
  if (typeof value === "string") return value;
  const rich = recordOf(value);
  const ref = wordOf(rich?.["ref"]);
  // A version that is referred to is a text or a rich one, and refers to nothing itself.
  if (ref !== null) return Object.hasOwn(versions, ref) ? richVersion(versions[ref]) : "";
  return richVersion(rich);
};

const richVersion = (value: unknown): string => {
  const rich = recordOf(value);
  return wordOf(value) ?? wordOf(rich?.["strictly"]) ?? wordOf(rich?.["require"]) ?? wordOf(rich?.["prefer"]) ?? "";
};

const pinned = (version: string): string => (/[[\](),+!\s]|^latest\./.test(version) ? "" : version);

/** The line of each alias within `[libraries]`. */
const linesOf = (text: string): ReadonlyMap<string, number> => {
  const lines = new Map<string, number>();
  let isInLibraries = false;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.startsWith("[")) isInLibraries = line.trim() === "[libraries]";
    const alias = isInLibraries ? /^\s{0,16}"?([\w.-]{1,256})"?\s{0,64}=/.exec(line)?.[1] : undefined;
    if (alias !== undefined) lines.set(alias, index + 1);
  }
  return lines;
};
