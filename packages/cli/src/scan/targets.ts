import { AppError } from "@zerotrace/core";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";

export interface TargetOptions {
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  /** The file tree that `host` means instead of `/`. */
  readonly root?: string;
  readonly noIgnore?: boolean;
  readonly exclude?: readonly string[];
  /** Ask no registry. */
  readonly isOffline: boolean;
  readonly onProgress: (text: string, count: number) => void;
  readonly signal: AbortSignal;
}

/**
 * What is found in a target, told by what it is: `host`, a folder, a file. Throws AppError NOT_FOUND when there is no such thing,
 * UNREADABLE when it cannot be read.
 */
export const readTarget = async (target: string, options: TargetOptions): Promise<TargetInventory> => {
  if (target === "host") return readHost(options);
  const path = resolve(target);
  const found = await stat(path).catch(() => null);
  if (found === null) {
    throw new AppError("NOT_FOUND", `There is no ${target}: name a folder, a file or host.`, { field: "target" });
  }
  const { scanFile, scanFolder } = await import("@zerotrace/plugins/targets/folder");
  const { noIgnore, exclude, signal } = options;
  const folderOptions = {
    ...(noIgnore === undefined ? {} : { noIgnore }),
    ...(exclude === undefined ? {} : { exclude }),
    onProgress: ({ fileCount, readCount }: { fileCount: number; readCount: number }) =>
      options.onProgress(readCount > 0 ? `Reading ${target}` : `Looking through ${target}`, readCount || fileCount),
    signal,
  };
  const inventory = found.isDirectory() ? await scanFolder(path, folderOptions) : await scanFile(path, folderOptions);
  return { ...inventory, name: nameOf(target) };
};

/** As it was asked for; a folder by its own name where it was asked for as `.`. */
const nameOf = (target: string): string =>
  /^[./]+$/.test(target) ? basename(resolve(target)) || target : target.replace(/\/+$/, "");

const readHost = async ({ dpkgStatusPath, osReleasePath, root, signal }: TargetOptions): Promise<TargetInventory> => {
  const { collectHost } = await import("@zerotrace/plugins/extractors/collect");
  const { targetOfHost } = await import("@zerotrace/plugins/targets/host");
  const given = {
    ...(root === undefined ? {} : { root }),
    ...(dpkgStatusPath === undefined ? {} : { dpkgStatusPath }),
    ...(osReleasePath === undefined ? {} : { osReleasePath }),
  };
  return targetOfHost(await collectHost({ ...given, signal }));
};
