import { AppError } from "@zerotrace/core";
import type { ExtractFile, FileContext, ScannedFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { jsonOf, listOf, recordOf, textOf, wordOf } from "../text-file.ts";

/** Perl: a distribution's META.json, META.yml or MYMETA (CPAN::Meta::Spec), and Carton's cpanfile.snapshot. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  if (file.path.endsWith(".snapshot")) readSnapshot(await textOf(file, context), into);
  else await readMeta(file, context, into);
  return into.finish();
};

const readMeta = async (file: ScannedFile, context: FileContext, into: PackageGathering): Promise<void> => {
  const value = file.path.endsWith(".json") ? await jsonOf(file, context) : topFields(await textOf(file, context));
  const meta = recordOf(value);
  if (meta === null) throw new AppError("UNREADABLE", `${file.path} describes no distribution: it is not an object.`);
  // Other programs have files of these names.
  if (recordOf(meta["meta-spec"]) === null && wordOf(meta["generated_by"]) === null) return;
  const version = meta["version"];
  const licenses = [...listOf(meta["license"]), meta["license"]].flatMap((name) => wordOf(name) ?? []);
  const license = licenses.map((name) => LICENSES.get(name) ?? name).join(" OR ");
  into.add({
    component: {
      ecosystem: "CPAN",
      name: wordOf(meta["name"]) ?? "",
      version: typeof version === "number" ? String(version) : (wordOf(version) ?? ""),
    },
    ...(license === "" ? {} : { license }),
  });
};

/** The texts at the margin of a YAML file, which is all that is needed of it; null when there are none. */
const topFields = (text: string): Readonly<Record<string, unknown>> | null => {
  const fields: Record<string, unknown> = Object.create(null);
  for (const line of text.split(/\r?\n/)) {
    const [, key, value = ""] = /^([a-z_-]{1,40}):(?:[ \t](.*))?$/.exec(line) ?? [];
    if (key !== undefined) fields[key] ??= key === "meta-spec" ? {} : value.trim().replaceAll(/^(["'])(.*)\1$/g, "$2");
  }
  return Object.keys(fields).length === 0 ? null : fields;
};

/** CPAN::Meta::Spec's names of licenses that stand for one of SPDX. */
const LICENSES: ReadonlyMap<string, string> = new Map([
  ["apache_2_0", "Apache-2.0"],
  ["artistic_1", "Artistic-1.0"],
  ["artistic_2", "Artistic-2.0"],
  ["bsd", "BSD-3-Clause"],
  ["freebsd", "BSD-2-Clause"],
  ["gpl_2", "GPL-2.0-only"],
  ["gpl_3", "GPL-3.0-only"],
  ["lgpl_2_1", "LGPL-2.1-only"],
  ["lgpl_3_0", "LGPL-3.0-only"],
  ["mit", "MIT"],
  ["mozilla_1_1", "MPL-1.1"],
  ["perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"],
  ["perl_5", "Artistic-1.0-Perl OR GPL-1.0-or-later"],
  ["zlib", "Zlib"],
]);

/** `  Try-Tiny-0.31` opens a distribution; what it holds is indented deeper. */
const DISTRIBUTION = /^ {2}([A-Za-z0-9][\w.+-]*)-(v?\d[\w.]*)$/;

const readSnapshot = (text: string, into: PackageGathering): void => {
  text.split(/\r?\n/).forEach((line, at) => {
    const [, name, version] = DISTRIBUTION.exec(line) ?? [];
    if (name !== undefined && version !== undefined) {
      into.add({ component: { ecosystem: "CPAN", name, version }, line: at + 1 });
    }
  });
};
