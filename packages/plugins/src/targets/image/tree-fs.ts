import { AppError } from "@zerotrace/core";
import type { ScannedFile } from "../../extractors/file-extractor.ts";
import type { HostFs } from "../../plugin.ts";
import type { Spool, Spooled } from "./spool.ts";
import { type KeptFile, type LayerTree, type Node } from "./tree.ts";

/** Symbolic links followed for one path (count); Linux allows 40. */
const MAX_LINKS = 40;
/** Names in one directory (count). */
const MAX_NAMES = 200_000;

/**
 * The files of an image as those of a host, without making them: links are followed within the image and lead nowhere else.
 * `realPath` gives a path within it, but for a database that SQLite must open a file of its own.
 */
export const treeFs = (tree: LayerTree, spool: Spool): HostFs => ({
  read: async (path, maxBytes) => {
    const node = resolved(tree, path).node;
    if (node === null || node.kind === "mark") return null;
    if (node.kind !== "file") throw new AppError("UNREADABLE", `${path} is not a regular file.`);
    if (node.spooled.sizeBytes > maxBytes)
      throw new AppError("UNREADABLE", `${path} is larger than ${maxBytes} bytes.`);
    return spool.read(node.spooled);
  },
  list: async (path) => {
    const node = resolved(tree, path).node;
    if (node?.kind !== "folder") return null;
    if (node.children.size > MAX_NAMES) throw new AppError("UNREADABLE", `${path} holds more than ${MAX_NAMES} names.`);
    return [...node.children.keys()].sort();
  },
  realPath: (path) => {
    const { node, parts } = resolved(tree, path);
    if (node?.kind !== "file" || !path.endsWith(".sqlite")) return `/${parts.join("/")}`;
    return databasePath(tree, spool, { path, file: node.spooled });
  },
});

/** With what its write-ahead log says, where it has one. */
const databasePath = (tree: LayerTree, spool: Spool, database: { path: string; file: Spooled }): string => {
  const made = spool.path(database.file, ".sqlite");
  const log = resolved(tree, `${database.path}-wal`).node;
  if (log?.kind === "file") spool.copy(log.spooled, `${made}-wal`);
  return made;
};

/** A kept file for its readers; a file on disk is made for those that need one. */
export const scannedFile = (path: string, { spooled }: KeptFile, spool: Spool): ScannedFile => {
  let realPath: string | null = null;
  return {
    path,
    sizeBytes: spooled.sizeBytes,
    get realPath() {
      return (realPath ??= spool.path(spooled));
    },
  };
};

/** Walks the path part by part; an absolute link starts again at the root, and `..` stops there. */
const resolved = (tree: LayerTree, path: string): { readonly node: Node | null; readonly parts: readonly string[] } => {
  let todo = path.split("/").reverse();
  let done: string[] = [];
  let linkCount = 0;
  while (todo.length > 0) {
    const part = todo.pop() as string;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done.pop();
      continue;
    }
    const node = tree.get([...done, part]);
    if (node?.kind !== "link") {
      done.push(part);
      continue;
    }
    linkCount += 1;
    if (linkCount > MAX_LINKS) throw new AppError("UNREADABLE", `${path} follows more than ${MAX_LINKS} links.`);
    if (node.target.startsWith("/")) done = [];
    todo = [...todo, ...node.target.split("/").reverse()];
  }
  return { node: tree.get(done), parts: done };
};
