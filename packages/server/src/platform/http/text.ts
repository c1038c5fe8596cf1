import { AppError } from "@zerotrace/core";

/** JSON escapes of NUL and of surrogates: what only they can bring into a text that was valid UTF-8. */
const SUSPECT = /\\u(?:0000|[dD][89a-fA-F])/;

const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** The path of the first text that PostgreSQL cannot hold (NUL, half of a surrogate pair); null when there is none. */
const firstUnstorable = (value: unknown, path: readonly string[]): readonly string[] | null => {
  if (typeof value === "string") return isStorable(value) ? null : path;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return path;
    const found = firstUnstorable(inner, [...path, key]);
    if (found !== null) return found;
  }
  return null;
};

/** Whether a value that was parsed from this JSON text may hold what PostgreSQL cannot. One pass over the text. */
export const mayBeUnstorable = (json: string): boolean => SUSPECT.test(json);

/** Throws BAD_REQUEST that names the first field whose text PostgreSQL cannot hold. */
export const refuseUnstorable = (value: unknown, part: string): void => {
  const path = firstUnstorable(value, []);
  if (path === null) return;
  const field = path.join(".").slice(0, 200) || part;
  throw new AppError("BAD_REQUEST", `${field} holds a NUL character or half of a surrogate pair: leave it out.`, {
    field,
  });
};
