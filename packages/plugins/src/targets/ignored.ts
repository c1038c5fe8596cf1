import ignore, { type Ignore } from "ignore";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** Bytes of one .gitignore that are read. */
const MAX_IGNORE_BYTES = 1024 * 1024;
/** Folders above the target in which a repository is looked for (count). */
const MAX_ABOVE = 64;

/** The rules of a folder: its own, then those of the folders above. */
export interface IgnoreRules {
  readonly own: Ignore | null;
  /** The folder's path within the repository, with `/` at its end; empty for its root. */
  readonly path: string;
  readonly above: IgnoreRules | null;
}

/** The rules above and in a folder that is scanned; those of its repository when it lies in one (gitignore(5)). */
export const rulesOf = (folder: string): IgnoreRules => {
  const top = repositoryOf(folder) ?? folder;
  let rules = within(null, "", top, ".git/info/exclude");
  rules = within(rules, "", top);
  const parts = relative(top, folder)
    .split(sep)
    .filter((part) => part !== "");
  parts.forEach((_, at) => {
    const path = `${parts.slice(0, at + 1).join("/")}/`;
    rules = within(rules, path, join(top, path));
  });
  return rules;
};

/** The rules for a folder inside one whose rules are known; `path` is within the repository, with `/` at its end. */
export const within = (above: IgnoreRules | null, path: string, folder: string, file = ".gitignore"): IgnoreRules => {
  const text = textOf(join(folder, file));
  if (text === null && above !== null) return { own: null, path, above };
  return { own: text === null ? null : ignore().add(text), path, above };
};

/**
 * Whether the rules leave out this path of the repository, which lies in a folder that they keep; a folder's path ends with `/`. The
 * nearest rule that speaks decides.
 */
export const isIgnored = (rules: IgnoreRules, path: string): boolean => {
  const parent = path.slice(0, path.lastIndexOf("/", path.length - 2) + 1);
  for (let at: IgnoreRules | null = rules; at !== null; at = at.above) {
    if (at.own === null) continue;
    const said = at.own.test(path.slice(at.path.length));
    if (said.unignored) return false;
    // A folder that nearer rules took back is kept with what is in it.
    if (said.ignored && (parent.length <= at.path.length || !at.own.test(parent.slice(at.path.length)).ignored))
      return true;
  }
  return false;
};

const repositoryOf = (folder: string): string | null => {
  let at = folder;
  for (let i = 0; i < MAX_ABOVE; i++) {
    if (exists(join(at, ".git"))) return at;
    const up = dirname(at);
    if (up === at) return null;
    at = up;
  }
  return null;
};

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const textOf = (path: string): string | null => {
  try {
    const { size } = statSync(path);
    return size > MAX_IGNORE_BYTES ? null : readFileSync(path, "utf8");
  } catch {
    // Absent or closed to this user: there are no rules to keep.
    return null;
  }
};
