import { posix } from "node:path";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { linesThatAre } from "../line-finder.ts";
import { projectIn } from "../python-project.ts";
import { keysByName, lockedPackages } from "../python-locked.ts";
import { listOf, recordOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** poetry.lock, lock-version 1.0 to 2.1. What the project asks for is told by the pyproject.toml beside it. */
export const extract: ExtractFile = async (file, context) => {
  const { fields, text } = await tomlOf(file, context);
  const project = await projectIn(posix.dirname(file.path), context);
  const into = gatherPackages(file.path);
  const packages = lockedPackages(listOf(fields["package"]), linesThatAre(text, "[[package]]"), into.problem);
  const keysOf = keysByName(packages);
  let isTold = packages.length > 0;
  for (const { name, version, key, fields: own, line } of packages) {
    // A folder is a part of the project.
    if (recordOf(own["source"])?.["type"] === "directory") continue;
    const needs = Object.keys(recordOf(own["dependencies"]) ?? {}).flatMap((need) => keysOf(need));
    const isDev = isDevOf(own);
    isTold &&= isDev !== null;
    into.add({
      component: { ecosystem: "PyPI", name, version },
      key,
      dependsOn: needs,
      ...(line === undefined ? {} : { line }),
      ...(project === null ? {} : { isDirect: project.asked.has(name) }),
      ...devOf(isDev ?? project?.asked.get(name)),
    });
  }
  return into.finish({ devByGraph: !isTold && project !== null });
};

/** By `category` until poetry 1.4, by `groups` since 2.0; null for those between, which do not tell. */
const isDevOf = (fields: Fields): boolean | null => {
  const category = wordOf(fields["category"]);
  if (category !== null) return category !== "main";
  const groups = listOf(fields["groups"]);
  return groups.length === 0 ? null : !groups.includes("main");
};

const devOf = (isDev: boolean | undefined): { isDev?: boolean } => (isDev === undefined ? {} : { isDev });
