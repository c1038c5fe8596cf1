import { posix } from "node:path";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { linesThatAre } from "../line-finder.ts";
import { projectIn } from "../python-project.ts";
import { normalizePython, parseRequirement } from "../python-requirement.ts";
import { keysByName, lockedPackages } from "../python-locked.ts";
import { listOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

/** The group that pdm makes for development when the project names no other. */
const DEV_GROUPS: ReadonlySet<string> = new Set(["dev"]);

/** pdm.lock, lock_version 4. Groups other than `default` are told to be for development by pyproject.toml, else by `dev`. */
export const extract: ExtractFile = async (file, context) => {
  const { fields, text } = await tomlOf(file, context);
  const project = await projectIn(posix.dirname(file.path), context);
  const devGroups = project?.devGroups ?? DEV_GROUPS;
  const into = gatherPackages(file.path);
  const packages = lockedPackages(listOf(fields["package"]), linesThatAre(text, "[[package]]"), into.problem);
  const keysOf = keysByName(packages);
  for (const { name, version, key, fields: own, line } of packages) {
    if (own["editable"] === true) continue;
    const groups = listOf(own["groups"]).flatMap((group) => normalizePython(wordOf(group) ?? ""));
    const needs = listOf(own["dependencies"]).flatMap((need) => {
      const requirement = parseRequirement(wordOf(need) ?? "");
      return requirement === null ? [] : keysOf(requirement.name, requirement.version || null);
    });
    into.add({
      component: { ecosystem: "PyPI", name, version },
      key,
      dependsOn: needs,
      ...(line === undefined ? {} : { line }),
      ...(project === null ? {} : { isDirect: project.asked.has(name) }),
      ...(groups.length === 0 ? {} : { isDev: groups.every((group) => devGroups.has(group)) }),
    });
  }
  return into.finish();
};
