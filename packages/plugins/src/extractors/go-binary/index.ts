import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { goVersion, stdlibVersion } from "../go-version.ts";
import { withProgram } from "../program.ts";
import { buildInfoOf } from "./build-info.ts";

/**
 * The modules that a Go program says it was built from (Go's debug/buildinfo): itself, its dependencies after `replace`,
 * and the standard library. Other programs have none. A program built from a checkout has a version of its own only where
 * its linker was told one.
 */
export const extract: ExtractFile = async (file) => {
  const into = gatherPackages(file.path);
  const info = await withProgram(file, buildInfoOf);
  if (info === null) return into.finish();
  const stdlib = stdlibVersion(info.toolchain);
  if (stdlib === "") into.problem(`its Go version is no release: ${info.toolchain}`);
  into.add({ component: { ecosystem: "Go", name: "stdlib", version: stdlib } });
  readModules(info.modules, into);
  return into.finish();
};

/** Lines of `mod`, `dep` and `=>`, parted by tabs: path, version, hash. `=>` takes the place of the line before it. */
const readModules = (text: string, into: PackageGathering): void => {
  let before: readonly string[] | null = null;
  const add = ([kind, name = "", said = ""]: readonly string[]): void => {
    // What a folder has replaced is the project's own.
    if (name === "" || isFolder(name)) return;
    const version = goVersion(said) || (kind === "mod" ? linkedVersion(text, name) : "");
    into.add({ component: { ecosystem: "Go", name, version } });
  };
  for (const line of text.split("\n")) {
    const words = line.split("\t");
    if (words[0] === "=>") {
      before = words;
      continue;
    }
    if (before !== null) add(before);
    before = words[0] === "mod" || words[0] === "dep" ? words : null;
  }
  if (before !== null) add(before);
};

const LINKED =
  /-X[ =]'?"?([^\s='"]{1,256})\.\w{0,32}[vV]er(?:sion)?=v?(\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,64})?)(?=['"\s]|$)/g;

/** The version that the linker was told to write into the program's own variables; empty without one, or with several. */
const linkedVersion = (text: string, module: string): string => {
  const flags = /^build\t-ldflags=(.*)$/m.exec(text)?.[1] ?? "";
  const found = new Set<string>();
  for (const [, place = "", version = ""] of flags.matchAll(LINKED)) {
    if (place === "main" || place === module || place.startsWith(`${module}/`)) found.add(version);
  }
  return found.size === 1 ? ([...found][0] as string) : "";
};

const isFolder = (path: string): boolean => /^(?:\.{0,2}\/|\.{1,2}$|[A-Za-z]:)/.test(path);
