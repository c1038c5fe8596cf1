import type { FileExtractor } from "../extractors/file-extractor.ts";

/** Chooses the readers of a file by its path; built once for a list of readers. */
export interface Chooser {
  /** Readers whose pattern fits the path, in the order of the list. */
  readonly of: (path: string, name: string) => readonly FileExtractor[];
  /** Readers of programs, to be asked when the bytes are those of one. */
  readonly programs: readonly FileExtractor[];
}

const NONE: readonly FileExtractor[] = [];

/** The chooser of these readers. One look-up per dot of a name: a tree may hold a million files. */
export const chooserOf = (extractors: readonly FileExtractor[]): Chooser => {
  const byName = new Map<string, FileExtractor[]>();
  const byEnding = new Map<string, FileExtractor[]>();
  const byPathName = new Map<string, { readonly path: string; readonly extractor: FileExtractor }[]>();
  const matched = extractors.flatMap((extractor) => {
    const { match } = extractor.files;
    return match === undefined ? [] : [{ extractor, match, end: literalEnd(match) }];
  });
  for (const extractor of extractors) {
    const { names = [], endings = [], paths = [] } = extractor.files;
    for (const name of names) push(byName, name, extractor);
    for (const ending of endings) push(byEnding, ending, extractor);
    for (const path of paths) push(byPathName, path.slice(path.lastIndexOf("/") + 1), { path, extractor });
  }
  const order = new Map(extractors.map((extractor, at) => [extractor, at]));
  return {
    programs: extractors.filter(({ files }) => files.isProgram === true),
    of: (path, name) => {
      let found = byName.get(name) ?? NONE;
      for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
        const more = byEnding.get(name.slice(dot));
        if (more !== undefined) found = [...found, ...more];
      }
      for (const one of byPathName.get(name) ?? []) if (endsWithPath(path, one.path)) found = [...found, one.extractor];
      for (const { extractor, match, end } of matched)
        if (path.endsWith(end) && match.test(path)) found = [...found, extractor];
      if (found.length < 2) return found;
      return [...new Set(found)].sort((a, b) => order.get(a)! - order.get(b)!);
    },
  };
};

/** The text that every match of an expression ends with, empty when that is not plain: most files are told apart by it alone. */
const literalEnd = ({ source, flags }: RegExp): string => {
  let depth = 0;
  for (const token of source.match(/\\.|\[(?:\\.|[^\]\\])*\]|./gs) ?? []) {
    if (token === "(") depth += 1;
    else if (token === ")") depth -= 1;
    else if (token === "|" && depth === 0) return "";
  }
  const end = flags === "" ? /(?:\\[./]|[A-Za-z0-9_-])+\$$/.exec(source)?.[0] : undefined;
  // What a backslash stands before has a meaning of its own.
  if (end === undefined || source[source.length - end.length - 1] === "\\") return "";
  return end.slice(0, -1).replaceAll("\\", "");
};

const push = <V>(map: Map<string, V[]>, key: string, value: V): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};

const endsWithPath = (path: string, end: string): boolean =>
  path === end || (path.endsWith(end) && path[path.length - end.length - 1] === "/");

/** The first bytes of ELF, PE and Mach-O programs, also of universal ones. */
export const isProgramHead = (head: Uint8Array): boolean => {
  if (head.length < 4) return false;
  const word = ((head[0]! << 24) | (head[1]! << 16) | (head[2]! << 8) | head[3]!) >>> 0;
  return word === 0x7f454c46 || word >>> 16 === 0x4d5a || MACH_O.has(word);
};

const MACH_O: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);

/** A program of Go or Rust is never smaller (bytes). */
export const MIN_PROGRAM_BYTES = 200 * 1024;

/** Names that programs may have: without an ending, or with one of these. Others are not opened to look. */
export const mayBeProgram = (name: string): boolean =>
  !name.includes(".") || /\.(?:exe|dll|so|dylib|bin|elf|node)(?:\.|$)/.test(name) || /\d$/.test(name);
