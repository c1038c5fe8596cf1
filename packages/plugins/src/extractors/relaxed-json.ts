import { parsed } from "./text-file.ts";

/** The largest text with comments that is read (UTF-16 units). */
const MAX_RELAXED_CHARS = 32 * 1024 * 1024;

/**
 * JSON with comments and with commas before a closing bracket, as bun.lock, deno.jsonc and settings files write it. Lines
 * stay where they are. Throws AppError UNREADABLE, naming the file.
 */
export const relaxedJson = (path: string, text: string): unknown =>
  parsed(path, (): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (text.length > MAX_RELAXED_CHARS) throw error;
      return JSON.parse(strictJson(text));
    }
  });

const strictJson = (text: string): string => withoutCommas(withoutComments(text));

const QUOTE = 0x22;
const SLASH = 0x2f;
const STAR = 0x2a;
const COMMA = 0x2c;
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const SPACES: ReadonlySet<number> = new Set([0x20, 0x0a, 0x09, 0x0d]);

/** The text with spaces for comments. Linear. */
const withoutComments = (text: string): string => {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length;) {
    const char = text.charCodeAt(at);
    const next = char === SLASH ? text.charCodeAt(at + 1) : 0;
    if (char === QUOTE) at = textEnd(text, at);
    else if (next === SLASH || next === STAR) {
      const end = commentEnd(text, at);
      // Lines stay where they are.
      parts.push(text.slice(from, at), " ", "\n".repeat(text.slice(at, end).split("\n").length - 1));
      from = at = end;
    } else at++;
  }
  parts.push(text.slice(from));
  return parts.join("");
};

/** The text without commas that only spaces part from a closing bracket. Linear. */
const withoutCommas = (text: string): string => {
  const parts: string[] = [];
  let from = 0;
  let comma = -1;
  for (let at = 0; at < text.length;) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = textEnd(text, at);
      comma = -1;
      continue;
    }
    if (char === COMMA) comma = at;
    else if (!SPACES.has(char)) {
      if (comma >= 0 && CLOSING.has(char)) {
        parts.push(text.slice(from, comma));
        from = comma + 1;
      }
      comma = -1;
    }
    at++;
  }
  parts.push(text.slice(from));
  return parts.join("");
};

/** The place after the text that starts with the quote at `start`. */
const textEnd = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  return text.length;
};

const commentEnd = (text: string, start: number): number => {
  const end = text[start + 1] === "/" ? text.indexOf("\n", start) : text.indexOf("*/", start + 2) + 2;
  return end <= 1 ? text.length : end;
};
