/** A growing column of unsigned 32-bit numbers: four bytes a value instead of an object. */
export const createColumn = (initial = 1024) => {
  let values = new Uint32Array(initial);
  let length = 0;
  return {
    push: (value: number): void => {
      if (length === values.length) {
        // a transfer gives the old memory back at once
        values = new Uint32Array(values.buffer.transfer(values.byteLength * 2));
      }
      values[length++] = value;
    },
    get length(): number {
      return length;
    },
    at: (i: number): number => values[i]!,
    /** The values so far; valid until the next push. */
    view: (): Uint32Array => values.subarray(0, length),
    /** Gives the memory back at once; the column and its views are empty from then on. */
    free: (): void => {
      length = 0;
      values = new Uint32Array(values.buffer.transfer(0));
    },
  };
};

export type Column = ReturnType<typeof createColumn>;

const PAIR_SLOTS_FIRST = 4096;

/** Numbers pairs of unsigned 32-bit numbers as they come: 16 bytes a pair, none of them for the garbage collector to look at. */
export const createPairs = () => {
  const left = createColumn();
  const right = createColumn();
  let slots = new Uint32Array(PAIR_SLOTS_FIRST);
  const slotOf = (a: number, b: number): number => {
    const mask = slots.length - 1;
    let h = Math.imul(a ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(b, 0x01000193);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    for (let slot = (h ^ (h >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const n = slots[slot]! - 1;
      if (n < 0 || (left.at(n) === a && right.at(n) === b)) return slot;
    }
  };
  const widen = (): void => {
    const size = slots.length * 2;
    slots.buffer.transfer(0);
    slots = new Uint32Array(size);
    for (let n = 0; n < left.length; n++) slots[slotOf(left.at(n), right.at(n))] = n + 1;
  };
  return {
    /** The number of a pair, the next one when it is new. */
    numberOf: (a: number, b: number): number => {
      const slot = slotOf(a, b);
      if (slots[slot] !== 0) return slots[slot]! - 1;
      const n = left.length;
      left.push(a);
      right.push(b);
      slots[slot] = n + 1;
      if (n * 2 > slots.length) widen();
      return n;
    },
    get length(): number {
      return left.length;
    },
    left: (n: number): number => left.at(n),
    right: (n: number): number => right.at(n),
    free: (): void => {
      left.free();
      right.free();
      slots = new Uint32Array(slots.buffer.transfer(0));
    },
  };
};

/** A number for each of many positions, 0 until set. */
export const createMarks = () => {
  let values = new Uint32Array(1024);
  return {
    at: (i: number): number => values[i] ?? 0,
    set: (i: number, value: number): void => {
      if (i >= values.length)
        values = new Uint32Array(values.buffer.transfer(4 * Math.max(i + 1, Math.ceil(values.length * 1.5))));
      values[i] = value;
    },
    free: (): void => {
      values = new Uint32Array(values.buffer.transfer(0));
    },
  };
};

/** Lists of numbers, one after the other. */
export const createLists = () => {
  const ends = createColumn();
  const values = createColumn();
  return {
    /** Answers the number of the list. */
    add: (list: readonly number[]): number => {
      for (const value of list) values.push(value);
      ends.push(values.length);
      return ends.length - 1;
    },
    /** Valid until the next `add`. */
    of: (n: number): Uint32Array => values.view().subarray(n === 0 ? 0 : ends.at(n - 1), ends.at(n)),
    get length(): number {
      return ends.length;
    },
    /** As an index keeps them; one offset more than there are lists. */
    sections: () => {
      const offsets = new Uint32Array(ends.length + 1);
      offsets.set(ends.view(), 1);
      return { offsets, values: values.view() };
    },
    free: (): void => {
      ends.free();
      values.free();
    },
  };
};

/** Two independent 32-bit lanes; a content hash for change detection, not for security. */
export const createHash = () => {
  let a = 0x9e3779b1;
  let b = 0x85ebca6b;
  const add = (value: number): void => {
    a = Math.imul(a ^ value, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul((b << 13) | (b >>> 19), 0xcc9e2d51) + Math.imul(value ^ 0x5bd1e995, 0x1b873593);
    b ^= b >>> 16;
  };
  return {
    add,
    text: (value: string): void => {
      for (let i = 0; i < value.length; i++) add(value.charCodeAt(i));
      add(0x10000 + value.length);
    },
    pair: (): readonly [number, number] => [a >>> 0, b >>> 0],
  };
};

/** Position of the first of sorted values, between two positions, that is not below one; `to` when all are. */
export const lowerBound = (values: Uint32Array, value: number, from = 0, to: number = values.length): number => {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Hash of a package's place: its ecosystem's number, then the UTF-16 units of its name. */
export const hashName = (ecosystem: number, name: string): number => {
  let h = Math.imul(ecosystem + 0x9e37, 0x85ebca6b) ^ 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
};

/** Sixteen hexadecimal digits of two lanes. */
export const hex = (a: number, b: number): string => a.toString(16).padStart(8, "0") + b.toString(16).padStart(8, "0");

/**
 * Checksum over 32-bit words: finds a torn or flipped file, does not resist an attacker. Four lanes, so that a processor
 * need not wait for one product before it begins the next.
 */
export const checksum = (words: Uint32Array): number => {
  const mix = (h: number, word: number): number => Math.imul(h ^ word, 0x01000193) ^ (h >>> 15);
  let [a, b, c, d] = [0x811c9dc5, 0x9e3779b1, 0x85ebca6b, 0x2c1b3c6d];
  const whole = words.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a = mix(a, words[i]!);
    b = mix(b, words[i + 1]!);
    c = mix(c, words[i + 2]!);
    d = mix(d, words[i + 3]!);
  }
  for (let i = whole; i < words.length; i++) a = mix(a, words[i]!);
  return mix(mix(mix(a, b), c), d) >>> 0;
};
