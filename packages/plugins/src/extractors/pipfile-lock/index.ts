import { AppError } from "@zerotrace/core";
import { posix } from "node:path";
import type { ExtractFile, FileContext } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { lineFinder } from "../line-finder.ts";
import { tomlIn } from "../python-project.ts";
import { exactVersion, normalizePython } from "../python-requirement.ts";
import { parsed, recordOf, textOf, wordOf } from "../text-file.ts";

/** Pipfile.lock: `default`, `develop` and groups of the project's own. The Pipfile beside it tells which are asked for. */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context);
  const into = gatherPackages(file.path);
  if (text.trim() === "") return into.finish();
  const lock = recordOf(parsed(file.path, (): unknown => JSON.parse(text)));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no Pipfile.lock: it is not an object.`);
  const asked = await askedIn(posix.dirname(file.path), context);
  const lineOf = lineFinder(text);
  for (const [group, value] of Object.entries(lock)) {
    if (group === "_meta") continue;
    for (const [said, entry] of Object.entries(recordOf(value) ?? {})) {
      const fields = recordOf(entry);
      if (fields === null) {
        into.problem(`${said}: it is not an object`);
        continue;
      }
      // A folder or an archive of the project itself; git is kept, with the version unknown where none is stated.
      if (wordOf(fields["path"]) !== null || wordOf(fields["file"]) !== null) continue;
      const name = normalizePython(said);
      const line = lineOf(`${JSON.stringify(said)}: {`);
      into.add({
        component: { ecosystem: "PyPI", name, version: exactVersion(wordOf(fields["version"]) ?? "") },
        isDev: group === "develop",
        ...(asked === null ? {} : { isDirect: asked.has(name) }),
        ...(line === undefined ? {} : { line }),
      });
    }
  }
  return into.finish();
};

/** Names in the tables of the Pipfile; null without one. */
const askedIn = async (folder: string, context: FileContext): Promise<ReadonlySet<string> | null> => {
  const pipfile = await tomlIn(posix.join(folder, "Pipfile"), context);
  if (pipfile === null) return null;
  const tables = Object.entries(pipfile).filter(([table]) => table !== "source" && table !== "requires");
  return new Set(tables.flatMap(([, table]) => Object.keys(recordOf(table) ?? {}).map(normalizePython)));
};
