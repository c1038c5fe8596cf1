import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { jsonOf, listOf, recordOf, wordOf } from "../text-file.ts";

/**
 * R's renv.lock: packages of CRAN (also of its mirrors) and of Bioconductor. What comes from GitHub, a folder or nowhere named is left out: a package
 * of that name in CRAN may be another one.
 */
export const extract: ExtractFile = async (file, context) => {
  const lock = recordOf(await jsonOf(file, context));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no renv.lock: it is not an object.`);
  const into = gatherPackages(file.path);
  for (const [key, value] of Object.entries(recordOf(lock["Packages"]) ?? {})) {
    context.signal.throwIfAborted();
    const fields = recordOf(value) ?? {};
    // Old versions of renv named the repository alone.
    const source = wordOf(fields["Source"]) ?? (wordOf(fields["Repository"]) === null ? "" : "Repository");
    const ecosystem = ECOSYSTEMS.get(source);
    if (ecosystem === undefined) continue;
    const license = wordOf(fields["License"]);
    into.add({
      component: { ecosystem, name: wordOf(fields["Package"]) ?? key, version: wordOf(fields["Version"]) ?? "" },
      key,
      ...(fields["Requirements"] === undefined
        ? {}
        : { dependsOn: listOf(fields["Requirements"]).flatMap((name) => wordOf(name) ?? []) }),
      ...(license === null ? {} : { license }),
    });
  }
  return into.finish();
};

const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ["Repository", "CRAN"],
  ["Bioconductor", "Bioconductor"],
]);
