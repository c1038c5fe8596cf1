import { JSON_MAX_DEPTH } from "./json-text.ts";

/** What one document may cost. */
export interface ElementLimits {
  readonly maxDepth: number;
  /** A larger element is given as null. */
  readonly maxElementBytes: number;
  readonly maxElements: number;
  /** Longest key or scalar outside the list. */
  readonly maxHeadBytes: number;
}

export const ELEMENT_LIMITS: ElementLimits = {
  maxDepth: JSON_MAX_DEPTH,
  maxElementBytes: 16 * 1024 * 1024,
  maxElements: 5_000_000,
  maxHeadBytes: 64 * 1024,
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
/** `[` and `{` differ from each other in this bit alone, and so do `]` and `}`. */
const CASE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;

/** Where in the document the reader is: before it, among its members, in the list, behind it. */
type Place = "before" | "object" | "list" | "behind";

/**
 * Cuts a JSON object that holds one long list into the list's elements, each to be parsed by itself, while the bytes come in:
 * memory stays at one element. Scalar members of the object are in `head`; other members are passed over. Methods throw
 * Error when the bytes are no such document or break a limit; what is inside an element is not looked at.
 */
export class JsonElements {
  readonly head = new Map<string, unknown>();
  hasList = false;
  elementCount = 0;
  readonly #list: string;
  readonly #limits: ElementLimits;
  #place: Place = "before";
  #depth = 0;
  #isString = false;
  #isEscaped = false;
  #isScalar = false;
  /** Where the present item begins in the present bytes; -1: no item is open. */
  #start = -1;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #isTooLarge = false;
  #key: string | null = null;

  /** `list` is the member that holds the list. */
  constructor(list: string, limits: ElementLimits = ELEMENT_LIMITS) {
    this.#list = list;
    this.#limits = limits;
  }

  /** The elements that end in these bytes; null stands for one over the limit. The bytes may be used again afterwards. */
  push(bytes: Buffer): (Buffer | null)[] {
    const found: (Buffer | null)[] = [];
    if (this.#start >= 0) this.#start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#isString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) {
          this.#isString = false;
          if (this.#depth === this.#level) this.#end(bytes, at + 1, found);
        }
      } else if (byte > SPACE) this.#token(byte, bytes, at, found);
      else if (this.#isScalar && this.#depth === this.#level) this.#end(bytes, at, found);
    }
    if (this.#start >= 0) this.#keep(bytes, bytes.length);
    return found;
  }

  /** Says that no bytes follow. */
  finish(): void {
    if (this.#place !== "behind") throw new Error("it ends in the middle");
    if (!this.hasList) throw new Error(`it has no list \`${this.#list}\``);
  }

  get #level(): number {
    return this.#place === "list" ? 2 : 1;
  }

  #token(byte: number, bytes: Buffer, at: number, found: (Buffer | null)[]): void {
    if (this.#place === "before" || this.#place === "behind") {
      if (byte !== OPEN || this.#place === "behind") throw new Error("it is not one JSON object");
      this.#place = "object";
      this.#depth = 1;
    } else if ((byte | CASE_BIT) === CLOSE) this.#close(bytes, at, found);
    else if (this.#depth > this.#level) {
      if (byte === QUOTE) this.#isString = true;
      else if ((byte | CASE_BIT) === OPEN) this.#deeper();
    } else if (byte === COMMA || byte === COLON) {
      if (this.#isScalar) this.#end(bytes, at, found);
      if (byte === COMMA) this.#key = null;
    } else this.#begin(byte, at);
  }

  #begin(byte: number, at: number): void {
    if (byte === OPEN_LIST && this.#place === "object" && this.#key === this.#list) {
      this.#place = "list";
      this.#depth = 2;
      this.hasList = true;
      return;
    }
    if (this.#isScalar) return;
    this.#start = at;
    if (byte === QUOTE) this.#isString = true;
    else if ((byte | CASE_BIT) === OPEN) this.#deeper();
    else this.#isScalar = true;
  }

  #deeper(): void {
    if (++this.#depth > this.#limits.maxDepth) throw new Error(`it is nested deeper than ${this.#limits.maxDepth}`);
  }

  #close(bytes: Buffer, at: number, found: (Buffer | null)[]): void {
    if (this.#depth > this.#level) {
      if (--this.#depth === this.#level) this.#end(bytes, at + 1, found);
      return;
    }
    if (this.#isScalar) this.#end(bytes, at, found);
    this.#place = this.#place === "list" ? "object" : "behind";
    this.#depth--;
  }

  /** Keeps the present item's bytes up to `to`; a member that is passed over is not kept. */
  #keep(bytes: Buffer, to: number): void {
    const isInList = this.#place === "list";
    const max = isInList ? this.#limits.maxElementBytes : this.#limits.maxHeadBytes;
    this.#keptBytes += to - this.#start;
    if (this.#keptBytes > max) {
      if (!isInList && (this.#isString || this.#isScalar) && this.#depth === 1) throw new Error("a member is too long");
      this.#isTooLarge = true;
      this.#kept = [];
    } else this.#kept.push(Buffer.from(bytes.subarray(this.#start, to)));
  }

  #end(bytes: Buffer, to: number, found: (Buffer | null)[]): void {
    this.#keep(bytes, to);
    const item = this.#isTooLarge ? null : this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept);
    if (this.#place === "list") {
      if (++this.elementCount > this.#limits.maxElements) throw new Error(`it has more than ${this.elementCount - 1}`);
      found.push(item);
    } else this.#member(item);
    this.#start = -1;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#isTooLarge = false;
    this.#isScalar = false;
  }

  #member(item: Buffer | null): void {
    const first = item?.[0] ?? OPEN;
    if (this.#key === null) {
      if (item === null || first !== QUOTE) throw new Error("it has a member without a name");
      this.#key = String(JSON.parse(item.toString("utf8")));
    } else if (item !== null && (first | CASE_BIT) !== OPEN && this.head.size < 100) {
      this.head.set(this.#key, JSON.parse(item.toString("utf8")));
    }
  }
}
