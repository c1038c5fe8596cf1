/** Places of a name that are looked at (count); a name such as `a` occurs everywhere. */
const MAX_OCCURRENCES = 2000;
/** How far below its name a version may stand (lines). */
const VERSION_WITHIN = 4;
const NAME_CHARACTER = /[\w@.-]/;

/**
 * The line, from 1, on which a text lists a package: where its name stands as a word and its version nearest below, else the
 * first one with the name; null without any. Works for any lockfile and needs no parser of it.
 */
export const lineOf = (text: string, name: string, version: string): number | null => {
  let best: { readonly at: number; readonly distance: number } | null = null;
  let from = 0;
  for (let count = 0; count < MAX_OCCURRENCES; count++) {
    const at = text.indexOf(name, from);
    if (at < 0) break;
    from = at + name.length;
    if (!isWord(text, at, from)) continue;
    const distance = version === "" ? 0 : distanceTo(text, from, version);
    if (best === null || distance < best.distance) best = { at, distance };
    if (distance <= 1) break;
  }
  return best === null ? null : numberOf(text, best.at);
};

/** A slash may stand before: `node_modules/ms` lists `ms`, but `types/ms` is `@types/ms`. */
const isWord = (text: string, start: number, end: number): boolean => {
  const before = text[start - 1] ?? "\n";
  const after = text[end] ?? "\n";
  if (/[\w-]/.test(after) || (after === "/" && text[start - 1] !== "/")) return false;
  if (before === "/") return !/@[\w.-]+\/$/.test(text.slice(Math.max(0, start - 64), start));
  return !NAME_CHARACTER.test(before);
};

/** Lines from here to the version; infinite when it does not stand near. */
const distanceTo = (text: string, from: number, version: string): number => {
  let start = from;
  for (let distance = 0; distance <= VERSION_WITHIN; distance++) {
    const end = text.indexOf("\n", start);
    if (holds(text.slice(start, end < 0 ? undefined : end), version)) return distance;
    if (end < 0) break;
    start = end + 1;
  }
  return Number.POSITIVE_INFINITY;
};

const holds = (line: string, version: string): boolean => {
  const at = line.indexOf(version);
  return (
    at >= 0 && !/[\w.]/.test(line[at + version.length] ?? " ") && !/[\w.]/.test((line[at - 1] ?? " ").replace("v", " "))
  );
};

const numberOf = (text: string, at: number): number => {
  let line = 1;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", next + 1)) line += 1;
  return line;
};
