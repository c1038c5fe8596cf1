import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { plainYaml } from "../plain-yaml.ts";
import { listOf, recordOf, textOf, wordOf } from "../text-file.ts";

/** `fuzzyset-0.2.4@sha256:…,1618`: a name may hold hyphens, a version is digits and points. */
const HACKAGE = /^([A-Za-z0-9-]+)-(\d[\d.]*)(?:@|$)/;

/** Haskell's stack.yaml.lock: the packages beyond the snapshot. What the snapshot itself holds is not in the file. */
export const extract: ExtractFile = async (file, context) => {
  // Stack writes plain YAML; what else YAML can be is not needed.
  const lock = recordOf(plainYaml(await textOf(file, context))?.value);
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no stack.yaml.lock: it is no plain map.`);
  const into = gatherPackages(file.path);
  for (const value of listOf(lock["packages"])) {
    context.signal.throwIfAborted();
    const completed = recordOf(recordOf(value)?.["completed"]);
    const hackage = wordOf(completed?.["hackage"]);
    const [, name = "", version = ""] =
      hackage === null
        ? ["", wordOf(completed?.["name"]) ?? "", wordOf(completed?.["version"]) ?? ""]
        : (HACKAGE.exec(hackage) ?? []);
    if (name === "") into.problem(`${hackage ?? "a package"}: its name cannot be read`);
    else into.add({ component: { ecosystem: "Hackage", name, version }, isDirect: true });
  }
  return into.finish();
};
