import { messageOf } from "@zerotrace/core";
import { type Dirent, readdirSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { type IgnoreRules, isIgnored, rulesOf, within } from "./ignored.ts";
import { relative } from "node:path";

/** Files of one tree (count); what lies beyond is named as not looked at. */
export const MAX_FILES = 2_000_000;
/** Levels of folders (count). */
export const MAX_DEPTH = 128;
/** Folders between two looks at the signal and the event loop (count). */
const BREATH = 256;

export interface WalkOptions {
  /** Honor .gitignore. */
  readonly isIgnoring: boolean;
  /** Whether a folder is left out, by its path within the tree and the names beside it. */
  readonly skips: (path: string, name: string, siblings: readonly Dirent[]) => boolean;
  /** Told each regular file; `isKept` says whether .gitignore would keep it, and is asked only for files that matter. */
  readonly onFile: (path: string, name: string, isKept: (path: string) => boolean) => void;
  /** Told what could not be looked at. */
  readonly onProblem: (text: string) => void;
  /** Told now and then how many files were seen. */
  readonly onCount?: (count: number) => void;
  readonly signal: AbortSignal;
}

interface Folder {
  readonly path: string;
  readonly real: string;
  readonly depth: number;
  /** Of the folders above; of the top its own, too. */
  readonly rules: IgnoreRules | null;
}

/** Every regular file below `root`, folder by folder in the order of names. Links are not followed, so nothing loops or leads out. */
export const walk = async (root: string, options: WalkOptions): Promise<void> => {
  const { isIgnoring, onProblem, signal } = options;
  signal.throwIfAborted();
  const top = isIgnoring ? rulesOf(root) : null;
  const prefix = top?.path ?? "";
  const todo: Folder[] = [{ path: "", real: root, depth: 0, rules: top }];
  let fileCount = 0;
  let sinceBreath = 0;
  for (let folder = todo.pop(); folder !== undefined; folder = todo.pop()) {
    if (++sinceBreath >= BREATH) {
      sinceBreath = 0;
      options.onCount?.(fileCount);
      await breathe();
      signal.throwIfAborted();
    }
    const names = listed(folder, root, onProblem);
    const rules = rulesIn(folder, names, prefix);
    const isKept = (path: string): boolean => rules === null || !isIgnored(rules, prefix + path);
    const inner: Folder[] = [];
    for (const one of names) {
      const path = folder.path === "" ? one.name : `${folder.path}/${one.name}`;
      if (one.isFile()) {
        if (++fileCount > MAX_FILES)
          return onProblem(`The tree holds more than ${MAX_FILES} files; the rest was not looked at.`);
        options.onFile(path, one.name, isKept);
      } else if (one.isDirectory()) {
        const next = enter(folder.depth, path, one.name, { prefix, names, rules, real: folder.real, options });
        if (next !== null) inner.push(next);
      }
    }
    todo.push(...inner.reverse());
  }
  options.onCount?.(fileCount);
};

const listed = (folder: Folder, root: string, onProblem: WalkOptions["onProblem"]): Dirent[] => {
  try {
    return readdirSync(folder.real, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (folder.path === "") throw error;
    onProblem(`${relative(root, folder.real)} cannot be looked into: ${messageOf(error)}`);
    return [];
  }
};

interface Around {
  readonly real: string;
  readonly rules: IgnoreRules | null;
  readonly prefix: string;
  readonly names: readonly Dirent[];
  readonly options: WalkOptions;
}

const enter = (depth: number, path: string, name: string, around: Around): Folder | null => {
  const { prefix, names, rules, real, options } = around;
  if (options.skips(path, name, names)) return null;
  if (depth >= MAX_DEPTH) {
    options.onProblem(`${path} lies deeper than ${MAX_DEPTH} folders; it was not looked into.`);
    return null;
  }
  if (rules !== null && isIgnored(rules, `${prefix + path}/`)) return null;
  return { path, real: `${real}/${name}`, depth: depth + 1, rules };
};

/** The rules in a folder, its own among them: looked for only where it lists some, for most folders have none. */
const rulesIn = (folder: Folder, names: readonly Dirent[], prefix: string): IgnoreRules | null => {
  const { rules, path, real } = folder;
  // Those of the top are known with those above it.
  if (rules === null || path === "" || !names.some(({ name }) => name === ".gitignore")) return rules;
  return within(rules, `${prefix + path}/`, real);
};
