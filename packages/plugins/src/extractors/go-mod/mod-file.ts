import { MAX_PROBLEMS } from "../gather.ts";

export interface Requirement {
  readonly path: string;
  readonly version: string;
  readonly isIndirect: boolean;
  readonly line: number;
}

/** What a go.mod says, as it is written. */
export interface GoMod {
  readonly requirements: readonly Requirement[];
  /** By `path@version`, or `path@` for every version; the version is empty where a folder takes the module's place. */
  readonly replacements: ReadonlyMap<string, { readonly path: string; readonly version: string }>;
  /** `path@version` of what the build must not take. */
  readonly excluded: ReadonlySet<string>;
  /** The `go` line: `1.22.3`. */
  readonly go: string | null;
  /** The `toolchain` line: `go1.22.3`. */
  readonly toolchain: string | null;
  /** Where the toolchain is named, by either line. */
  readonly toolchainLine: number | null;
  /** Whether any line was understood. */
  readonly isKnown: boolean;
  readonly problems: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Building extends Writable<Pick<GoMod, "go" | "toolchain" | "toolchainLine" | "isKnown">> {
  readonly requirements: Requirement[];
  readonly replacements: Map<string, { readonly path: string; readonly version: string }>;
  readonly excluded: Set<string>;
  readonly problems: string[];
}

/** Directives that say nothing of versions. */
const PASSED_OVER: ReadonlySet<string> = new Set(["module", "retract", "godebug", "tool", "ignore", "use"]);

/** Reads go.mod line by line (go.dev/ref/mod#go-mod-file). What it does not know becomes a problem; it never throws. */
export const modOf = (text: string): GoMod => {
  const mod: Building = {
    requirements: [],
    replacements: new Map(),
    excluded: new Set(),
    go: null,
    toolchain: null,
    toolchainLine: null,
    isKnown: false,
    problems: [],
  };
  let block: string | null = null;
  let blockLine = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const { words, comment } = wordsOf(line);
    if (words.length === 0) continue;
    if (block !== null) {
      if (words[0] === ")") block = null;
      else directive(mod, block, words, comment, index + 1);
    } else if (words.length === 2 && words[1] === "(") {
      [block, blockLine] = [words[0] as string, index + 1];
    } else {
      directive(mod, words[0] as string, words.slice(1), comment, index + 1);
    }
  }
  if (block !== null) mod.problems.push(`the block of line ${blockLine} has no end: the file is cut off`);
  return mod;
};

const directive = (mod: Building, verb: string, words: readonly string[], comment: string, line: number): void => {
  const [first = "", second = ""] = words;
  const ok = (): true => (mod.isKnown = true);
  if (PASSED_OVER.has(verb)) return void ok();
  if (verb === "require" && words.length === 2) {
    mod.requirements.push({ path: first, version: second, isIndirect: /^indirect(?:$|[;\s])/.test(comment), line });
    return void ok();
  }
  if (verb === "replace" && addReplacement(mod, words)) return void ok();
  if (verb === "exclude" && words.length === 2) return void (ok() && mod.excluded.add(`${first}@${second}`));
  if (verb === "go" && words.length === 1) {
    mod.go = first;
    mod.toolchainLine ??= line;
    return void ok();
  }
  if (verb === "toolchain" && words.length === 1) {
    // `toolchain default` asks for no other than the go line does.
    if (first !== "default") [mod.toolchain, mod.toolchainLine] = [first, line];
    return void ok();
  }
  if (mod.problems.length < MAX_PROBLEMS) mod.problems.push(`line ${line} is not understood: ${verb}`);
};

const addReplacement = (mod: Building, words: readonly string[]): boolean => {
  const arrow = words.indexOf("=>");
  const [path, version = ""] = words.slice(0, arrow);
  const [newPath, newVersion = ""] = words.slice(arrow + 1);
  if (arrow < 1 || arrow > 2 || path === undefined || newPath === undefined || words.length > arrow + 3) return false;
  mod.replacements.set(`${path}@${version}`, { path: newPath, version: newVersion });
  return true;
};

/** A word is quoted, or ends at a space; `(` and `)` are words of their own only where a space parts them. */
const WORD = /\s*(?:(\/\/.*)|"([^"]*)"|`([^`]*)`|([^\s"`]+))/y;

const wordsOf = (line: string): { readonly words: readonly string[]; readonly comment: string } => {
  const words: string[] = [];
  WORD.lastIndex = 0;
  for (let found = WORD.exec(line); found !== null; found = WORD.exec(line)) {
    const [, comment, quoted, raw, plain] = found;
    if (comment !== undefined) return { words, comment: comment.slice(2).trim() };
    words.push(quoted ?? raw ?? plain ?? "");
  }
  return { words, comment: "" };
};
