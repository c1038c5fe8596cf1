import { AppError, messageOf } from "@zerotrace/core";
import { copyFileSync, linkSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import type { KeptFile, KeptLink, LayerTree } from "./tree.ts";

/** Links of one image that are made (count). */
const MAX_LINKS = 500_000;
/** Files between two looks at the event loop (count). */
const BREATH = 512;

interface Made {
  readonly path: string;
  readonly node: KeptFile | KeptLink;
}

export interface MaterializeOptions {
  /** Which paths are made; all when absent. */
  readonly wants?: (path: string, kind: "file" | "link") => boolean;
  readonly onProblem: (text: string) => void;
}

/**
 * Makes the kept files of a tree below `folder`, as links to the spool, and says which layer brought each path. Every name is one
 * part, and folders, then files, then links are made: so nothing is written through a link, also where the file system holds `A`
 * and `a` for the same name. What this file system cannot hold goes to `onProblem`. Throws AppError UNREADABLE over the bound.
 */
export const materialize = async (
  tree: LayerTree,
  folder: string,
  { wants, onProblem }: MaterializeOptions,
): Promise<ReadonlyMap<string, number>> => {
  const layers = new Map<string, number>();
  const links: Made[] = [];
  const files: Made[] = [];
  for (const one of tree.files()) {
    if (wants?.(one.path, one.node.kind) === false) continue;
    (one.node.kind === "file" ? files : links).push(one);
  }
  if (links.length > MAX_LINKS) throw new AppError("UNREADABLE", `The image has more than ${MAX_LINKS} links.`);
  const attempt = (path: string, make: () => void): boolean => {
    try {
      make();
      return true;
    } catch (error) {
      onProblem(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? messageOf(error)}`);
      return false;
    }
  };
  const made = new Set<string>();
  for (const { path } of [...files, ...links]) {
    const parent = dirname(path);
    if (made.has(parent)) continue;
    made.add(parent);
    attempt(parent, () => mkdirSync(join(folder, parent), { recursive: true }));
  }
  for (const [at, { path, node }] of [...files, ...links].entries()) {
    if (at % BREATH === 0) await breathe();
    const to = join(folder, path);
    const isMade = attempt(path, () =>
      node.kind === "file" ? placed(node.spooled, to) : symlinkSync(node.target, to),
    );
    if (isMade) layers.set(path, node.layer);
  }
  return layers;
};

/** Links where the file system can, else copies. */
const placed = (from: string, to: string): void => {
  try {
    linkSync(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EMLINK") throw error;
    copyFileSync(from, to);
  }
};
