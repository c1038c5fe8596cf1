import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { nugetPackage } from "../nuget-package.ts";
import { jsonOf, recordOf, wordOf } from "../text-file.ts";

/** NuGet's packages.lock.json, version 1 and 2: for each target framework its packages with graph. Projects are left out. */
export const extract: ExtractFile = async (file, context) => {
  const lock = recordOf(await jsonOf(file, context));
  const frameworks = recordOf(lock?.["dependencies"]);
  if (lock === null || (frameworks === null && lock["dependencies"] !== undefined)) {
    throw new AppError("UNREADABLE", `${file.path} is no packages.lock.json: it has no dependencies by framework.`);
  }
  const into = gatherPackages(file.path);
  for (const [framework, value] of Object.entries(frameworks ?? {})) {
    const key = (name: string): string => `${framework} ${name.toLowerCase()}`;
    for (const [name, said] of Object.entries(recordOf(value) ?? {})) {
      const fields = recordOf(said);
      if (fields?.["type"] === "Project") continue;
      const version = wordOf(fields?.["resolved"]);
      if (fields === null || version === null) {
        into.problem(`${name} has no version for ${framework}`);
        continue;
      }
      into.add({
        component: nugetPackage(name, version),
        key: key(name),
        dependsOn: Object.keys(recordOf(fields["dependencies"]) ?? {}).map(key),
        isDirect: fields["type"] === "Direct",
      });
    }
  }
  return into.finish();
};
