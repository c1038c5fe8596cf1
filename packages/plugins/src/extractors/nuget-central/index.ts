import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { itemsOf, msbuildProperties, withProperties } from "../msbuild.ts";
import { nugetPackage, pinnedNuget } from "../nuget-package.ts";
import { xmlOf } from "../xml-tree.ts";

/** NuGet's central versions, Directory.Packages.props: what the projects below may ask for, and what all of them take. */
export const extract: ExtractFile = async (file, context) => {
  const project = await xmlOf(file, context);
  if (project.name !== "Project") {
    throw new AppError("UNREADABLE", `${file.path} is no MSBuild file: its element is ${project.name.slice(0, 64)}.`);
  }
  const into = gatherPackages(file.path);
  const properties = msbuildProperties([project]);
  for (const kind of ["PackageVersion", "GlobalPackageReference", "PackageReference"]) {
    for (const { names, metadata, line } of itemsOf(project, kind)) {
      for (const name of names) {
        const version = pinnedNuget(withProperties(metadata("Version"), properties));
        const isForAll = kind === "PackageVersion" ? {} : { isDirect: true };
        into.add({ component: nugetPackage(withProperties(name, properties), version), ...isForAll, line });
      }
    }
  }
  return into.finish();
};
