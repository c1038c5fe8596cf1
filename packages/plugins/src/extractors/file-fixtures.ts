import { AppError } from "@zerotrace/core";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import type { Extracted, ExtractFile, FileContext } from "./file-extractor.ts";
import type { OsRelease } from "./extractor.ts";
import { hostFs } from "./host-fs.ts";

export const NO_OS: OsRelease = { id: "", versionId: "", codename: "", prettyName: "", ecosystem: "" };

/** A target made of these files, on disk; `dispose` removes it. For tests. */
export const targetOf = async (
  files: Readonly<Record<string, string | Uint8Array>>,
  os: OsRelease = NO_OS,
): Promise<{ readonly root: string; readonly context: FileContext; readonly dispose: () => Promise<void> }> => {
  const root = await mkdtemp(join(tmpdir(), "zerotrace-target-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return { root, context: folderContext(root, os), dispose: () => rm(root, { recursive: true, force: true }) };
};

/** The files under a folder as readers see them. */
export const folderContext = (root: string, os: OsRelease = NO_OS): FileContext => {
  const fs = hostFs(root);
  const inside = (path: string): string => posix.join("/", path);
  return {
    read: (path, maxBytes) => fs.read(inside(path), maxBytes),
    list: (path) => fs.list(inside(path)),
    os,
    signal: new AbortController().signal,
  };
};

/** What a reader finds in one of these files; the first one when `path` is absent. For tests. */
export const extractFrom = async (
  extract: ExtractFile,
  files: Readonly<Record<string, string | Uint8Array>>,
  path = Object.keys(files)[0] ?? "",
  os: OsRelease = NO_OS,
): Promise<Extracted> => {
  const target = await targetOf(files, os);
  try {
    const content = files[path];
    if (content === undefined) throw new AppError("NOT_FOUND", `${path} is not among the files.`);
    const sizeBytes = Buffer.byteLength(content);
    return await extract({ path, sizeBytes, realPath: join(target.root, path) }, target.context);
  } finally {
    await target.dispose();
  }
};

/** `name@version` of each package found, for short expectations. */
export const namesOf = (extracted: Extracted): string[] =>
  extracted.packages.map(({ component }) => `${component.name}@${component.version}`);
