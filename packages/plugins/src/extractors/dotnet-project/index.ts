import { AppError, messageOf } from "@zerotrace/core";
import type { ExtractFile, FileContext, ScannedFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { isCentral, itemsOf, type MsbuildItem, msbuildProperties, withProperties } from "../msbuild.ts";
import { nugetPackage, pinnedNuget } from "../nuget-package.ts";
import { type XmlElement, xmlOf } from "../xml-tree.ts";

/** Folders above a project that are searched for the files it takes part in (count). */
const MAX_FOLDERS = 32;

/**
 * A .NET project: what its PackageReferences ask for, with versions of the nearest Directory.Packages.props where it manages them
 * centrally, and properties of that, of Directory.Build.props and of its own. Conditions are not evaluated: all items count.
 * The lowest version allowed is what NuGet takes; ranges and floating versions stay empty.
 */
export const extract: ExtractFile = async (file, context) => {
  const project = await xmlOf(file, context);
  if (project.name !== "Project") {
    throw new AppError("UNREADABLE", `${file.path} is no .NET project: its element is ${project.name.slice(0, 64)}.`);
  }
  const into = gatherPackages(file.path);
  const build = await nearest(file, context, "Directory.Build.props", into.problem);
  const packages = await nearest(file, context, "Directory.Packages.props", into.problem);
  const properties = msbuildProperties([build, packages, project].filter((each) => each !== null));
  const central = packages !== null && isCentral(packages, properties) ? centralVersions(packages) : new Map();
  const add = (item: MsbuildItem, isOwn: boolean): void => {
    for (const name of item.names) {
      const own = item.metadata("VersionOverride") || item.metadata("Version");
      const asked = own === "" ? (central.get(name.toLowerCase()) ?? "") : own;
      into.add({
        component: nugetPackage(withProperties(name, properties), pinnedNuget(withProperties(asked, properties))),
        isDirect: true,
        isDev: item.metadata("PrivateAssets").toLowerCase() === "all",
        ...(isOwn ? { line: item.line } : {}),
      });
    }
  };
  for (const item of itemsOf(project, "PackageReference")) add(item, true);
  for (const inherited of [build, packages]) {
    if (inherited === null) continue;
    for (const item of itemsOf(inherited, "PackageReference")) add(item, false);
    for (const item of itemsOf(inherited, "GlobalPackageReference")) add(item, false);
  }
  return into.finish();
};

const centralVersions = (packages: XmlElement): Map<string, string> =>
  new Map(
    itemsOf(packages, "PackageVersion").flatMap((item) =>
      item.names.map((name) => [name.toLowerCase(), item.metadata("Version")] as const),
    ),
  );

/** MSBuild takes the first file of that name on the way up. */
const nearest = async (
  file: ScannedFile,
  context: FileContext,
  name: string,
  problem: (text: string) => void,
): Promise<XmlElement | null> => {
  let folder = file.path;
  for (let count = 0; count < MAX_FOLDERS && folder !== ""; count++) {
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    const path = folder === "" ? name : `${folder}/${name}`;
    if ((await context.list(folder))?.includes(name) !== true) continue;
    try {
      return await xmlOf({ ...file, path }, context);
    } catch (error) {
      problem(messageOf(error));
      return null;
    }
  }
  return null;
};
