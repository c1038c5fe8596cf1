import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { jsonOf, listOf, recordOf, wordOf } from "../text-file.ts";

/** The lockfile of sbt-dependency-lock, build.sbt.lock. What only test configurations use is for development. */
export const extract: ExtractFile = async (file, context) => {
  const lock = recordOf(await jsonOf(file, context));
  if (lock === null || !Array.isArray(lock["dependencies"])) {
    throw new AppError("UNREADABLE", `${file.path} is no build.sbt.lock: it has no list of dependencies.`);
  }
  const into = gatherPackages(file.path);
  for (const value of listOf(lock["dependencies"])) {
    const fields = recordOf(value);
    const [group, name] = [wordOf(fields?.["org"]), wordOf(fields?.["name"])];
    if (fields === null || group === null || name === null) {
      into.problem("an entry has no org or no name");
      continue;
    }
    const configurations = listOf(fields["configurations"]).map(String);
    into.add({
      component: { ecosystem: "Maven", name: `${group}:${name}`, version: wordOf(fields["version"]) ?? "" },
      ...(configurations.length === 0
        ? {}
        : { isDev: configurations.every((each) => /^(?:test|provided)/.test(each)) }),
    });
  }
  return into.finish();
};
