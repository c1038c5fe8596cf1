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

export const createTexts = ({ stringOffsets, stringBytes }: Sections): Texts => {
  const decoder = new TextDecoder();
  const remembered: (string | undefined)[] = [];
  remembered.length = Math.max(0, stringOffsets.length - 1);
  // `slice` copies into a private buffer: TextDecoder does not take shared memory everywhere.
  const decode = (n: number): string => decoder.decode(stringBytes.slice(stringOffsets[n], stringOffsets[n + 1]));
  return {
    decode,
    recall: (n) => (remembered[n] ??= decode(n)),
    equals: (n, value) => {
      const start = stringOffsets[n]!;
      const length = stringOffsets[n + 1]! - start;
      if (length !== value.length) return length > value.length && decode(n) === value;
      for (let i = 0; i < length; i++) if (stringBytes[start + i] !== value.charCodeAt(i)) return false;
      return true;
    },
  };
};
