import { AppError, normalizeName } from "@zerotrace/core";
import { composerEntry, requiredBy } from "../composer-packages.ts";
import type { ExtractFile, FileContext, ScannedFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { jsonOf, listOf, parsed, recordOf, textOf, wordOf } from "../text-file.ts";

/** PHP's composer.lock. Which packages are direct, composer.json beside it says. */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context);
  const lock = recordOf(parsed(file.path, () => JSON.parse(text)));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no composer.lock: it is not an object.`);
  const into = gatherPackages(file.path);
  const direct = await directOf(file, context);
  const lines = linesOf(text);
  for (const [kind, isDev] of [
    ["packages", false],
    ["packages-dev", true],
  ] as const) {
    for (const value of listOf(lock[kind])) {
      const fields = recordOf(value);
      if (fields === null) {
        into.problem(`an entry of ${kind} is no package`);
        continue;
      }
      const name = normalizeName("Packagist", wordOf(fields["name"]) ?? "");
      const entry = composerEntry(fields, { isDev, ...(direct === null ? {} : { isDirect: direct.has(name) }) });
      const line = lines.get(name);
      if (entry !== null) into.add({ ...entry, ...(line === undefined ? {} : { line }) });
    }
  }
  return into.finish();
};

const directOf = async (file: ScannedFile, context: FileContext): Promise<ReadonlySet<string> | null> => {
  const path = `${file.path.slice(0, file.path.lastIndexOf("/") + 1)}composer.json`;
  try {
    const project = recordOf(await jsonOf({ ...file, path }, context));
    return project === null
      ? null
      : new Set([...requiredBy(project, "require"), ...requiredBy(project, "require-dev")]);
  } catch {
    // Without its project file a lockfile is whole; it only does not tell what is direct.
    return null;
  }
};

/** The first line with a package's name is its own: others name it as a key, and people have no slash in theirs. */
const NAME = /^ {2,12}"name": "([^"/]{1,256}\/[^"/]{1,256})",?\s*$/;

const linesOf = (text: string): ReadonlyMap<string, number> => {
  const lines = new Map<string, number>();
  for (const [index, line] of text.split("\n").entries()) {
    const name = NAME.exec(line)?.[1]?.replaceAll("\\/", "/");
    if (name !== undefined && !lines.has(name)) lines.set(normalizeName("Packagist", name), index + 1);
  }
  return lines;
};
