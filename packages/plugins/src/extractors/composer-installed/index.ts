import { normalizeName } from "@zerotrace/core";
import { composerEntry } from "../composer-packages.ts";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { jsonOf, listOf, recordOf, wordOf } from "../text-file.ts";

/**
 * What Composer has installed, vendor/composer/installed.json: a list with Composer 1, an object since 2. Other files
 * of this name have no packages.
 */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const document = await jsonOf(file, context);
  const fields = recordOf(document);
  const dev = new Set(listOf(fields?.["dev-package-names"]).map((name) => normalizeName("Packagist", String(name))));
  for (const value of listOf(fields === null ? document : fields["packages"])) {
    const installed = recordOf(value);
    const name = normalizeName("Packagist", wordOf(installed?.["name"]) ?? "");
    if (installed === null || name === "") {
      into.problem("an entry is no package");
      continue;
    }
    const isDev = fields?.["dev-package-names"] === undefined ? {} : { isDev: dev.has(name) };
    const entry = composerEntry(installed, isDev);
    if (entry !== null) into.add(entry);
  }
  return into.finish();
};
