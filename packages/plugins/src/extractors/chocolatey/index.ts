import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { childOf, textIn, xmlOf } from "../xml-tree.ts";

/** Where Chocolatey keeps what it installed; a nuspec elsewhere is the source of a package. */
const INSTALLED = /(?:^|\/)chocolatey\/lib\//i;

/** Chocolatey's installed packages, by their nuspec. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  if (!INSTALLED.test(file.path)) return into.finish();
  const metadata = childOf(await xmlOf(file, context), "metadata");
  const license = textIn(metadata, "license");
  into.add({
    component: {
      ecosystem: "Chocolatey",
      name: textIn(metadata, "id").toLowerCase(),
      version: textIn(metadata, "version"),
    },
    ...(license === "" ? {} : { license }),
  });
  return into.finish();
};
