import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { goVersion } from "../go-version.ts";
import { textOf } from "../text-file.ts";

/** `# path version` or `# path [version] => path [version]`. */
const MODULE = /^# (\S+)(?: (v\S+))?(?: => (\S+)(?: (v\S+))?)?$/;

/**
 * The modules whose code is copied into a Go project, vendor/modules.txt (go.dev/ref/mod#vendoring). One that brings no
 * package is not part of the build and is left out, as is one that a folder has replaced.
 */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const lines = (await textOf(file, context)).split("\n");
  let last: { readonly name: string; readonly version: string; readonly line: number; isDirect: boolean } | null = null;
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd();
    if (line.startsWith("## ")) {
      if (last !== null && /^## explicit(?:;|$)/.test(line)) last.isDirect = true;
    } else if (line.startsWith("# ")) {
      const found = MODULE.exec(line);
      if (found === null) into.problem(`line ${index + 1} names no module`);
      const [, path = "", version = "", newPath, newVersion = ""] = found ?? [];
      const isReplaced = newPath !== undefined;
      last = { name: newPath ?? path, version: isReplaced ? newVersion : version, line: index + 1, isDirect: false };
    } else if (line !== "" && last !== null) {
      const { name, version, isDirect } = last;
      if (version !== "") {
        const component = { ecosystem: "Go", name, version: goVersion(version) };
        into.add({ component, isDirect, line: last.line });
      }
      last = null;
    }
  }
  return into.finish();
};
