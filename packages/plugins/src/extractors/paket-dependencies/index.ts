import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { nugetPackage } from "../nuget-package.ts";
import { textOf } from "../text-file.ts";

/** `nuget Name`, `nuget Name = 1.0.0`, `nuget Name ~> 1.0 prerelease`. */
const ASKED = /^(?:nuget|clitool) +(\S+)(?: +(==?) *(\S+))?/;

/**
 * What a project asks Paket for, where no paket.lock is beside it, which knows better. Only `=` fixes a version; what is taken
 * from GitHub is no package.
 */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf("/")));
  if ((await context.list(folder))?.includes("paket.lock") === true) return into.finish();
  for (const [index, line] of (await textOf(file, context)).split("\n").entries()) {
    const found = ASKED.exec(line.trim());
    if (found === null) continue;
    into.add({ component: nugetPackage(found[1] as string, found[3] ?? ""), isDirect: true, line: index + 1 });
  }
  return into.finish();
};
