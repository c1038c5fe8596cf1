import { XmlReader, type XmlLimits } from "@zerotrace/core/xml";
import type { FileContext, ScannedFile } from "./file-extractor.ts";
import { parsed, textOf } from "./text-file.ts";

/** The largest XML file that is read as a whole (bytes); verification metadata of large builds has some MB. */
export const MAX_XML_BYTES = 32 * 1024 * 1024;
const LIMITS: XmlLimits = { maxDepth: 64, maxTagChars: 16 * 1024, maxTags: 2_000_000 };
/** Lines that are told one by one while a tag stays open; more come together, so that a long tag is not read again and again. */
const MAX_SINGLE_LINES = 64;

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed; empty where it has children only. */
  readonly text: string;
  /** Where its opening tag ends, from 1. */
  readonly line: number;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
  readonly line: number;
}

/** A file's XML as a tree. Throws AppError UNREADABLE, naming the file, when it is none or breaks a limit. */
export const xmlOf = async (file: ScannedFile, context: FileContext): Promise<XmlElement> => {
  const text = await textOf(file, context, MAX_XML_BYTES);
  return parsed(file.path, () => xmlTree(text));
};

/** The tree of a document. Throws Error when it is not well-formed or breaks a limit; a document type is refused. */
export const xmlTree = (text: string): XmlElement => {
  const open: Open[] = [];
  let root: Open | null = null;
  let line = 0;
  let callCount = 0;
  const reader = new XmlReader(
    {
      open: (name, attributes) => {
        callCount++;
        const element = { name: localName(name), attributes, children: [], text: "", line };
        open.at(-1)?.children.push(element);
        open.push(element);
        root ??= element;
      },
      text: (piece) => {
        callCount++;
        const element = open.at(-1);
        if (element !== undefined) element.text += piece;
      },
      close: () => {
        callCount++;
        const element = open.pop();
        if (element !== undefined) element.text = element.text.trim();
      },
    },
    LIMITS,
  );
  pushLines(text, (piece, at) => {
    const before = callCount;
    line = at;
    reader.push(piece);
    return callCount > before;
  });
  reader.finish();
  if (root === null) throw new Error("it has no element");
  return root;
};

/** Gives line after line; `push` says whether anything was understood. */
const pushLines = (text: string, push: (piece: string, line: number) => boolean): void => {
  let line = 1;
  let quietCount = 0;
  for (let at = 0; at < text.length;) {
    const batch = quietCount <= MAX_SINGLE_LINES ? 1 : quietCount;
    let end = at;
    let count = 0;
    for (; count < batch && end < text.length; count++) {
      const next = text.indexOf("\n", end);
      end = next < 0 ? text.length : next + 1;
    }
    quietCount = push(text.slice(at, end), line + count - 1) ? 0 : quietCount + count;
    line += count;
    at = end;
  }
};

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** The first child of that name, or null. */
export const childOf = (element: XmlElement | null, name: string): XmlElement | null =>
  element?.children.find((child) => child.name === name) ?? null;

/** Children of that name, in order. */
export const childrenOf = (element: XmlElement | null, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** The text of the first child of that name; empty without one. */
export const textIn = (element: XmlElement | null, name: string): string => childOf(element, name)?.text ?? "";
