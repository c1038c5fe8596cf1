import { AppError, messageOf } from "@zerotrace/core";
import type { FileContext, ScannedFile } from "./file-extractor.ts";

/** The largest lockfile that is read; the largest real ones have about 10 MB. */
export const MAX_LOCKFILE_BYTES = 128 * 1024 * 1024;
/** Levels of nested objects and lists (count). */
export const MAX_NESTING = 256;

/** The text of a file, without a byte order mark. Throws AppError UNREADABLE when it is absent, too large or holds NUL. */
export const textOf = async (
  file: ScannedFile,
  context: FileContext,
  maxBytes = MAX_LOCKFILE_BYTES,
): Promise<string> => {
  const bytes = await context.read(file.path, maxBytes);
  if (bytes === null) throw new AppError("UNREADABLE", `${file.path} does not exist.`);
  if (bytes.includes(0)) throw new AppError("UNREADABLE", `${file.path} is no text: it holds NUL bytes.`);
  return new TextDecoder().decode(bytes);
};

/** A file's JSON. Throws AppError UNREADABLE, naming the file, when it is none or nested deeper than MAX_NESTING. */
export const jsonOf = async (file: ScannedFile, context: FileContext): Promise<unknown> => {
  const text = await textOf(file, context);
  return parsed(file.path, () => JSON.parse(text));
};

/** What `parse` gives, its error told as one of this file. */
export const parsed = <T>(path: string, parse: () => T): T => {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
};

/** The value when it is an object that is no list, else null: a lockfile may hold anything anywhere. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

/** The value when it is a text that is not empty, else null. */
export const wordOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The value when it is a list, else an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
