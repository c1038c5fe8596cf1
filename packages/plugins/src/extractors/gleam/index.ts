import type { ExtractFile, FileContext, ScannedFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { listOf, recordOf, wordOf } from "../text-file.ts";
import { tomlOf } from "../toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Gleam's manifest.toml (the lockfile, whose packages are Hex's) and, where there is none beside it, the requirements of gleam.toml, of which only exact ones have
 * a version. A manifest.toml of another program gives nothing.
 */
export const extract: ExtractFile = async (file, context) => {
  const { fields } = await tomlOf(file, context);
  const into = gatherPackages(file.path);
  const isLock = file.path.endsWith("manifest.toml");
  if (isLock) await readLock(file, fields, into, context);
  else if (!(await hasLock(file, context))) readRequirements(fields, into);
  return into.finish({ devByGraph: isLock });
};

const readLock = async (
  file: ScannedFile,
  lock: Fields,
  into: PackageGathering,
  context: FileContext,
): Promise<void> => {
  const asked = recordOf(lock["requirements"]) ?? {};
  const dev = await namesForDevelopment(file, context);
  for (const value of listOf(lock["packages"])) {
    context.signal.throwIfAborted();
    const fields = recordOf(value);
    const name = wordOf(fields?.["name"]);
    if (fields === null || name === null) {
      into.problem("a package without a name");
      continue;
    }
    if (fields["source"] !== "hex" && fields["source"] !== "git") continue;
    const isDirect = Object.hasOwn(asked, name);
    into.add({
      component: { ecosystem: "Hex", name: name.toLowerCase(), version: wordOf(fields["version"]) ?? "" },
      key: name,
      dependsOn: listOf(fields["requirements"]).flatMap((needed) => wordOf(needed) ?? []),
      isDirect,
      ...(isDirect && dev.has(name) ? { isDev: true } : {}),
    });
  }
};

/** The lockfile does not tell them apart, the manifest beside it does; without one nothing is for development. */
const namesForDevelopment = async (file: ScannedFile, context: FileContext): Promise<Set<string>> => {
  try {
    const path = file.path.replace(/manifest\.toml$/, "gleam.toml");
    const { fields } = await tomlOf({ ...file, path }, context);
    return new Set(Object.keys(sectionOf(fields, DEV_SECTIONS)));
  } catch {
    // Absent or broken: as a file of its own it is reported.
    return new Set();
  }
};

const hasLock = async (file: ScannedFile, context: FileContext): Promise<boolean> => {
  const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf("/")));
  return ((await context.list(folder)) ?? []).includes("manifest.toml");
};

const DEV_SECTIONS = ["dev-dependencies", "dev_dependencies"] as const;

const sectionOf = (manifest: Fields, names: readonly string[]): Fields =>
  names.reduce<Fields>((found, name) => ({ ...found, ...recordOf(manifest[name]) }), {});

const EXACT = /^\s*(?:==)?\s*(\d+\.\d+\.\d+[\w.+-]*)\s*$/;

const readRequirements = (manifest: Fields, into: PackageGathering): void => {
  const sections = [
    [sectionOf(manifest, ["dependencies"]), false],
    [sectionOf(manifest, DEV_SECTIONS), true],
  ] as const;
  for (const [section, isDev] of sections) {
    for (const [name, asked] of Object.entries(section)) {
      if (recordOf(asked)?.["path"] !== undefined) continue;
      const version = EXACT.exec(wordOf(asked) ?? "")?.[1] ?? "";
      into.add({ component: { ecosystem: "Hex", name: name.toLowerCase(), version }, isDirect: true, isDev });
    }
  }
};
