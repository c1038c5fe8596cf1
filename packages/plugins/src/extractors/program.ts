import type { ScannedFile } from "./file-extractor.ts";
import { withRanges } from "./file-ranges.ts";
import { elfSections } from "./program-elf.ts";
import { machoSections } from "./program-macho.ts";
import { peSections } from "./program-pe.ts";
import type { ProgramSection, ReadRange } from "./program-bytes.ts";

/** An ELF, PE or Mach-O program, of which only what is asked for is read. */
export interface Program {
  readonly sections: readonly ProgramSection[];
  /** Bytes of a section from `from` on, at most `length` and no more than it has. */
  read(section: ProgramSection, from: number, length: number): Promise<Uint8Array>;
  /** Bytes at an address in memory; null when no section holds all of them. */
  readAddress(address: bigint, length: number): Promise<Uint8Array | null>;
}

type Reader = (read: ReadRange) => Promise<ProgramSection[]>;

/**
 * Opens the program and gives it to `use`; null when the file is none. Memory is that of the ranges that are read.
 * Throws AppError UNREADABLE when the file cannot be opened or its headers contradict themselves.
 */
export const withProgram = <T>(file: ScannedFile, use: (program: Program) => Promise<T>): Promise<T | null> =>
  withRanges(file, async ({ read }) => {
    const reader = readerOf(await read(0, 4));
    if (reader === null) return null;
    const sections = await reader(read);
    return use({
      sections,
      read: (section, from, length) =>
        read(section.offset + from, Math.max(0, Math.min(length, section.sizeBytes - from))),
      readAddress: async (address, length) => {
        const holds = (s: ProgramSection): boolean =>
          address >= s.address && address + BigInt(length) <= s.address + BigInt(s.sizeBytes);
        const section = sections.find((s) => s.isSegment && holds(s)) ?? sections.find(holds);
        return section === undefined ? null : read(section.offset + Number(address - section.address), length);
      },
    });
  });

const READERS: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [0x7f454c46, elfSections],
  // 32 and 64 bits, in either order of bytes, and several architectures in one file.
  [0xfeedface, machoSections],
  [0xcefaedfe, machoSections],
  [0xfeedfacf, machoSections],
  [0xcffaedfe, machoSections],
  [0xcafebabe, machoSections],
]);

const readerOf = (magic: Uint8Array): Reader | null => {
  if (magic.length < 4) return null;
  if (magic[0] === 0x4d && magic[1] === 0x5a) return peSections;
  return READERS.get(new DataView(magic.buffer, magic.byteOffset).getUint32(0)) ?? null;
};
