import { AppError } from "@zerotrace/core";
import { posix } from "node:path";
import type { ExtractFile, FileContext } from "../file-extractor.ts";
import { isHexDigestOpen, openLineOf } from "../cut-off.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { normalizePython, parseRequirement, type Requirement } from "../python-requirement.ts";
import { linesOf, type RequirementLine } from "./lines.ts";

/** Bytes of one requirements file. */
const MAX_REQUIREMENTS_BYTES = 16 * 1024 * 1024;
/** Files that one file takes in, and those in turn (count). */
const MAX_INCLUDED = 100;

interface Reading {
  readonly context: FileContext;
  readonly into: PackageGathering;
  readonly found: { readonly requirement: Requirement; readonly line: number; readonly via: readonly string[] }[];
  /** Versions that constraint files fix. */
  readonly constraints: Map<string, string>;
  readonly visited: Set<string>;
}

/**
 * pip's requirements files, with those that they take in by `-r` and `-c` within the target. Only exact pins are
 * versions, of the line itself or of a constraint. What pip-compile and uv note as `# via` tells the graph.
 */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const reading: Reading = { context, into, found: [], constraints: new Map(), visited: new Set([file.path]) };
  const text = await textIn(file.path, context);
  if (text === null) throw new AppError("UNREADABLE", `${file.path} does not exist.`);
  await readText(reading, file.path, text, null);
  const children = childrenOf(reading);
  const isNoted = reading.found.some(({ via }) => via.length > 0);
  // Where no note names a file, what was asked for is not among them.
  const isTold = reading.found.some(({ via }) => via.some(isFile));
  for (const { requirement, line, via } of reading.found) {
    const { name } = requirement;
    const version = requirement.version || (reading.constraints.get(name) ?? "");
    into.add({
      component: { ecosystem: "PyPI", name, version },
      key: name,
      line,
      ...(isNoted ? { dependsOn: children.get(name) ?? [] } : {}),
      ...(isTold ? { isDirect: via.some(isFile) } : {}),
    });
  }
  return into.finish();
};

const isFile = (via: string): boolean => via.startsWith("-r ") || /\((?:pyproject|setup)\.\w+\)$/.test(via);

const childrenOf = ({ found }: Reading): Map<string, string[]> => {
  const children = new Map<string, string[]>();
  for (const { requirement, via } of found) {
    for (const parent of via) {
      if (parent.startsWith("-") || parent.includes(" ")) continue;
      const name = normalizePython(parent);
      const list = children.get(name);
      if (list === undefined) children.set(name, [requirement.name]);
      else list.push(requirement.name);
    }
  }
  return children;
};

/** The text of a file of the target, null when absent. PowerShell's `pip freeze > file` writes UTF-16. */
const textIn = async (path: string, context: FileContext): Promise<string | null> => {
  const bytes = await context.read(path, MAX_REQUIREMENTS_BYTES);
  if (bytes === null) return null;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes.includes(0)) throw new AppError("UNREADABLE", `${path} is no text: it holds NUL bytes.`);
  return new TextDecoder().decode(bytes);
};

/** Whether the last line promises more than there is: a continuation, a digest or a version. People leave out the end of a line, tools do not. */
const isCut = (text: string): boolean => {
  const line = (openLineOf(text) ?? text.trimEnd().split("\n").at(-1) ?? "").trim();
  if (line.startsWith("#")) return false;
  if (line.endsWith("\\")) return true;
  if (openLineOf(text) === null) return false;
  return isHexDigestOpen(line) || /(?:[=<>~!]=?|\d\.|--[a-z]*|--hash=\w*)$/.test(line);
};

const INCLUDE = /^(?:-r|--requirement|-c|--constraint)(?:\s+|=|(?=[^\s-]))(.+)$/s;
const EDITABLE = /^(?:-e|--editable)(?:\s+|=)(.+)$/s;
/** `#egg=name` or `&egg=name[extra]` of an address. */
const EGG = /[#&]egg=([A-Za-z0-9._-]+)/;
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:|\.|\/)/i;

/** `included` is the line of the first file that takes this one in; null for that one itself. */
const readText = async (reading: Reading, path: string, text: string, included: number | null): Promise<void> => {
  if (isCut(text)) reading.into.problem(`${path} ends in the middle of a line: it is cut off`);
  for (const line of linesOf(text)) {
    reading.context.signal.throwIfAborted();
    const include = INCLUDE.exec(line.text);
    if (include !== null) {
      const isConstraint = /^(?:-c|--c)/.test(line.text);
      await readIncluded(reading, posix.dirname(path), include[1]!.trim(), isConstraint, included ?? line.line);
    } else readLine(reading, line, included ?? line.line);
  }
};

const readIncluded = async (
  reading: Reading,
  folder: string,
  name: string,
  isConstraint: boolean,
  line: number,
): Promise<void> => {
  const { into, visited, context } = reading;
  const path = posix.join(folder, name);
  if (/^[a-z]+:\/\//i.test(name) || posix.isAbsolute(name) || path.startsWith("..")) {
    return into.problem(`line ${line}: ${name} lies outside of what is scanned and is not read`);
  }
  if (visited.has(path)) return;
  visited.add(path);
  if (visited.size > MAX_INCLUDED) return into.problem(`line ${line}: more than ${MAX_INCLUDED} files are taken in`);
  const text = await textIn(path, context);
  if (text === null) return into.problem(`line ${line}: ${path} does not exist`);
  if (!isConstraint) return readText(reading, path, text, line);
  for (const one of linesOf(text)) {
    const requirement = parseRequirement(withoutOptions(one.text));
    if (requirement !== null && requirement.version !== "")
      reading.constraints.set(requirement.name, requirement.version);
  }
};

const readLine = (reading: Reading, { text, via }: RequirementLine, line: number): void => {
  const address = EDITABLE.exec(text)?.[1] ?? (ADDRESS.test(text) ? text : null);
  if (address !== null) {
    const egg = EGG.exec(address);
    // A folder or an archive without a name says nothing of what it holds.
    if (egg !== null) reading.found.push({ requirement: { name: normalizePython(egg[1]!), version: "" }, line, via });
    return;
  }
  if (text.startsWith("-")) return;
  const requirement = parseRequirement(withoutOptions(text));
  if (requirement === null) reading.into.problem(`line ${line}: ${text} is no requirement`);
  else reading.found.push({ requirement, line, via });
};

/** Without `--hash=…`, `-C …` and what follows them. */
const withoutOptions = (text: string): string => {
  const at = text.search(/\s--?[A-Za-z]/);
  return at < 0 ? text : text.slice(0, at);
};
