import { messageOf } from "@zerotrace/core";
import { isUtf8 } from "node:buffer";
import { isObject, type Json, jsonOfBytes, refused } from "./sbom-json.ts";
import { SBOM_LIMITS } from "./sbom.ts";

/** Members of a document that are read element by element: the long ones, each read once from its beginning to its end. */
const LAZY: ReadonlySet<string> = new Set([
  "components",
  "dependencies",
  "packages",
  "files",
  "relationships",
  "@graph",
]);
/** From this size on a document is cut into its elements; below, parsing it whole is faster. */
export const LAZY_BYTES = 4 * 1024 ** 2;

/** A list of objects that are parsed when they are asked for, and not kept. */
export class JsonList {
  readonly #bytes: Buffer;
  readonly #offsets: readonly number[];

  /** `offsets` are where each object begins and ends. */
  constructor(bytes: Buffer, offsets: readonly number[]) {
    this.#bytes = bytes;
    this.#offsets = offsets;
  }

  get length(): number {
    return this.#offsets.length / 2;
  }

  /** Throws BAD_REQUEST for an element that is no JSON. */
  *[Symbol.iterator](): Generator<Json> {
    for (let at = 0; at < this.#offsets.length; at += 2) {
      const text = this.#bytes.toString("utf8", this.#offsets[at], this.#offsets[at + 1]);
      try {
        yield JSON.parse(text) as Json;
      } catch (cause) {
        throw refused(`it is no JSON: ${messageOf(cause)} in element ${at / 2}`, cause);
      }
    }
  }
}

/** Whether a member is a list, of either kind. */
export const isList = (value: unknown): boolean => Array.isArray(value) || value instanceof JsonList;

/** How many elements a list has; of anything else 0. */
export const lengthOf = (value: unknown): number =>
  value instanceof JsonList || Array.isArray(value) ? value.length : 0;

/**
 * The objects of a list, at most `max`, each taken out of it: what was read of a large document gives its memory back while the
 * rest is read. An array is empty of them afterwards.
 */
export function* drained(value: unknown, max: number): Generator<Json> {
  if (value instanceof JsonList) {
    let count = 0;
    for (const one of value) {
      if (count >= max) return;
      count += 1;
      yield one;
    }
    return;
  }
  if (!Array.isArray(value)) return;
  const list: unknown[] = value;
  for (let at = 0; at < list.length && at < max; at++) {
    const one = list[at];
    list[at] = null;
    if (isObject(one)) yield one;
  }
}

interface FoundList {
  readonly key: string;
  readonly from: number;
  to: number;
  readonly offsets: number[];
}

const [QUOTE, BACKSLASH, COMMA, SPACE] = [0x22, 0x5c, 0x2c, 0x20];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Finds the lists of a document in one pass; null where one of them holds anything but objects, or the text is odd. */
class Scan {
  readonly lists: FoundList[] = [];
  deepest = 0;
  #depth = 0;
  #key = "";
  #wantsKey = false;
  #list: FoundList | null = null;
  /** What the list waits for: its first element or its end, an element, a comma or its end. */
  #waits: "first" | "element" | "comma" = "first";

  /** False when the document is not of the plain form. */
  run(bytes: Buffer): boolean {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        const from = at + 1;
        for (at = from; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at += 1;
        if (this.#depth === 1 && this.#wantsKey) {
          this.#key = bytes.toString("latin1", from, at);
          this.#wantsKey = false;
        } else if (this.#list !== null && this.#depth === 2) return false;
      } else if (byte > SPACE && !this.#token(byte, at)) return false;
    }
    return this.#depth === 0;
  }

  #token(byte: number, at: number): boolean {
    if (byte === OPEN || byte === OPEN_LIST) return this.#open(byte, at);
    if (byte === CLOSE || byte === CLOSE_LIST) return this.#close(byte, at);
    if (this.#list !== null && this.#depth === 2) {
      if (byte !== COMMA || this.#waits !== "comma") return false;
      this.#waits = "element";
    } else if (byte === COMMA && this.#depth === 1) this.#wantsKey = true;
    return true;
  }

  #open(byte: number, at: number): boolean {
    this.#depth += 1;
    if (this.#depth > this.deepest) this.deepest = this.#depth;
    if (this.#depth === 1) this.#wantsKey = byte === OPEN;
    else if (this.#depth === 2 && byte === OPEN_LIST && LAZY.has(this.#key)) {
      this.#list = { key: this.#key, from: at, to: at, offsets: [] };
      this.#waits = "first";
    } else if (this.#depth === 3 && this.#list !== null) {
      if (byte !== OPEN || this.#waits === "comma") return false;
      this.#list.offsets.push(at);
    }
    return true;
  }

  #close(byte: number, at: number): boolean {
    const list = this.#list;
    if (list !== null && this.#depth === 3) {
      list.offsets.push(at + 1);
      this.#waits = "comma";
    } else if (list !== null && this.#depth === 2) {
      if (byte !== CLOSE_LIST || this.#waits === "element" || this.lists.some(({ key }) => key === list.key))
        return false;
      list.to = at + 1;
      this.lists.push(list);
      this.#list = null;
    }
    this.#depth -= 1;
    return this.#depth >= 0;
  }
}

/**
 * The JSON of a large document with its long lists as `JsonList`s; a small one, or one whose lists hold anything but objects, is
 * parsed whole. Throws BAD_REQUEST as `jsonOfBytes`.
 */
export const lazyJsonOfBytes = (bytes: Uint8Array, fromBytes: number = LAZY_BYTES): unknown => {
  if (bytes.length < fromBytes) return jsonOfBytes(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scan = new Scan();
  if (!isUtf8(buffer) || !scan.run(buffer) || scan.lists.length === 0) return jsonOfBytes(bytes);
  if (scan.deepest > SBOM_LIMITS.depth) throw refused(`it is nested deeper than ${SBOM_LIMITS.depth} levels`);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { from, to } of scan.lists) {
    pieces.push(buffer.subarray(at, from), Buffer.from("[]"));
    at = to;
  }
  const root = jsonOfBytes(Buffer.concat([...pieces, buffer.subarray(at)]));
  if (!isObject(root)) return root;
  const lists = scan.lists.map(({ key, offsets }) => [key, new JsonList(buffer, offsets)] as const);
  return { ...root, ...Object.fromEntries(lists) };
};
