import { posix } from "node:path";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { linesThatAre } from "../line-finder.ts";
import { projectIn } from "../python-project.ts";
import { keysByName, lockedPackages } from "../python-locked.ts";
import { listOf, recordOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

/** pylock.toml and pylock.NAME.toml (PEP 751), as pip, pdm and uv write them. */
export const extract: ExtractFile = async (file, context) => {
  const { fields, text } = await tomlOf(file, context);
  const project = await projectIn(posix.dirname(file.path), context);
  const into = gatherPackages(file.path);
  const packages = lockedPackages(listOf(fields["packages"]), linesThatAre(text, "[[packages]]"), into.problem);
  const keysOf = keysByName(packages);
  for (const { name, version, key, fields: own, line } of packages) {
    // A folder is a part of the project.
    if (recordOf(own["directory"]) !== null) continue;
    const needs = own["dependencies"];
    const dependsOn = listOf(needs).flatMap((need) => {
      const said = recordOf(need);
      return [...keysOf(wordOf(said?.["name"]) ?? "", wordOf(said?.["version"]))];
    });
    const isDev = project?.asked.get(name);
    into.add({
      component: { ecosystem: "PyPI", name, version },
      key,
      ...(needs === undefined ? {} : { dependsOn }),
      ...(line === undefined ? {} : { line }),
      ...(project === null ? {} : { isDirect: project.asked.has(name) }),
      ...(isDev === undefined ? {} : { isDev }),
    });
  }
  return into.finish();
};
