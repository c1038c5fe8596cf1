import { JSON_MAX_DEPTH } from "../json-text.ts";

/** What one document may cost. */
export interface MemberLimits {
  readonly maxDepth: number;
  /** A larger value is given as null. */
  readonly maxValueBytes: number;
  readonly maxKeyBytes: number;
  readonly maxMembers: number;
}

export const MEMBER_LIMITS: MemberLimits = {
  maxDepth: JSON_MAX_DEPTH,
  maxValueBytes: 4 * 1024 * 1024,
  maxKeyBytes: 1024,
  maxMembers: 5_000_000,
};

/** One member of an inner object. */
export interface Member {
  readonly outer: string;
  readonly inner: string;
  /** Its JSON; null when it is over the limit. */
  readonly value: Buffer | null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
/** `[` and `{` differ from each other in this bit alone, and so do `]` and `}`. */
const CASE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
/** Brackets open inside of an inner object. */
const INNER = 2;

/**
 * Cuts `{outer: {inner: value, …}, …}` into its values while the bytes come in: memory stays at one value. Methods throw Error
 * when the bytes are no such document or break a limit; what is inside a value is not looked at.
 */
export class JsonMembers {
  memberCount = 0;
  readonly #limits: MemberLimits;
  #depth = 0;
  #isBehind = false;
  #isString = false;
  #isEscaped = false;
  #isScalar = false;
  /** True behind a colon, until the next comma. */
  #isValue = false;
  /** Where the present key or value begins in the present bytes; -1: none is open. */
  #start = -1;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #outer = "";
  #key: string | null = null;

  constructor(limits: MemberLimits = MEMBER_LIMITS) {
    this.#limits = limits;
  }

  /** The members that end in these bytes. The bytes may be used again afterwards. */
  push(bytes: Buffer): Member[] {
    const found: Member[] = [];
    if (this.#start >= 0) this.#start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#isString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) {
          this.#isString = false;
          if (this.#depth <= INNER) this.#end(bytes, at + 1, found);
        }
      } else if (byte > SPACE) this.#token(byte, bytes, at, found);
      else if (this.#isScalar && this.#depth === INNER) this.#end(bytes, at, found);
    }
    if (this.#start >= 0) this.#keep(bytes, bytes.length);
    return found;
  }

  /** Says that no bytes follow. */
  finish(): void {
    if (!this.#isBehind) throw new Error("it ends in the middle");
  }

  #token(byte: number, bytes: Buffer, at: number, found: Member[]): void {
    if (this.#depth > INNER) {
      if (byte === QUOTE) this.#isString = true;
      else if ((byte | CASE_BIT) === OPEN) this.#deeper();
      else if ((byte | CASE_BIT) === CLOSE && --this.#depth === INNER) this.#end(bytes, at + 1, found);
    } else if (this.#isBehind) throw new Error("it is more than one JSON object");
    else if (this.#depth === INNER && this.#isScalar && byte !== COMMA && byte !== CLOSE) return;
    else if (byte === COMMA || byte === CLOSE) this.#next(byte, bytes, at, found);
    else if (byte === COLON) this.#isValue = this.#key !== null;
    else this.#begin(byte, at);
  }

  /** A comma or the end of an object outside of any value. */
  #next(byte: number, bytes: Buffer, at: number, found: Member[]): void {
    if (this.#depth === 0) throw new Error("it is no JSON object");
    if (this.#isScalar) this.#end(bytes, at, found);
    this.#key = null;
    this.#isValue = false;
    if (byte === CLOSE && --this.#depth === 0) this.#isBehind = true;
  }

  #begin(byte: number, at: number): void {
    const isOuterObject = byte === OPEN && (this.#depth === 0 || (this.#depth === 1 && this.#isValue));
    if (isOuterObject) {
      this.#outer = this.#key ?? "";
      this.#key = null;
      this.#isValue = false;
      return this.#deeper();
    }
    const isKey = byte === QUOTE && this.#depth > 0 && !this.#isValue && this.#key === null;
    if (!isKey && (this.#depth !== INNER || !this.#isValue)) throw new Error("it is no object of objects");
    this.#start = at;
    if (byte === QUOTE) this.#isString = true;
    else if ((byte | CASE_BIT) === OPEN) this.#deeper();
    else this.#isScalar = true;
  }

  #deeper(): void {
    if (++this.#depth > this.#limits.maxDepth) throw new Error(`it is nested deeper than ${this.#limits.maxDepth}`);
  }

  #keep(bytes: Buffer, to: number): void {
    this.#keptBytes += to - this.#start;
    if (!this.#isValue && this.#keptBytes > this.#limits.maxKeyBytes) throw new Error("a name is too long");
    if (this.#keptBytes > this.#limits.maxValueBytes) this.#kept = [];
    else this.#kept.push(Buffer.from(bytes.subarray(this.#start, to)));
  }

  #end(bytes: Buffer, to: number, found: Member[]): void {
    this.#keep(bytes, to);
    const isTooLarge = this.#keptBytes > this.#limits.maxValueBytes;
    const item = isTooLarge ? null : this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept);
    this.#start = -1;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#isScalar = false;
    if (!this.#isValue) {
      this.#key = String(JSON.parse(item?.toString("utf8") ?? '""'));
      return;
    }
    if (++this.memberCount > this.#limits.maxMembers)
      throw new Error(`it has more than ${this.memberCount - 1} members`);
    found.push({ outer: this.#outer, inner: this.#key ?? "", value: item });
  }
}
