import { bounded, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const encoder = new TextEncoder();

function parse(version: string): string | null {
  return bounded(version)?.toWellFormed() ?? null;
}

/** Any text, ordered by the bytes of its UTF-8 form, which is the order of its code points. Nothing is normalized. */
export const lexicographic = parsedScheme("lexicographic", {
  parse,
  write: (text) => {
    for (const byte of encoder.encode(text)) keyWriter.byte(byte);
  },
  compare: (left, right) => {
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      if (left[i] === right[i]) continue;
      // Where units differ within a surrogate pair, the code points of the pair differ the same way.
      return order(left.codePointAt(i) as number, right.codePointAt(i) as number);
    }
    return order(left.length, right.length);
  },
});
