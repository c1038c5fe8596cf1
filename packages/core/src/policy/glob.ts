/** Most stars of one pattern (count): more have no use, and each may cost a look at the whole text. */
const MAX_STARS = 16;
/** Longest pattern (UTF-16 units). */
const MAX_PATTERN_CHARS = 1024;

/**
 * A test for texts such as `vendor/**` or `@types/*`: `*` stands for anything but a slash, `**` for anything. Null when the
 * pattern is empty, too long or has too many stars.
 */
export const globTest = (pattern: string): ((text: string) => boolean) | null => {
  const stars = pattern.split("*").length - 1;
  if (pattern === "" || pattern.length > MAX_PATTERN_CHARS || stars > MAX_STARS) return null;
  const parts = pattern.split(/(\*\*\/|\*+)/).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (/^\*+$/.test(part)) return part.length > 1 ? ".*" : "[^/]*";
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  const expression = new RegExp(`^${parts.join("")}$`, "s");
  return (text) => expression.test(text);
};
