import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { nugetPackage, pinnedNuget } from "../nuget-package.ts";
import { childrenOf, xmlOf } from "../xml-tree.ts";

/** NuGet's older packages.config: what is installed into a project, not told what for. */
export const extract: ExtractFile = async (file, context) => {
  const root = await xmlOf(file, context);
  if (root.name !== "packages") {
    throw new AppError("UNREADABLE", `${file.path} is no packages.config: its element is ${root.name.slice(0, 64)}.`);
  }
  const into = gatherPackages(file.path);
  for (const { attributes, line } of childrenOf(root, "package")) {
    const name = attributes.get("id") ?? "";
    if (name === "") into.problem(`line ${line}: a package has no id`);
    else {
      into.add({
        component: nugetPackage(name, pinnedNuget(attributes.get("version") ?? "")),
        isDev: attributes.get("developmentDependency")?.toLowerCase() === "true",
        line,
      });
    }
  }
  return into.finish();
};
