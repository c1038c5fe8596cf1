/** Sections of one program (count); large C++ objects have some thousand. */
export const MAX_SECTIONS = 16_384;
/** Most bytes of headers that are read at once: those of MAX_SECTIONS sections. */
export const MAX_HEADER_BYTES = 2 * 1024 * 1024;
/** Longest name of a section (bytes). */
export const MAX_SECTION_NAME_BYTES = 64;

export interface ProgramSection {
  /** As the format names it: `.go.buildinfo`, `__go_buildinfo`; `LOAD` for an ELF segment. */
  readonly name: string;
  /** Where it lies in memory when the program runs. */
  readonly address: bigint;
  /** Where its bytes lie in the file, and how many of them there are. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly isWritable: boolean;
  /** ELF's segments say where memory comes from, its sections have the names; the others have only sections. */
  readonly isSegment: boolean;
}

/** Reads a range of the file; fewer bytes only at its end. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

/** Numbers within bytes, of one order. Reading past the end throws Error. */
export interface Numbers {
  u16(at: number): number;
  u32(at: number): number;
  u64(at: number): bigint;
  /** A word of 4 or 8 bytes. */
  word(at: number, is64: boolean): bigint;
}

export const numbersOf = (bytes: Uint8Array, isLittle: boolean): Numbers => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bounded = (at: number, size: number): number => {
    if (at < 0 || at + size > bytes.byteLength) throw new Error("it ends in the middle of its headers");
    return at;
  };
  const u32 = (at: number): number => view.getUint32(bounded(at, 4), isLittle);
  const u64 = (at: number): bigint => view.getBigUint64(bounded(at, 8), isLittle);
  return {
    u16: (at) => view.getUint16(bounded(at, 2), isLittle),
    u32,
    u64,
    word: (at, is64) => (is64 ? u64(at) : BigInt(u32(at))),
  };
};

/** An offset or a size as a number. Throws Error when it is larger than any file can be. */
export const fileNumber = (value: bigint): number => {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error("an offset lies beyond any file");
  return Number(value);
};

/** The text up to the first NUL, at most `maxBytes` long; bytes outside of Latin 1 do not occur in names. */
export const nameAt = (bytes: Uint8Array, at: number, maxBytes: number): string => {
  if (at >= bytes.length) return "";
  const end = bytes.indexOf(0, at);
  const to = Math.min(end < 0 ? bytes.length : end, at + maxBytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, to - at).toString("latin1");
};
