/** Most stars of one pattern (count): more have no use. */
const MAX_STARS = 16;
/** Longest pattern (UTF-16 units). */
const MAX_PATTERN_CHARS = 1024;
/** Groups of stars up to which a regular expression is quick on any text (count); it tries all their ways. */
const MAX_PLAIN_GROUPS = 2;

const GROUPS = /(\*\*\/|\*+)/;

/**
 * A test for texts such as `vendor/**` or `@types/*`: `*` stands for anything but a slash, `**` for anything. Null when the
 * pattern is empty, too long or has too many stars. Takes time by pattern and text, whatever both are: either may be hostile.
 */
export const globTest = (pattern: string): ((text: string) => boolean) | null => {
  const stars = pattern.split("*").length - 1;
  if (pattern === "" || pattern.length > MAX_PATTERN_CHARS || stars > MAX_STARS) return null;
  const parts = pattern.split(GROUPS);
  if (parts.length > 2 * MAX_PLAIN_GROUPS + 1) return stepped(parts);
  const expression = new RegExp(`^${parts.map(expressionOf).join("")}$`, "s");
  return (text) => expression.test(text);
};

const expressionOf = (part: string): string => {
  if (part === "**/") return "(?:.*/)?";
  if (/^\*+$/.test(part)) return part.length > 1 ? ".*" : "[^/]*";
  return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
};

/** All places of a pattern that a text may have come to, character by character. */
const stepped = (parts: readonly string[]): ((text: string) => boolean) => {
  const steps = parts.flatMap(stepsOf);
  return (text) => {
    let at = reached(steps, new Set([0]));
    for (let i = 0; i < text.length && at.size > 0; i++) at = reached(steps, taken(steps, at, text[i]!));
    return at.has(steps.length);
  };
};

/** One character, `*`, `**`, or the two places of `**` with a slash: before it and among its folders. */
type Step = { readonly is: "one"; readonly character: string } | { readonly is: "name" | "any" | "folders" | "among" };

const stepsOf = (part: string): Step[] => {
  if (part === "**/") return [{ is: "folders" }, { is: "among" }];
  if (/^\*+$/.test(part)) return [{ is: part.length > 1 ? "any" : "name" }];
  return part.split("").map((character) => ({ is: "one", character }));
};

/** With the places that need no character. */
const reached = (steps: readonly Step[], from: Set<number>): Set<number> => {
  // a set grows while it is walked
  for (const at of from) {
    const is = steps[at]?.is;
    if (is === "name" || is === "any") from.add(at + 1);
    else if (is === "folders") from.add(at + 2);
  }
  return from;
};

const taken = (steps: readonly Step[], from: ReadonlySet<number>, character: string): Set<number> => {
  const to = new Set<number>();
  for (const at of from) {
    const step = steps[at];
    if (step === undefined) continue;
    if (step.is === "one") {
      if (step.character === character) to.add(at + 1);
    } else if (step.is === "any" || (step.is === "name" && character !== "/")) to.add(at);
    else if (step.is === "folders" || step.is === "among") {
      const inside = step.is === "folders" ? at + 1 : at;
      to.add(inside);
      if (character === "/") to.add(inside + 1);
    }
  }
  return to;
};
