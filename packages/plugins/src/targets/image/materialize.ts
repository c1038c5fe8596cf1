import { AppError } from "@zerotrace/core";
import { link, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LayerTree } from "./tree.ts";

/** Links of one image that are made (count). */
const MAX_LINKS = 500_000;

/**
 * Makes the kept files of a tree below `folder`, as links to the spool, and says which layer brought each path. The tree has no
 * path through a link, and every name is one part, so nothing is written elsewhere. Names that this file system cannot hold go
 * to `onProblem`. Throws AppError UNREADABLE over the bound.
 */
export const materialize = async (
  tree: LayerTree,
  folder: string,
  options: { readonly wants?: (path: string) => boolean; readonly onProblem: (text: string) => void },
): Promise<ReadonlyMap<string, number>> => {
  const layers = new Map<string, number>();
  const made = new Set<string>();
  let linkCount = 0;
  for (const { path, node } of tree.files()) {
    if (options.wants !== undefined && node.kind === "file" && !options.wants(path)) continue;
    const to = join(folder, path);
    try {
      if (!made.has(dirname(to))) await mkdir(dirname(to), { recursive: true });
      made.add(dirname(to));
      if (node.kind === "file") {
        await link(node.spooled, to);
        layers.set(path, node.layer);
      } else {
        if (++linkCount > MAX_LINKS) throw new AppError("UNREADABLE", `The image has more than ${MAX_LINKS} links.`);
        await symlink(node.target, to);
      }
    } catch (error) {
      if (error instanceof AppError) throw error;
      options.onProblem(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? "unknown"}`);
    }
  }
  return layers;
};
