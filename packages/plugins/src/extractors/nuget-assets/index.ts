import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { nameAndVersion, nugetPackage } from "../nuget-package.ts";
import { jsonOf, listOf, recordOf } from "../text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * What NuGet restored for a project, obj/project.assets.json: packages of each target framework with graph. Projects are left
 * out. What is asked for with all assets private is for development, as is what only that needs.
 */
export const extract: ExtractFile = async (file, context) => {
  const assets = recordOf(await jsonOf(file, context));
  const targets = recordOf(assets?.["targets"]);
  if (assets === null || targets === null) {
    throw new AppError("UNREADABLE", `${file.path} is no project.assets.json: it has no targets.`);
  }
  const into = gatherPackages(file.path);
  const asked = askedFor(assets);
  const dev = privateOnes(assets);
  for (const [target, value] of Object.entries(targets)) {
    const key = (name: string): string => `${target} ${name.toLowerCase()}`;
    const direct = asked.get(target.split("/", 1)[0] as string);
    for (const [id, library] of Object.entries(recordOf(value) ?? {})) {
      const fields = recordOf(library);
      if (fields?.["type"] !== "package") continue;
      const said = nameAndVersion(id);
      if (said === null) {
        into.problem(`${id || "an entry"} has no name or no version`);
        continue;
      }
      const name = said.name.toLowerCase();
      into.add({
        component: nugetPackage(said.name, said.version),
        key: key(name),
        dependsOn: Object.keys(recordOf(fields["dependencies"]) ?? {}).map(key),
        ...(direct === undefined ? {} : { isDirect: direct.has(name) }),
        isDev: dev.has(name),
      });
    }
  }
  return into.finish({ devByGraph: asked.size > 0 });
};

/** By target framework the names that the project asks for: `Name >= 1.0.0`. */
const askedFor = (assets: Fields): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    Object.entries(recordOf(assets["projectFileDependencyGroups"]) ?? {}).map(([framework, names]) => [
      framework,
      new Set(listOf(names).map((asked) => (String(asked).split(" ", 1)[0] as string).toLowerCase())),
    ]),
  );

const privateOnes = (assets: Fields): ReadonlySet<string> => {
  const isPrivate = new Map<string, boolean>();
  for (const framework of Object.values(recordOf(recordOf(assets["project"])?.["frameworks"]) ?? {})) {
    for (const [name, said] of Object.entries(recordOf(recordOf(framework)?.["dependencies"]) ?? {})) {
      const lower = name.toLowerCase();
      isPrivate.set(lower, recordOf(said)?.["suppressParent"] === "All" && isPrivate.get(lower) !== false);
    }
  }
  return new Set([...isPrivate].flatMap(([name, value]) => (value ? [name] : [])));
};
