/** A set of small numbers, a bit each. */
export type Bits = Uint32Array;

const WORD = 32;

/** An empty set of numbers below `size`. */
export const bitsOf = (size: number): Bits => new Uint32Array(Math.ceil(size / WORD));

/** Puts a number in; one that is too large for the set is left out. */
export const addBit = (bits: Bits, n: number): void => {
  const word = n >>> 5;
  if (word < bits.length) bits[word] = (bits[word] as number) | (1 << (n & 31));
};

export const hasBit = (bits: Bits, n: number): boolean => (((bits[n >>> 5] ?? 0) >>> (n & 31)) & 1) === 1;

const ones = (word: number): number => {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};

/** How many numbers a set has. */
export const countBits = (bits: Bits): number => bits.reduce((sum, word) => sum + ones(word), 0);

/** What is in the first set and not in the second. */
export const without = (bits: Bits, gone: Bits): Bits => bits.map((word, i) => word & ~(gone[i] ?? 0));

/** The numbers of a set, ascending. */
export const numbersIn = (bits: Bits): number[] => {
  const numbers: number[] = [];
  for (const [i, word] of bits.entries()) {
    for (let rest = word; rest !== 0; rest &= rest - 1) numbers.push(i * WORD + (31 - Math.clz32(rest & -rest)));
  }
  return numbers;
};

/** The bytes that PostgreSQL's get_bit(bytea, n) reads a set from. */
export const bytesOf = (bits: Bits): Buffer => {
  const bytes = Buffer.alloc(bits.length * 4);
  for (const [i, word] of bits.entries()) bytes.writeUInt32LE(word, i * 4);
  return bytes;
};
