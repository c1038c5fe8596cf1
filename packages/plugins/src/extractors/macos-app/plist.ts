import { childOf, xmlTree } from "../xml-tree.ts";

const MAGIC = "bplist00";
const TRAILER_BYTES = 32;
/** Pairs of the outermost dictionary that are read (count). */
const MAX_PAIRS = 10_000;
/** Longest text that is read (characters). */
const MAX_TEXT_CHARS = 4096;
const KIND = { ascii: 0x5, utf16: 0x6, dictionary: 0xd } as const;

/**
 * The texts of a property list's outermost dictionary, of the XML form or the binary one; what is nested is passed over. Throws Error for anything
 * else.
 */
export const plistTexts = (bytes: Uint8Array): ReadonlyMap<string, string> =>
  Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1") === MAGIC
    ? binaryTexts(bytes)
    : xmlTexts(new TextDecoder().decode(bytes));

/** Apple's fixed document type says nothing and refers to a file on the net: it is cut out, any other is refused. */
const APPLE_TYPE = /<!DOCTYPE\s+plist(?:\s+PUBLIC)?(?:\s+"[^"<>]{0,200}"){0,2}\s*>/;

const xmlTexts = (text: string): Map<string, string> => {
  const children = childOf(xmlTree(text.replace(APPLE_TYPE, "")), "dict")?.children;
  if (children === undefined) throw new Error("it holds no dictionary");
  const texts = new Map<string, string>();
  children.forEach((child, at) => {
    const value = children[at + 1];
    if (child.name === "key" && value?.name === "string" && !texts.has(child.text)) texts.set(child.text, value.text);
  });
  return texts;
};

/** A binary list: objects, then a table of their offsets, then a trailer that says where and how wide all is. */
interface Book {
  readonly bytes: Uint8Array;
  readonly offsetBytes: number;
  readonly referenceBytes: number;
  readonly objectCount: number;
  readonly tableAt: number;
}

const binaryTexts = (bytes: Uint8Array): Map<string, string> => {
  if (bytes.length < MAGIC.length + TRAILER_BYTES) throw new Error("it is cut off");
  const trailer = bytes.length - TRAILER_BYTES;
  const book: Book = {
    bytes,
    offsetBytes: bytes[trailer + 6]!,
    referenceBytes: bytes[trailer + 7]!,
    objectCount: uint(bytes, trailer + 8, 8),
    tableAt: uint(bytes, trailer + 24, 8),
  };
  const top = sizedAt(book, offsetOf(book, uint(bytes, trailer + 16, 8)));
  if (top.kind !== KIND.dictionary) throw new Error("it holds no dictionary");
  const texts = new Map<string, string>();
  const width = book.referenceBytes;
  for (let i = 0; i < Math.min(top.count, MAX_PAIRS); i += 1) {
    const key = textAt(book, offsetOf(book, uint(bytes, top.at + i * width, width)));
    const value = textAt(book, offsetOf(book, uint(bytes, top.at + (top.count + i) * width, width)));
    if (key !== null && value !== null && !texts.has(key)) texts.set(key, value);
  }
  return texts;
};

/** A number of 1 to 8 bytes, big-endian. Throws Error when it lies outside or is no place in a file. */
const uint = (bytes: Uint8Array, at: number, width: number): number => {
  if (width < 1 || width > 8 || at + width > bytes.length) throw new Error("a number lies outside");
  let value = 0;
  for (let i = 0; i < width; i += 1) value = value * 256 + bytes[at + i]!;
  if (!Number.isSafeInteger(value)) throw new Error("a number is too large");
  return value;
};

const offsetOf = (book: Book, object: number): number => {
  if (object >= book.objectCount) throw new Error("an object lies outside");
  return uint(book.bytes, book.tableAt + object * book.offsetBytes, book.offsetBytes);
};

/** An object's kind and count, and where its content begins; a count of 15 says that a number follows. */
const sizedAt = (book: Book, at: number): { kind: number; count: number; at: number } => {
  const marker = uint(book.bytes, at, 1);
  const kind = marker >> 4;
  if ((marker & 0xf) !== 0xf) return { kind, count: marker & 0xf, at: at + 1 };
  const width = 2 ** (uint(book.bytes, at + 1, 1) & 0xf);
  return { kind, count: uint(book.bytes, at + 2, width), at: at + 2 + width };
};

/** The text at a place; null when another kind of object lies there. */
const textAt = (book: Book, place: number): string | null => {
  const { kind, count, at } = sizedAt(book, place);
  if (kind !== KIND.ascii && kind !== KIND.utf16) return null;
  const sizeBytes = Math.min(count, MAX_TEXT_CHARS) * (kind === KIND.utf16 ? 2 : 1);
  if (at + sizeBytes > book.bytes.length) throw new Error("a text lies outside");
  const raw = book.bytes.subarray(at, at + sizeBytes);
  return new TextDecoder(kind === KIND.utf16 ? "utf-16be" : "latin1").decode(raw);
};
