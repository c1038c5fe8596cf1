import { AppError } from "@zerotrace/core";
import { MAX_NESTING, parsed } from "./text-file.ts";

/** What a YAML file holds: every scalar is a text, so that version 1.10 stays what it is. */
export type YamlValue = string | YamlValue[] | { [key: string]: YamlValue };

export interface YamlDocument {
  readonly value: YamlValue;
  /** Lines, from 1, of the keys one level below the top: `section`, a NUL, `key`. Empty when the slow reader was needed. */
  readonly lines: ReadonlyMap<string, number>;
}

/** The largest YAML that is read with the full reader, which takes about a second for each MB. */
const MAX_RICH_YAML_CHARS = 1024 * 1024;
/** Aliases that are followed (count): no tool writes one, and they are how a small file explodes. */
const MAX_ALIASES = 0;

/**
 * The documents of a YAML file. What tools write line by line is read here in one pass; anything else (anchors, lists and
 * maps in brackets over several lines) goes to the full reader, up to its size. Throws AppError UNREADABLE.
 */
export const yamlDocuments = async (path: string, text: string): Promise<YamlDocument[]> => {
  const documents: YamlDocument[] = [];
  let richChars = 0;
  for (const part of text.split(/^---[ \t]*\r?$/m)) {
    if (part.trim() === "") continue;
    const plain = plainYaml(part);
    if (plain === null) richChars += part.length;
    documents.push(plain ?? { value: await richYaml(path, part, richChars), lines: new Map() });
  }
  return documents;
};

/** Any YAML of one document, by the full reader; `sizeChars` counts the documents before it too. Throws AppError UNREADABLE. */
export const richYaml = async (path: string, text: string, sizeChars = text.length): Promise<YamlValue> => {
  if (sizeChars > MAX_RICH_YAML_CHARS) {
    throw new AppError(
      "UNREADABLE",
      `${path} is too large for YAML of this form: at most ${MAX_RICH_YAML_CHARS} characters.`,
    );
  }
  if (depthOf(text) > MAX_NESTING)
    throw new AppError("UNREADABLE", `${path} is nested deeper than ${MAX_NESTING} levels.`);
  const { parseDocument } = await import("yaml");
  return parsed(path, () => {
    // Pretty errors take quadratic time on long lines.
    const document = parseDocument(text, {
      prettyErrors: false,
      uniqueKeys: false,
      schema: "failsafe",
      logLevel: "silent",
    });
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as YamlValue;
  });
};

/** At least the levels of brackets in a text. */
const depthOf = (text: string): number => {
  let depth = 0;
  let most = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === "[" || bracket === "{" ? 1 : -1));
    most = Math.max(most, depth);
  }
  return most;
};

interface Frame {
  readonly indent: number;
  readonly into: YamlValue[] | { [key: string]: YamlValue };
}

interface Reading {
  readonly stack: Frame[];
  readonly lines: Map<string, number>;
  /** The key whose value starts on the next line. */
  open: { readonly into: { [key: string]: YamlValue }; readonly key: string; readonly indent: number } | null;
  /** Lines deeper than this belong to a block of text. */
  textIndent: number;
  section: string;
}

/** One document of plain, block style YAML; null when it holds anything else. Flow values that are not empty stay texts. */
export const plainYaml = (text: string): YamlDocument | null => {
  const root: { [key: string]: YamlValue } = Object.create(null);
  const reading: Reading = {
    stack: [{ indent: 0, into: root }],
    lines: new Map(),
    open: null,
    textIndent: Infinity,
    section: "",
  };
  let number = 0;
  for (const raw of text.split("\n")) {
    number++;
    const line = raw.trimEnd();
    const body = line.trimStart();
    if (body === "" || body.startsWith("#")) continue;
    const indent = line.length - body.length;
    if (indent > reading.textIndent) continue;
    reading.textIndent = Infinity;
    if (!readLine(reading, indent, body, number)) return null;
  }
  return { value: root, lines: reading.lines };
};

const readLine = (reading: Reading, indent: number, body: string, number: number): boolean => {
  const isElement = body === "-" || body.startsWith("- ");
  openChild(reading, indent, isElement);
  const { stack } = reading;
  const isOver = ({ indent: own, into }: Frame): boolean =>
    own > indent || (own === indent && Array.isArray(into) && !isElement);
  while (stack.length > 0 && isOver(stack.at(-1)!)) stack.pop();
  const top = stack.at(-1);
  if (top === undefined) return false;
  if (top.indent !== indent || Array.isArray(top.into) !== isElement) return false;
  if (!Array.isArray(top.into)) return readKey(reading, top.into, indent, body, number);
  const rest = body.slice(1).trimStart();
  if (rest === "" || rest.startsWith("- ")) return false;
  if (keyEnd(rest) < 0) {
    const value = scalar(rest);
    if (typeof value === "string" && /^[|>]/.test(value)) return false;
    if (value !== null) top.into.push(value);
    return value !== null;
  }
  const inner: { [key: string]: YamlValue } = Object.create(null);
  top.into.push(inner);
  const innerIndent = indent + body.length - rest.length;
  stack.push({ indent: innerIndent, into: inner });
  return readKey(reading, inner, innerIndent, rest, number);
};

/** Whether a key's value on the following lines is a list, a map or nothing is told by the first of them. */
const openChild = (reading: Reading, indent: number, isElement: boolean): void => {
  const { open } = reading;
  if (open === null) return;
  reading.open = null;
  if (indent < open.indent || (indent === open.indent && !isElement)) return;
  const into: Frame["into"] = isElement ? [] : Object.create(null);
  open.into[open.key] = into;
  reading.stack.push({ indent, into });
};

const readKey = (
  reading: Reading,
  into: { [key: string]: YamlValue },
  indent: number,
  body: string,
  number: number,
): boolean => {
  const end = keyEnd(body);
  if (end < 0) return false;
  const key = scalar(body.slice(0, end));
  if (typeof key !== "string") return false;
  if (reading.stack.length === 1) reading.section = key;
  if (reading.stack.length === 2) reading.lines.set(`${reading.section}\0${key}`, number);
  const rest = body.slice(end + 1).trim();
  if (rest === "" || rest.startsWith("#")) {
    into[key] = "";
    reading.open = { into, key, indent };
    return true;
  }
  if (/^[|>][-+0-9]*$/.test(rest)) {
    into[key] = "";
    reading.textIndent = indent;
    return true;
  }
  const value = scalar(rest);
  if (value === null) return false;
  into[key] = value;
  return true;
};

/** Where the colon after a line's key stands; -1 when the line has none. */
const keyEnd = (body: string): number => {
  const quote = body[0];
  if (quote === "'" || quote === '"') {
    const close = closing(body, quote);
    return close >= 0 && body[close + 1] === ":" && (body[close + 2] ?? " ") === " " ? close + 1 : -1;
  }
  const colon = body.indexOf(": ");
  return colon >= 0 ? colon : body.endsWith(":") ? body.length - 1 : -1;
};

const closing = (text: string, quote: string): number => {
  for (let at = 1; at < text.length; at++) {
    if (quote === '"' && text[at] === "\\") at++;
    else if (text[at] === quote) {
      if (quote === '"' || text[at + 1] !== "'") return at;
      at++;
    }
  }
  return -1;
};

/** A value on one line; null when it is more than that. */
const scalar = (text: string): YamlValue | null => {
  const first = text[0] ?? "";
  if (text === "{}") return Object.create(null) as YamlValue;
  if (text === "[]") return [];
  if (first === "'" || first === '"') {
    const end = closing(text, first);
    if (end < 0 || !/^\s*(?:#.*)?$/.test(text.slice(end + 1))) return null;
    if (first === "'") return text.slice(1, end).replaceAll("''", "'");
    return text.includes("\\") ? fromJson(text.slice(0, end + 1)) : text.slice(1, end);
  }
  if (first === "{" || first === "[") return text.endsWith(first === "{" ? "}" : "]") ? text : null;
  if ("&*!?%@`".includes(first) && first !== "") return null;
  const comment = text.indexOf(" #");
  return comment < 0 ? text : text.slice(0, comment).trimEnd();
};

const fromJson = (text: string): string | null => {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
};
