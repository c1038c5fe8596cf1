import { parsed } from "./text-file.ts";

/**
 * JSON with comments and with commas before a closing bracket, as bun.lock, deno.jsonc and settings files write it. Lines
 * stay where they are. Throws AppError UNREADABLE, naming the file.
 */
export const relaxedJson = (path: string, text: string): unknown =>
  parsed(path, (): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return JSON.parse(strictJson(text));
    }
  });

/** A text, a comment, a comma that only spaces and comments part from its bracket, or anything else. Linear. */
const strictJson = (text: string): string => {
  const parts: string[] = [];
  let from = 0;
  let comma = -1;
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    if (char === '"') {
      at = textEnd(text, at);
      comma = -1;
    } else if (char === "/" && (text[at + 1] === "/" || text[at + 1] === "*")) {
      const end = commentEnd(text, at);
      parts.push(text.slice(from, at), text.slice(at, end).replaceAll(/[^\n]+/g, ""));
      from = at = end;
    } else {
      if (char === ",") {
        parts.push(text.slice(from, at), ",");
        comma = parts.length - 1;
        from = at + 1;
      } else if (char === "}" || char === "]") {
        if (comma >= 0) parts[comma] = "";
        comma = -1;
      } else if (char !== " " && char !== "\n" && char !== "\t" && char !== "\r") comma = -1;
      at++;
    }
  }
  parts.push(text.slice(from));
  return parts.join("");
};

const textEnd = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
};

const commentEnd = (text: string, start: number): number => {
  const end = text[start + 1] === "/" ? text.indexOf("\n", start) : text.indexOf("*/", start + 2) + 2;
  return end <= 1 ? text.length : end;
};
