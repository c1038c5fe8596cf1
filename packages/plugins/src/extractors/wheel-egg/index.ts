import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { normalizePython } from "../python-requirement.ts";
import { textOf } from "../text-file.ts";
import { zipEntries } from "../zip-entries.ts";

/** Bytes of one METADATA or PKG-INFO; it carries the project's whole README. */
const MAX_METADATA_BYTES = 8 * 1024 * 1024;
const DESCRIPTION = /^(?:[^/]+\.dist-info\/METADATA|EGG-INFO\/PKG-INFO)$/;

/** An installed Python distribution by its METADATA or PKG-INFO, or the archive (.whl, .egg) that holds one. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  if (!/\.(?:whl|egg)$/.test(file.path)) {
    const text = await textOf(file, context, MAX_METADATA_BYTES);
    if (!addDistribution(text, into)) {
      throw new AppError("UNREADABLE", `${file.path} describes no distribution: it has no name or no version.`);
    }
    return into.finish();
  }
  const source = { path: file.path, realPath: file.realPath, signal: context.signal };
  const isWanted = (name: string): boolean => DESCRIPTION.test(name);
  const take = (inside: string, bytes: Uint8Array): void => {
    const isTold = addDistribution(new TextDecoder().decode(bytes), into, inside);
    if (!isTold) into.problem(`${inside}: it has no name or no version`);
  };
  await zipEntries(source, { isWanted, take, problem: into.problem });
  return into.finish();
};

/** Whether the text's head, which ends at the first empty line, names a distribution. The first of repeated fields counts. */
const addDistribution = (text: string, into: PackageGathering, inside?: string): boolean => {
  const fields = new Map<string, string>();
  const classifiers: string[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") break;
    const at = line.indexOf(":");
    // A line that begins with a space goes on with the field before.
    if (at <= 0 || /^\s/.test(line)) continue;
    const key = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 1).trim();
    if (key === "classifier") classifiers.push(value);
    else if (!fields.has(key)) fields.set(key, value);
  }
  const name = fields.get("name") ?? "";
  const version = fields.get("version") ?? "";
  if (name === "" || version === "") return false;
  const license = licenseOf(fields, classifiers);
  into.add({
    component: { ecosystem: "PyPI", name: normalizePython(name), version },
    ...(license === null ? {} : { license }),
    ...(inside === undefined ? {} : { inside }),
  });
  return true;
};

/** A whole licence text in the field is no name of one (UTF-16 units). */
const MAX_LICENSE_CHARS = 100;
const OF_CLASSIFIER = /^License :: (?:OSI Approved :: )?(.+)$/;

const licenseOf = (fields: ReadonlyMap<string, string>, classifiers: readonly string[]): string | null => {
  const said = fields.get("license-expression") ?? fields.get("license") ?? "";
  if (said !== "" && said !== "UNKNOWN" && said.length <= MAX_LICENSE_CHARS) return said;
  const named = classifiers.flatMap((one) => OF_CLASSIFIER.exec(one)?.[1] ?? []);
  return named.find((one) => one !== "OSI Approved") ?? null;
};
