import { AppError, messageOf } from "@zerotrace/core";
import { type FileHandle, open } from "node:fs/promises";
import type { ScannedFile } from "./file-extractor.ts";
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

type Reader = (read: ReadRange, sizeBytes: number) => Promise<ProgramSection[]>;

/**
 * Opens the program and gives it to `use`; null when the file is none. Memory is that of the ranges that are read.
 * Throws AppError UNREADABLE when the file cannot be opened or its headers contradict themselves.
 */
export const withProgram = async <T>(file: ScannedFile, use: (program: Program) => Promise<T>): Promise<T | null> => {
  const handle = await opened(file);
  try {
    const { size } = await handle.stat();
    const read = rangeReader(handle, size);
    const reader = readerOf(await read(0, 4));
    if (reader === null) return null;
    const sections = await reader(read, size);
    return await use({
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
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("UNREADABLE", `${file.path} cannot be read as a program: ${messageOf(cause)}.`, { cause });
  } finally {
    await handle.close();
  }
};

const opened = async (file: ScannedFile): Promise<FileHandle> => {
  try {
    return await open(file.realPath, "r");
  } catch (cause) {
    throw new AppError("UNREADABLE", `${file.path} cannot be opened: ${messageOf(cause)}.`, { cause });
  }
};

const rangeReader =
  (handle: FileHandle, sizeBytes: number): ReadRange =>
  async (offset, length) => {
    const wanted = Math.max(0, Math.min(length, sizeBytes - offset));
    const bytes = new Uint8Array(wanted);
    let done = 0;
    while (done < wanted) {
      const { bytesRead } = await handle.read(bytes, done, wanted - done, offset + done);
      if (bytesRead === 0) return bytes.subarray(0, done);
      done += bytesRead;
    }
    return bytes;
  };

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
