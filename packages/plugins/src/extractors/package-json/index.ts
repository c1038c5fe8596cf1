import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { licenseOf, NOTHING_FOUND, MAX_MANIFEST_BYTES } from "../package-manifest.ts";
import { parsed, recordOf, textOf, wordOf } from "../text-file.ts";

const INSTALLED = /(?:^|\/)(?:node_modules|share\/nodejs)\/(?:@[^/]+\/)?[^/]+\/package\.json$/;

/**
 * The package.json of a package that lies in node_modules: name, version and licence of what is really there. Files
 * without name and version only tell Node how to load a folder and are passed over.
 */
export const extract: ExtractFile = async (file, context) => {
  if (!INSTALLED.test(file.path)) return NOTHING_FOUND;
  const text = await textOf(file, context, MAX_MANIFEST_BYTES);
  const fields = recordOf(parsed(file.path, (): unknown => JSON.parse(text))) ?? {};
  const name = wordOf(fields["name"]);
  const version = wordOf(fields["version"]);
  if (name === null || version === null) return NOTHING_FOUND;
  const into = gatherPackages(file.path);
  const license = licenseOf(fields);
  into.add({ component: { ecosystem: "npm", name, version }, ...(license === null ? {} : { license }) });
  return into.finish();
};
