import { messageOf, normalizeName } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { licenseOf } from "../package-manifest.ts";
import { recordOf, wordOf } from "../text-file.ts";
import { zipEntries } from "../zip-entries.ts";

const MANIFEST = "extension/package.json";
const INSTALLED = /\/node_modules\/(?:@[^/]+\/)?[^/@][^/]*\/package\.json$/;

/** A Visual Studio Code extension (.vsix): itself and the npm packages that it carries in node_modules. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const source = { path: file.path, realPath: file.realPath, signal: context.signal };
  const isWanted = (name: string): boolean => name === MANIFEST || INSTALLED.test(`/${name}`);
  const take = (inside: string, bytes: Uint8Array): void => {
    try {
      const fields = recordOf(JSON.parse(new TextDecoder().decode(bytes))) ?? {};
      const name = wordOf(fields["name"]);
      const version = wordOf(fields["version"]);
      const publisher = wordOf(fields["publisher"]);
      if (name === null || version === null || (inside === MANIFEST && publisher === null)) return;
      const license = licenseOf(fields);
      const said = license === null ? {} : { license };
      const component =
        inside === MANIFEST
          ? { ecosystem: "VSCode", name: normalizeName("VSCode", `${publisher}.${name}`), version }
          : { ecosystem: "npm", name, version };
      into.add({ component, inside, ...said });
    } catch (error) {
      into.problem(`${inside}: ${messageOf(error)}`);
    }
  };
  await zipEntries(source, { isWanted, take, problem: into.problem });
  return into.finish();
};
