import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { plainYaml } from "../plain-yaml.ts";
import { recordOf, textOf, wordOf } from "../text-file.ts";

/**
 * Dart's pubspec.lock. Packages of a folder and of the SDK are left out: they come from no registry. Those from git keep the version
 * of their pubspec.
 */
export const extract: ExtractFile = async (file, context) => {
  // Pub writes plain YAML; what else YAML can be is not needed.
  const yaml = plainYaml(await textOf(file, context));
  const lock = recordOf(yaml?.value);
  if (yaml === null || lock === null || lock["packages"] === undefined)
    throw new AppError("UNREADABLE", `${file.path} is no pubspec.lock: it is no plain map with packages.`);
  const into = gatherPackages(file.path);
  if (isCut(lock)) into.problem("its last package has no version: the file is cut off");
  for (const [name, value] of Object.entries(recordOf(lock["packages"]) ?? {})) {
    context.signal.throwIfAborted();
    const fields = recordOf(value);
    if (fields === null) {
      into.problem(`${name}: its entry is not a map`);
      continue;
    }
    if (fields["source"] === "path" || fields["source"] === "sdk") continue;
    const line = yaml.lines.get(`packages\0${name}`);
    const kind = wordOf(fields["dependency"]);
    // Pub tells which direct ones are for development, but not what brings a transitive one.
    const asked = kind === null ? {} : { isDirect: kind.startsWith("direct"), ...devOf(kind) };
    // The name in the description is the registry's; the key may be any alias of it.
    const hosted = wordOf(recordOf(fields["description"])?.["name"]) ?? name;
    const component = { ecosystem: "Pub", name: hosted.toLowerCase(), version: wordOf(fields["version"]) ?? "" };
    into.add({ component, ...asked, ...(line === undefined ? {} : { line }) });
  }
  return into.finish();
};

/** Pub writes the version of a package last, and of the SDKs after all packages. */
const isCut = (lock: Readonly<Record<string, unknown>>): boolean => {
  if (lock["sdks"] !== undefined || lock["sdk"] !== undefined) return false;
  const last = Object.values(recordOf(lock["packages"]) ?? {}).at(-1);
  return last !== undefined && wordOf(recordOf(last)?.["version"]) === null;
};

const devOf = (kind: string): { isDev?: boolean } => (kind === "transitive" ? {} : { isDev: kind === "direct dev" });
