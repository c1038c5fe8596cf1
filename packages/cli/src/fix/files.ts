import { AppError } from "@zerotrace/core";
import { hostFs } from "@zerotrace/plugins/extractors/host-fs";
import type { FixContext } from "@zerotrace/plugins/fixes/fix";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { posix } from "node:path";
import { folderOfTarget } from "../scan/lines.ts";

/** The largest manifest or lockfile that is read for a plan (bytes). */
const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** The files of each target that has any on this machine; each file is read once. */
export const targetFiles = (inventories: readonly TargetInventory[]) => {
  const roots = new Map(inventories.map((inventory) => [inventory.name, folderOfTarget(inventory)]));
  const contexts = new Map<string, FixContext | null>();
  const filesOf = (target: string): FixContext | null => {
    const known = contexts.get(target);
    if (known !== undefined) return known;
    const root = roots.get(target) ?? null;
    const made = root === null ? null : filesIn(root);
    contexts.set(target, made);
    return made;
  };
  return { filesOf, rootOf: (target: string): string | null => roots.get(target) ?? null };
};

const filesIn = (root: string): FixContext => {
  const fs = hostFs(root);
  const texts = new Map<string, Promise<string | null>>();
  const textOf = async (path: string): Promise<string | null> => {
    const bytes = await fs.read(posix.join("/", path), MAX_FILE_BYTES);
    if (bytes === null) return null;
    if (bytes.includes(0)) throw new AppError("UNREADABLE", `${path} is no text: it holds NUL bytes.`);
    return new TextDecoder().decode(bytes);
  };
  return {
    read: (path) => {
      const text = texts.get(path) ?? textOf(path);
      texts.set(path, text);
      return text;
    },
    list: (path) => fs.list(posix.join("/", path)),
  };
};
