import type { Sections } from "./layout.ts";

/** Strings of an index, decoded on first use. */
export interface Texts {
  /** Decodes without remembering. */
  readonly decode: (n: number) => string;
  /** Decodes and remembers; for texts that hits repeat. */
  readonly recall: (n: number) => string;
  /** Compares in the buffer. */
  readonly equals: (n: number, value: string) => boolean;
}

/** Longer texts are decoded from a copy of their own. */
const SHORT_BYTES = 64;

/** `isBrief`: few texts will be asked for, and no place is kept for all of them. */
export const createTexts = ({ stringOffsets, stringBytes }: Sections, isBrief = false): Texts => {
  const decoder = new TextDecoder();
  const remembered: (string | undefined)[] = [];
  if (!isBrief) remembered.length = Math.max(0, stringOffsets.length - 1);
  const scratch = new ArrayBuffer(SHORT_BYTES);
  /** Views of the scratch by their length: one for each text would be garbage at once. */
  const views = Array.from({ length: SHORT_BYTES + 1 }, (_, length) => new Uint8Array(scratch, 0, length));
  // Copied into a private buffer: TextDecoder does not take shared memory everywhere.
  const decode = (n: number): string => {
    const start = stringOffsets[n]!;
    const length = stringOffsets[n + 1]! - start;
    const view = views[length];
    if (view === undefined) return decoder.decode(stringBytes.slice(start, start + length));
    for (let i = 0; i < length; i++) view[i] = stringBytes[start + i]!;
    return decoder.decode(view);
  };
  return {
    decode,
    recall: (n) => (remembered[n] ??= decode(n)),
    equals: (n, value) => {
      const start = stringOffsets[n]!;
      const length = stringOffsets[n + 1]! - start;
      if (length < value.length) return false;
      for (let i = 0; i < value.length; i++) {
        const unit = value.charCodeAt(i);
        // From here on bytes and units do not go together.
        if (unit > 0x7f) return decode(n) === value;
        if (stringBytes[start + i] !== unit) return false;
      }
      return length === value.length;
    },
  };
};
