import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { parsed } from "../text-file.ts";
import { plistTexts } from "./plist.ts";

/** Bytes of one Info.plist. */
const MAX_PLIST_BYTES = 8 * 1024 * 1024;
/** Frameworks and plug-ins have such files too; they come with their application. */
const APPLICATION = /\.app\/Contents\/Info\.plist$/;

/** Applications of macOS, by their bundle identifier: names may hold spaces and are no one's alone. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  if (!APPLICATION.test(file.path)) return into.finish();
  const bytes = await context.read(file.path, MAX_PLIST_BYTES);
  if (bytes === null) throw new AppError("UNREADABLE", `${file.path} does not exist.`);
  const texts = parsed(file.path, () => plistTexts(bytes));
  const version = texts.get("CFBundleShortVersionString") ?? texts.get("CFBundleVersion") ?? "";
  const name = texts.get("CFBundleIdentifier") ?? "";
  into.add({ component: { ecosystem: "macOS", name, version: version.trim().replaceAll(/\s+/g, "-") } });
  return into.finish();
};
