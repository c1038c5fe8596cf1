import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { parsed, recordOf, wordOf } from "../text-file.ts";
import { registryKeys, type RegistryKey } from "./registry.ts";

/** Bytes of one record; an export of the whole SOFTWARE hive has about 100 MB. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/**
 * What a Windows machine's record says: an export of its registry, the output of `reg query`, or JSON of PowerShell (the keys of Uninstall, Get-HotFix). Installed
 * programs, installed updates and Windows itself with its build. Names have hyphens in place of spaces.
 */
export const extract: ExtractFile = async (file, context) => {
  const bytes = await context.read(file.path, MAX_RECORD_BYTES);
  if (bytes === null) throw new AppError("UNREADABLE", `${file.path} does not exist.`);
  const text = textOf(bytes);
  const into = gatherPackages(file.path);
  if (/^\s*[[{]\s*["{[\]}]/.test(text) && file.path.endsWith(".json")) {
    const value: unknown = parsed(file.path, () => JSON.parse(text) as unknown);
    for (const entry of Array.isArray(value) ? value : [value]) addObject(entry, into);
  } else if (file.path.endsWith(".json")) throw new AppError("UNREADABLE", `${file.path} is no list of objects.`);
  else {
    for (const key of registryKeys(text)) {
      context.signal.throwIfAborted();
      addKey(key, into);
    }
  }
  return into.finish();
};

/** Windows' own tools write UTF-16 with a mark in front. */
const textOf = (bytes: Uint8Array): string => {
  const mark = (bytes[0]! << 8) | bytes[1]!;
  return new TextDecoder(mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8").decode(bytes);
};

const worded = (text: string): string => text.trim().replaceAll(/\s+/g, "-");

const addObject = (value: unknown, into: PackageGathering): void => {
  const fields = recordOf(value) ?? {};
  const update = wordOf(fields["HotFixID"]);
  const program = wordOf(fields["DisplayName"]);
  if (update !== null) addUpdate(update, "", into);
  else if (program !== null) addProgram(program, wordOf(fields["DisplayVersion"]) ?? "", into);
};

const PROGRAM = /\\CurrentVersion\\Uninstall\\[^\\]+$/i;
const UPDATE =
  /\\Component Based Servicing\\Packages\\Package_for_(KB\d+|RollupFix)~[^~\\]*~[^~\\]*~[^~\\]*~([\d.]+)$/i;
const SYSTEM = /\\Microsoft\\Windows NT\\CurrentVersion$/i;
/** The servicing stack's number for "installed". */
const INSTALLED = "112";

const addKey = ({ path, values }: RegistryKey, into: PackageGathering): void => {
  const program = values.get("displayname");
  const update = UPDATE.exec(path);
  if (update?.[1] !== undefined) {
    if (values.get("currentstate") === INSTALLED) addUpdate(update[1], update[2] ?? "", into);
  } else if (SYSTEM.test(path)) addSystem(values, into);
  else if (program !== undefined && PROGRAM.test(path)) addProgram(program, values.get("displayversion") ?? "", into);
};

const addProgram = (name: string, version: string, into: PackageGathering): void =>
  into.add({ component: { ecosystem: "Windows programs", name: worded(name), version: worded(version) } });

const addUpdate = (name: string, version: string, into: PackageGathering): void =>
  into.add({ component: { ecosystem: "Windows updates", name: worded(name).toUpperCase(), version } });

/** Windows 11 still calls itself Windows 10; its builds begin here. */
const FIRST_BUILD_OF_11 = 22_000;

/** The ecosystem is Microsoft's name of the product, as its advisories have it. */
const addSystem = (values: RegistryKey["values"], into: PackageGathering): void => {
  const build = values.get("currentbuild") ?? values.get("currentbuildnumber") ?? "";
  const revision = values.get("ubr");
  const product = values.get("productname") ?? "";
  if (!/^\d{1,6}$/.test(build) || revision === undefined) return;
  const ecosystem = /\bServer\b/.test(product) ? serverOf(product, values) : clientOf(Number(build), values);
  into.add({ component: { ecosystem: `Windows:${ecosystem}`, name: "Windows", version: `10.0.${build}.${revision}` } });
};

const serverOf = (product: string, values: RegistryKey["values"]): string => {
  const edition = /Server (?:\d{4}(?: R2)?|, version \w+)/.exec(product)?.[0] ?? "Server";
  return values.get("installationtype") === "Server Core" ? `${edition} (Server Core installation)` : edition;
};

const clientOf = (build: number, values: RegistryKey["values"]): string => {
  const release = values.get("displayversion") ?? values.get("releaseid") ?? "";
  const architecture = /\barm64/i.test(values.get("buildlabex") ?? "") ? "ARM64" : "x64";
  const number = build >= FIRST_BUILD_OF_11 ? "11" : "10";
  return `${number}${release === "" ? "" : ` Version ${release}`} for ${architecture}-based Systems`;
};
