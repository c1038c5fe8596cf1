import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { nameAndVersion, nugetPackage } from "../nuget-package.ts";
import { jsonOf, recordOf } from "../text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The runtime that a self-contained program brings is a package of this name without it. */
const RUNTIME_PACK = /^runtimepack\./;

/** What a built .NET program needs, *.deps.json. Its own projects are left out; what they need is direct. */
export const extract: ExtractFile = async (file, context) => {
  const deps = recordOf(await jsonOf(file, context));
  if (deps === null) throw new AppError("UNREADABLE", `${file.path} is no deps.json: it is not an object.`);
  const into = gatherPackages(file.path);
  const libraries = recordOf(deps["libraries"]) ?? {};
  const needs = needsOf(recordOf(deps["targets"]) ?? {});
  const isPackage = (key: string): boolean => {
    const type = recordOf(libraries[key])?.["type"];
    return type === "package" || type === "runtimepack";
  };
  const own = Object.keys(libraries).filter((key) => !isPackage(key));
  const direct = new Set(own.flatMap((key) => needs.get(key) ?? []));
  for (const key of Object.keys(libraries)) {
    if (!isPackage(key)) continue;
    const said = nameAndVersion(key);
    if (said === null) {
      into.problem(`${key || "an entry"} has no name or no version`);
      continue;
    }
    const needed = needs.get(key);
    into.add({
      component: nugetPackage(said.name.replace(RUNTIME_PACK, ""), said.version),
      key: key.toLowerCase(),
      ...(needs.size === 0 ? {} : { dependsOn: needed ?? [], isDirect: direct.has(key.toLowerCase()) }),
    });
  }
  return into.finish();
};

/** Of each library what it needs, as `name/version` in lower case, over all targets. */
const needsOf = (targets: Fields): ReadonlyMap<string, readonly string[]> => {
  const needs = new Map<string, string[]>();
  for (const target of Object.values(targets)) {
    for (const [key, library] of Object.entries(recordOf(target) ?? {})) {
      const needed = Object.entries(recordOf(recordOf(library)?.["dependencies"]) ?? {}).map(([name, version]) =>
        `${name}/${String(version)}`.toLowerCase(),
      );
      needs.set(key, [...(needs.get(key) ?? []), ...needed]);
    }
  }
  return needs;
};
