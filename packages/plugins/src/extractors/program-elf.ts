import {
  fileNumber,
  nameAt,
  numbersOf,
  MAX_HEADER_BYTES,
  MAX_SECTION_NAME_BYTES,
  MAX_SECTIONS,
  type ProgramSection,
  type ReadRange,
} from "./program-bytes.ts";

const NO_BYTES_IN_FILE = 8;
const WRITABLE_SECTION = 1;
const LOADED = 1;
const WRITABLE_SEGMENT = 2;
/** Says that the real count is in the first section's header. */
const MANY_SEGMENTS = 0xffff;
/** Section names of one program (bytes). */
const MAX_NAMES_BYTES = 4 * 1024 * 1024;

/** Segments and sections of an ELF file (man 5 elf), 32 or 64 bits. Throws Error when its headers contradict themselves. */
export const elfSections = async (read: ReadRange): Promise<ProgramSection[]> => {
  const ident = await read(0, 64);
  const is64 = ident[4] === 2;
  const isLittle = ident[5] === 1;
  const header = numbersOf(ident, isLittle);
  // Behind the addresses, all fields of the header are shifted by what these are longer.
  const at = is64 ? { ph: 32, sh: 40, counts: 54 } : { ph: 28, sh: 32, counts: 42 };
  const table = {
    phOffset: fileNumber(header.word(at.ph, is64)),
    shOffset: fileNumber(header.word(at.sh, is64)),
    phSize: header.u16(at.counts),
    phCount: header.u16(at.counts + 2),
    shSize: header.u16(at.counts + 4),
    shCount: header.u16(at.counts + 6),
    namesAt: header.u16(at.counts + 8),
  };
  if (table.phCount === MANY_SEGMENTS) throw new Error("it has more segments than are read");
  const segments = await tableOf(read, table.phOffset, table.phSize, table.phCount, is64 ? 56 : 32);
  const sections = await tableOf(read, table.shOffset, table.shSize, table.shCount, is64 ? 64 : 40);
  return [
    ...segments.flatMap((entry) => segmentOf(entry, is64, isLittle)),
    ...(await namedSections(read, sections, table.namesAt, is64, isLittle)),
  ];
};

const tableOf = async (
  read: ReadRange,
  offset: number,
  entryBytes: number,
  count: number,
  leastBytes: number,
): Promise<Uint8Array[]> => {
  if (count === 0 || offset === 0) return [];
  if (entryBytes < leastBytes) throw new Error("an entry of its header tables is too short");
  if (count > MAX_SECTIONS) throw new Error(`it has more than ${MAX_SECTIONS} sections`);
  const bytes = await read(offset, Math.min(count * entryBytes, MAX_HEADER_BYTES));
  if (bytes.length < count * entryBytes) throw new Error("it ends in the middle of its headers");
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * entryBytes, (index + 1) * entryBytes));
};

const segmentOf = (entry: Uint8Array, is64: boolean, isLittle: boolean): ProgramSection[] => {
  const fields = numbersOf(entry, isLittle);
  if (fields.u32(0) !== LOADED) return [];
  return [
    {
      name: "LOAD",
      address: fields.word(is64 ? 16 : 8, is64),
      offset: fileNumber(fields.word(is64 ? 8 : 4, is64)),
      sizeBytes: fileNumber(fields.word(is64 ? 32 : 16, is64)),
      isWritable: (fields.u32(is64 ? 4 : 24) & WRITABLE_SEGMENT) !== 0,
      isSegment: true,
    },
  ];
};

const namedSections = async (
  read: ReadRange,
  entries: readonly Uint8Array[],
  namesAt: number,
  is64: boolean,
  isLittle: boolean,
): Promise<ProgramSection[]> => {
  const range = (entry: Uint8Array): { readonly offset: number; readonly sizeBytes: number } => {
    const fields = numbersOf(entry, isLittle);
    return {
      offset: fileNumber(fields.word(is64 ? 24 : 16, is64)),
      sizeBytes: fileNumber(fields.word(is64 ? 32 : 20, is64)),
    };
  };
  const names = entries[namesAt];
  if (names === undefined) return [];
  const where = range(names);
  const text = await read(where.offset, Math.min(where.sizeBytes, MAX_NAMES_BYTES));
  return entries.flatMap((entry) => {
    const fields = numbersOf(entry, isLittle);
    if (fields.u32(4) === NO_BYTES_IN_FILE) return [];
    return [
      {
        name: nameAt(text, fields.u32(0), MAX_SECTION_NAME_BYTES),
        address: fields.word(is64 ? 16 : 12, is64),
        ...range(entry),
        isWritable: (fields.word(8, is64) & BigInt(WRITABLE_SECTION)) !== 0n,
        isSegment: false,
      },
    ];
  });
};
