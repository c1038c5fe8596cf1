import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { childOf, childrenOf, xmlOf } from "../xml-tree.ts";

/**
 * Gradle's verification-metadata.xml: every module that any build may take, of plugins and tests too; it does not tell
 * which. A version that is missing stays empty.
 */
export const extract: ExtractFile = async (file, context) => {
  const root = await xmlOf(file, context);
  if (root.name !== "verification-metadata") {
    throw new AppError(
      "UNREADABLE",
      `${file.path} is no verification metadata: its element is ${root.name.slice(0, 64)}.`,
    );
  }
  const into = gatherPackages(file.path);
  for (const { attributes, line } of childrenOf(childOf(root, "components"), "component")) {
    const [group = "", name = "", version = ""] = ["group", "name", "version"].map((key) => attributes.get(key));
    if (group === "" || name === "") into.problem(`line ${line}: a component has no group or no name`);
    else into.add({ component: { ecosystem: "Maven", name: `${group}:${name}`, version }, line });
  }
  return into.finish();
};
