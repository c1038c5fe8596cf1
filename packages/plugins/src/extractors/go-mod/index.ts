import { AppError } from "@zerotrace/core";
import type { ExtractFile, FileContext, ScannedFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { goVersion, stdlibVersion } from "../go-version.ts";
import { textOf } from "../text-file.ts";
import { modOf, type GoMod, type Requirement } from "./mod-file.ts";
import { latestOfSum } from "./sum-file.ts";

/** From this minor release of Go 1 on, go.mod lists every module that takes part in the build. */
const COMPLETE_SINCE = 17;

/**
 * Go's go.mod (go.dev/ref/mod): what is required, after `replace`, and the standard library of the toolchain. Modules
 * replaced by a folder are left out. Before Go 1.17 the file names only direct ones; then go.sum beside it completes it.
 */
export const extract: ExtractFile = async (file, context) => {
  const mod = modOf(await textOf(file, context));
  const into = gatherPackages(file.path);
  if (!mod.isKnown && mod.problems.length > 0) {
    throw new AppError("UNREADABLE", `${file.path} is no go.mod: ${mod.problems[0]}.`);
  }
  for (const text of mod.problems) into.problem(text);
  for (const required of mod.requirements) addRequired(required, mod, into);
  const stdlib = stdlibVersion(mod.toolchain ?? mod.go ?? "");
  if (stdlib !== "") {
    const line = mod.toolchainLine ?? 1;
    into.add({ component: { ecosystem: "Go", name: "stdlib", version: stdlib }, isDirect: true, line });
  }
  if (!isComplete(mod)) await addFromSum(file, context, mod, into);
  return into.finish();
};

const addRequired = (required: Requirement, mod: GoMod, into: PackageGathering): void => {
  const { line } = required;
  const replaced =
    mod.replacements.get(`${required.path}@${required.version}`) ?? mod.replacements.get(`${required.path}@`);
  // A folder of the project's own has no version that anybody could judge.
  if (replaced?.version === "") return;
  const { path, version } = replaced ?? required;
  // The next higher version that some module asks for is taken instead; which one, the file does not say.
  const fixed = mod.excluded.has(`${path}@${version}`) ? "" : goVersion(version);
  into.add({ component: { ecosystem: "Go", name: path, version: fixed }, isDirect: !required.isIndirect, line });
};

const isComplete = (mod: GoMod): boolean => {
  const minor = /^1\.(\d{1,9})/.exec(mod.go ?? "")?.[1];
  // Without a `go` line the file may be from any time; the go command takes it as 1.16.
  return minor !== undefined && Number(minor) >= COMPLETE_SINCE;
};

const addFromSum = async (
  file: ScannedFile,
  context: FileContext,
  mod: GoMod,
  into: PackageGathering,
): Promise<void> => {
  const path = file.path.replace(/\.mod$/, ".sum");
  if (path === file.path || (await context.list(folderOf(path)))?.includes(baseOf(path)) !== true) return;
  const sum = latestOfSum(await textOf({ ...file, path }, context));
  for (const text of sum.problems) into.problem(`${path}: ${text}`);
  const known = new Set(mod.requirements.map((required) => required.path));
  for (const replaced of mod.replacements.values()) known.add(replaced.path);
  for (const [name, version] of sum.versions) {
    if (known.has(name)) continue;
    into.add({ component: { ecosystem: "Go", name, version: goVersion(version) }, isDirect: false });
  }
};

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const baseOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
