import { AppError, messageOf } from "@zerotrace/core";
import { recordOf } from "../extractors/text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A file's JSON object; null when the text is. Throws AppError UNREADABLE, naming the file. */
export const objectOf = (path: string, text: string | null): Fields | null => {
  if (text === null) return null;
  try {
    const fields = recordOf(JSON.parse(text.replace(/^\uFEFF/, "")));
    if (fields !== null) return fields;
  } catch (cause) {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  throw new AppError("UNREADABLE", `${path} is no JSON object.`);
};

/**
 * The text with a value set at a path of keys, objects made where they are absent. Indentation, line ends and the end of the file
 * stay; null when the text is no JSON object or a key on the way holds something else.
 */
export const setInJson = (text: string, keys: readonly string[], value: string): string | null => {
  try {
    const root: unknown = JSON.parse(text);
    if (recordOf(root) === null || !setAt(root as Record<string, unknown>, keys, value)) return null;
    const indent = /^([ \t]{1,16})"/m.exec(text)?.[1] ?? "  ";
    const made =
      JSON.stringify(root, null, text.includes("\n") ? indent : undefined) + (text.endsWith("\n") ? "\n" : "");
    return text.includes("\r\n") ? made.replaceAll("\n", "\r\n") : made;
  } catch {
    // No JSON, or nested so deep that it cannot be written again.
    return null;
  }
};

const setAt = (root: Record<string, unknown>, keys: readonly string[], value: string): boolean => {
  let at = root;
  for (const key of keys.slice(0, -1)) {
    // A key of the prototype is no object of the file.
    if (!Object.hasOwn(at, key)) define(at, key, {});
    const next = recordOf(at[key]);
    if (next === null) return false;
    at = next;
  }
  define(at, keys.at(-1) ?? "", value);
  return true;
};

const define = (object: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
};
