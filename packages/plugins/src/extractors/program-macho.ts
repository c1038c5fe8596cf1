import {
  fileNumber,
  nameAt,
  numbersOf,
  MAX_HEADER_BYTES,
  MAX_SECTIONS,
  type ProgramSection,
  type ReadRange,
} from "./program-bytes.ts";

const FAT = 0xcafebabe;
/** Architectures of a fat file (count). Java classes begin with the same bytes, and have their version here: 45 or more. */
const MAX_ARCHITECTURES = 16;
const IS_64 = 0x0100_0000;
const SEGMENT_32 = 1;
const SEGMENT_64 = 0x19;
const WRITABLE = 2;

/** Sections of a Mach-O file (mach-o/loader.h); of a fat one, those of its first architecture. Throws Error when it ends too early. */
export const machoSections = async (read: ReadRange): Promise<ProgramSection[]> => {
  const head = await read(0, 4096);
  const fat = numbersOf(head, false);
  if (fat.u32(0) !== FAT) return sectionsAt(read, 0);
  const count = fat.u32(4);
  if (count === 0 || count > MAX_ARCHITECTURES) return [];
  return sectionsAt(read, fat.u32(16));
};

const sectionsAt = async (read: ReadRange, start: number): Promise<ProgramSection[]> => {
  const head = await read(start, 32);
  if (head.length < 32) return [];
  const isLittle = numbersOf(head, false).u32(0) >>> 24 !== 0xfe;
  const fields = numbersOf(head, isLittle);
  if (fields.u32(0) >>> 4 !== 0xfeedfac) return [];
  const is64 = (fields.u32(4) & IS_64) !== 0;
  const commandCount = fields.u32(16);
  const commands = await read(start + (is64 ? 32 : 28), Math.min(fields.u32(20), MAX_HEADER_BYTES));
  const sections: ProgramSection[] = [];
  let at = 0;
  for (let index = 0; index < commandCount && at + 8 <= commands.length; index++) {
    const command = numbersOf(commands.subarray(at), isLittle);
    const sizeBytes = command.u32(4);
    if (sizeBytes < 8) throw new Error("a load command is too short");
    if (command.u32(0) === (is64 ? SEGMENT_64 : SEGMENT_32)) {
      sections.push(...sectionsOf(commands.subarray(at, at + sizeBytes), start, is64, isLittle));
      if (sections.length > MAX_SECTIONS) throw new Error(`it has more than ${MAX_SECTIONS} sections`);
    }
    at += sizeBytes;
  }
  return sections;
};

const sectionsOf = (segment: Uint8Array, start: number, is64: boolean, isLittle: boolean): ProgramSection[] => {
  const fields = numbersOf(segment, isLittle);
  const isWritable = (fields.u32(is64 ? 60 : 44) & WRITABLE) !== 0;
  const [first, entryBytes] = is64 ? [72, 80] : [56, 68];
  const count = Math.min(fields.u32(is64 ? 64 : 48), Math.floor((segment.length - first) / entryBytes));
  return Array.from({ length: count }, (_, index) => {
    const entry = segment.subarray(first + index * entryBytes, first + (index + 1) * entryBytes);
    const section = numbersOf(entry, isLittle);
    return {
      name: nameAt(entry, 0, 16),
      address: section.word(32, is64),
      sizeBytes: fileNumber(section.word(is64 ? 40 : 36, is64)),
      offset: start + section.u32(is64 ? 48 : 40),
      isWritable,
      isSegment: false,
    };
  });
};
