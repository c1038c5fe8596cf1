import { AppError } from "@zerotrace/core";
import type { Spooled } from "./spool.ts";

/** A file that is kept. */
export interface KeptFile {
  readonly kind: "file";
  readonly spooled: Spooled;
  readonly layer: number;
  /** It runs with its owner's rights. */
  readonly isSetuid: boolean;
  /** Kept because its first bytes are those of a program. */
  readonly isProgram: boolean;
}

export interface KeptLink {
  readonly kind: "link";
  readonly target: string;
  readonly layer: number;
}

/** A file whose bytes are not kept and that runs with its owner's rights. */
export interface Mark {
  readonly kind: "mark";
  readonly layer: number;
}

interface Folder {
  readonly kind: "folder";
  readonly children: Map<string, Node>;
  /** The layer that last took away what lower ones have in it. */
  prunedIn: number;
}

export type Leaf = KeptFile | KeptLink | Mark;
export type Node = Leaf | Folder;

/** Levels of folders (count). */
const MAX_DEPTH = 128;
/** Files and links that are kept of one image (count). */
const MAX_LEAVES = 1_000_000;
const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
const NOT_PRUNED = -1;

/**
 * The files of an image while its layers are laid over each other (OCI image specification, layer.md). Holds only what is kept; a
 * path of a layer always stands for what lower layers had there. Names are taken apart, so nothing can lead out of the tree.
 */
export class LayerTree {
  readonly #root: Folder = { kind: "folder", children: new Map(), prunedIn: NOT_PRUNED };
  #leafCount = 0;

  /** The parts of a name within the image; null for what no file can be named, such as `a/../b` that leaves it or a name too deep. */
  static parts(name: string): readonly string[] | null {
    const parts = name.split("/");
    let isPlain = true;
    for (const part of parts) {
      if (part === "" || part === ".") isPlain = false;
      else if (part === ".." || part.includes("\0")) return null;
    }
    const kept = isPlain ? parts : parts.filter((part) => part !== "" && part !== ".");
    return kept.length > MAX_DEPTH ? null : kept;
  }

  /** Puts a file or link in the place of whatever was there. Throws AppError UNREADABLE over the bound. */
  set(parts: readonly string[], leaf: Leaf): void {
    const name = parts.at(-1);
    if (name === undefined) return;
    if (++this.#leafCount > MAX_LEAVES)
      throw new AppError("UNREADABLE", `The image has more than ${MAX_LEAVES} package files and links.`);
    this.#enter(parts.slice(0, -1)).children.set(name, leaf);
  }

  /** A folder keeps what lower layers have in it, and stands for a file or link there. */
  folder(parts: readonly string[]): void {
    this.#clearWay(parts, parts.length);
  }

  /** A file that is not kept still stands for what was there. */
  cover(parts: readonly string[]): void {
    const name = parts.at(-1);
    if (name !== undefined) this.#clearWay(parts, parts.length - 1)?.children.delete(name);
  }

  /**
   * Takes away what layers below `layer` have at a path, or with `isOpaque` what they have in the folder there. What `layer` itself
   * brings stays, wherever its whiteout stands.
   */
  whiteout(parts: readonly string[], isOpaque: boolean, layer: number): void {
    if (isOpaque) {
      const found = this.get(parts);
      if (found?.kind === "folder") prune(found, layer);
      return;
    }
    const name = parts.at(-1);
    const parent = name === undefined ? null : this.get(parts.slice(0, -1));
    if (parent?.kind === "folder") pruneChild(parent, name!, layer);
  }

  /** What is at a path; null when nothing is kept there. */
  get(parts: readonly string[]): Node | null {
    let at: Node = this.#root;
    for (const part of parts) {
      const next: Node | undefined = at.kind === "folder" ? at.children.get(part) : undefined;
      if (next === undefined) return null;
      at = next;
    }
    return at;
  }

  /**
   * What a whiteout takes away, if the name is one: a path, or with `isOpaque` all that lower layers have in a folder. Null for
   * other names.
   */
  static whiteoutOf(
    parts: readonly string[],
  ): { readonly parts: readonly string[]; readonly isOpaque: boolean } | null {
    const name = parts.at(-1) ?? "";
    if (!name.startsWith(WHITEOUT)) return null;
    const folder = parts.slice(0, -1);
    return name === OPAQUE
      ? { parts: folder, isOpaque: true }
      : { parts: [...folder, name.slice(WHITEOUT.length)], isOpaque: false };
  }

  /** Every kept file and link with its path, folder by folder; names sorted. */
  *files(): Generator<{ readonly path: string; readonly node: KeptFile | KeptLink }> {
    for (const { path, node } of leavesOf(this.#root, "")) if (node.kind !== "mark") yield { path, node };
  }

  /** Files that run with their owner's rights, with their layer; sorted as `files`. */
  *setuid(): Generator<{ readonly path: string; readonly layer: number }> {
    for (const { path, node } of leavesOf(this.#root, "")) {
      if (node.kind === "mark" || (node.kind === "file" && node.isSetuid)) yield { path, layer: node.layer };
    }
  }

  /** The folder of this path; what stood in its way is replaced, as a layer's folder covers a file or link below it. */
  #enter(parts: readonly string[]): Folder {
    let at = this.#root;
    for (const part of parts) {
      let next = at.children.get(part);
      if (next?.kind !== "folder") {
        next = { kind: "folder", children: new Map(), prunedIn: NOT_PRUNED };
        at.children.set(part, next);
      }
      at = next;
    }
    return at;
  }

  /** Takes a file or link away that stands where the first `count` parts need folders; the folder there, null when nothing is kept in it. */
  #clearWay(parts: readonly string[], count: number): Folder | null {
    let at = this.#root;
    for (let i = 0; i < count; i++) {
      const part = parts[i] as string;
      const next = at.children.get(part);
      if (next === undefined) return null;
      if (next.kind !== "folder") {
        at.children.delete(part);
        return null;
      }
      at = next;
    }
    return at;
  }
}

const prune = (folder: Folder, layer: number): void => {
  // What came since then is of the same layer: a layer of whiteouts of one folder costs no more than one.
  if (folder.prunedIn === layer) return;
  folder.prunedIn = layer;
  for (const name of folder.children.keys()) pruneChild(folder, name, layer);
};

const pruneChild = (folder: Folder, name: string, layer: number): void => {
  const node = folder.children.get(name);
  if (node === undefined) return;
  if (node.kind === "folder") {
    prune(node, layer);
    if (node.children.size === 0) folder.children.delete(name);
  } else if (node.layer < layer) folder.children.delete(name);
};

function* leavesOf(folder: Folder, prefix: string): Generator<{ path: string; node: Leaf }> {
  for (const name of [...folder.children.keys()].sort()) {
    const node = folder.children.get(name)!;
    const path = prefix + name;
    if (node.kind === "folder") yield* leavesOf(node, `${path}/`);
    else yield { path, node };
  }
}
