import { AppError, repositoryOf } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { jsonOf, listOf, recordOf, wordOf } from "../text-file.ts";

/**
 * Swift's Package.resolved, version 1 to 3. A pin to a branch or a revision has no version, so its version is empty. Packages of a folder are
 * left out; those of a registry have no address by which advisories could name them and become problems.
 */
export const extract: ExtractFile = async (file, context) => {
  const resolved = recordOf(await jsonOf(file, context));
  if (resolved === null) throw new AppError("UNREADABLE", `${file.path} is no Package.resolved: it is not an object.`);
  const into = gatherPackages(file.path);
  const pins = recordOf(resolved["object"])?.["pins"] ?? resolved["pins"];
  for (const value of listOf(pins)) {
    context.signal.throwIfAborted();
    const pin = recordOf(value);
    if (pin?.["kind"] === "localSourceControl" || pin?.["kind"] === "fileSystem") continue;
    const url = wordOf(pin?.["location"]) ?? wordOf(pin?.["repositoryURL"]);
    if (pin === null || url === null) {
      const identity = wordOf(pin?.["identity"]) ?? "a pin";
      into.problem(`${identity}: it has no address of a repository, so no advisory can name it`);
      continue;
    }
    const version = wordOf(recordOf(pin["state"])?.["version"]) ?? "";
    into.add({ component: { ecosystem: "SwiftURL", name: repositoryOf(url), version } });
  }
  return into.finish();
};
