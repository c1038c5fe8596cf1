/** A file that is kept: its bytes lie in a file of the spool. */
export interface KeptFile {
  readonly kind: "file";
  readonly spooled: string;
  readonly layer: number;
}

interface KeptLink {
  readonly kind: "link";
  readonly target: string;
}

interface Folder {
  readonly kind: "folder";
  readonly children: Map<string, Node>;
}

export type Node = KeptFile | KeptLink | Folder;

/** Levels of folders (count). */
const MAX_DEPTH = 128;
const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

/**
 * The files of an image while its layers are laid over each other (OCI image specification, layer.md). Holds only what is kept; a
 * path of a layer always stands for what lower layers had there. Names are taken apart, so nothing can lead out of the tree.
 */
export class LayerTree {
  readonly #root: Folder = { kind: "folder", children: new Map() };
  /** Files that run with their owner's rights, with their layer. */
  readonly setuid = new Map<string, number>();

  /** The parts of a name within the image; null for what no file can be named, such as `a/../b` that leaves it or a name too deep. */
  static parts(name: string): readonly string[] | null {
    const parts: string[] = [];
    for (const part of name.split("/")) {
      if (part === "" || part === ".") continue;
      if (part === ".." || part.includes("\0")) return null;
      parts.push(part);
    }
    return parts.length > MAX_DEPTH ? null : parts;
  }

  /** Puts a node in the place of whatever was there; a folder keeps what it holds. */
  set(parts: readonly string[], node: KeptFile | KeptLink | "folder"): void {
    const name = parts.at(-1);
    if (name === undefined) return;
    const parent = this.#enter(parts.slice(0, -1));
    const there = parent.children.get(name);
    if (node !== "folder") parent.children.set(name, node);
    else if (there?.kind !== "folder") parent.children.set(name, { kind: "folder", children: new Map() });
    if (there?.kind === "folder" && node !== "folder") this.#forget(parts);
  }

  /** Takes away what is at a path, with all below it. */
  remove(parts: readonly string[]): void {
    const name = parts.at(-1);
    if (name === undefined) return;
    const parent = this.#find(parts.slice(0, -1));
    if (parent?.kind === "folder") parent.children.delete(name);
    this.#forget(parts);
  }

  /** What is at a path; null when nothing is kept there. */
  get(parts: readonly string[]): Node | null {
    return this.#find(parts);
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

  /** Empties a folder. */
  empty(parts: readonly string[]): void {
    const found = this.#find(parts);
    if (found?.kind === "folder") found.children.clear();
    this.#forget(parts);
  }

  /** Every kept file and link with its path, folder by folder; names sorted. */
  *files(): Generator<{ readonly path: string; readonly node: KeptFile | KeptLink }> {
    yield* filesOf(this.#root, "");
  }

  #find(parts: readonly string[]): Node | null {
    let at: Node = this.#root;
    for (const part of parts) {
      const next: Node | undefined = at.kind === "folder" ? at.children.get(part) : undefined;
      if (next === undefined) return null;
      at = next;
    }
    return at;
  }

  /** The folder of this path; what stood in its way is replaced, as a layer's folder covers a file or link below it. */
  #enter(parts: readonly string[]): Folder {
    let at = this.#root;
    for (const part of parts) {
      let next = at.children.get(part);
      if (next?.kind !== "folder") {
        next = { kind: "folder", children: new Map() };
        at.children.set(part, next);
      }
      at = next;
    }
    return at;
  }

  #forget(parts: readonly string[]): void {
    if (this.setuid.size === 0) return;
    const path = parts.join("/");
    for (const known of this.setuid.keys()) {
      if (known === path || known.startsWith(`${path}/`)) this.setuid.delete(known);
    }
  }
}

function* filesOf(folder: Folder, prefix: string): Generator<{ path: string; node: KeptFile | KeptLink }> {
  for (const name of [...folder.children.keys()].sort()) {
    const node = folder.children.get(name)!;
    const path = prefix + name;
    if (node.kind === "folder") yield* filesOf(node, `${path}/`);
    else yield { path, node };
  }
}
