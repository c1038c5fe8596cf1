import { AppError, messageOf } from "@zerotrace/core";
import { SBOM_LIMITS } from "./sbom.ts";

export type Json = Readonly<Record<string, unknown>>;

/** An error that says why a document is not read. */
export const refused = (reason: string, cause?: unknown): AppError =>
  new AppError("BAD_REQUEST", `The SBOM is not read: ${reason}.`, { field: "document", cause });

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const NONE: readonly never[] = Object.freeze([]);

/** The value when it is an object, else an empty one. */
export const objectOf = (value: unknown): Json => (isObject(value) ? value : {});

/** The objects of a list, at most `max`; without one, none. */
export const objectsOf = (value: unknown, max: number = SBOM_LIMITS.listLength): readonly Json[] => {
  // most fields of most components are absent: they share one list
  if (!Array.isArray(value) || value.length === 0) return NONE;
  const list: readonly unknown[] = value;
  return list.length <= max && list.every(isObject) ? list : list.slice(0, max).filter(isObject);
};

/** The value when it is a text, else an empty one. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The texts of a list that are not empty, at most `max`. */
export const textsOf = (value: unknown, max: number = SBOM_LIMITS.listLength): string[] =>
  Array.isArray(value) ? value.slice(0, max).filter((one): one is string => typeof one === "string" && one !== "") : [];

/** An object without the fields that say nothing: undefined, null, empty texts, lists and objects. Falsehood and zero stay. */
export const said = (fields: Json): Record<string, unknown> => {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value) && value.length === 0) continue;
    if (isObject(value) && Object.keys(value).length === 0) continue;
    kept[key] = value;
  }
  return kept;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The deepest nesting of objects and lists in a text of JSON. Linear. */
export const nestingOf = (bytes: Uint8Array): number => {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      // most bytes lie in texts: they are passed in a loop of their own
      for (at += 1; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at += 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
};

/** The JSON of a document's bytes. Throws BAD_REQUEST saying where it breaks, and when it is nested too deep. */
export const jsonOfBytes = (bytes: Uint8Array): unknown => {
  if (nestingOf(bytes) > SBOM_LIMITS.depth) throw refused(`it is nested deeper than ${SBOM_LIMITS.depth} levels`);
  try {
    return JSON.parse(utf8Of(bytes)) as unknown;
  } catch (cause) {
    throw refused(`it is no JSON: ${messageOf(cause)}`, cause);
  }
};

/** The text of a document's bytes, without a byte order mark. Throws BAD_REQUEST for bytes that are no UTF-8. */
export const utf8Of = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refused("it is no UTF-8 text", cause);
  }
};

/** Characters of a piece of output. */
const PIECE_CHARS = 64 * 1024;

/**
 * A document as JSON in pieces: the fields of the object each on a line of their own, the elements of a list too. Lists may be
 * generators: nothing but one element and one piece is in memory. Fields that are undefined are left out.
 */
export function* jsonPieces(fields: Readonly<Record<string, unknown>>): Generator<string> {
  let piece = "{";
  let isFirst = true;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    piece += `${isFirst ? "" : ","}\n  ${JSON.stringify(key)}: `;
    isFirst = false;
    if (typeof value === "string" || typeof value !== "object" || value === null || !(Symbol.iterator in value)) {
      piece += JSON.stringify(value);
      continue;
    }
    let count = 0;
    for (const element of value as Iterable<unknown>) {
      piece += `${count === 0 ? "[" : ","}\n    ${JSON.stringify(element)}`;
      count += 1;
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = "";
    }
    piece += count === 0 ? "[]" : "\n  ]";
  }
  yield `${piece}\n}\n`;
}
