import {
  nameAt,
  numbersOf,
  MAX_SECTION_NAME_BYTES,
  MAX_SECTIONS,
  type ProgramSection,
  type ReadRange,
} from "./program-bytes.ts";

const SECTION_BYTES = 40;
const SYMBOL_BYTES = 18;
const WRITABLE = 0x8000_0000;
const PE = 0x0000_4550;
const PLUS = 0x20b;

/** Sections of a Windows program (PE format of Microsoft). A DOS program has none. Throws Error when it ends too early. */
export const peSections = async (read: ReadRange): Promise<ProgramSection[]> => {
  const dos = await read(0, 64);
  if (dos.length < 64) return [];
  const at = numbersOf(dos, true).u32(60);
  const head = await read(at, 24 + 32);
  if (head.length < 24 || numbersOf(head, true).u32(0) !== PE) return [];
  const fields = numbersOf(head, true);
  const count = fields.u16(6);
  if (count > MAX_SECTIONS) throw new Error(`it has more than ${MAX_SECTIONS} sections`);
  const symbolsAt = fields.u32(12);
  const symbolCount = fields.u32(16);
  const optionalBytes = fields.u16(20);
  const base = optionalBytes < 32 ? 0n : fields.u16(24) === PLUS ? fields.u64(48) : BigInt(fields.u32(52));
  const table = await read(at + 24 + optionalBytes, count * SECTION_BYTES);
  if (table.length < count * SECTION_BYTES) throw new Error("it ends in the middle of its headers");
  const sections: ProgramSection[] = [];
  for (let index = 0; index < count; index++) {
    const entry = table.subarray(index * SECTION_BYTES, (index + 1) * SECTION_BYTES);
    const entryFields = numbersOf(entry, true);
    // The rest of what lies in the file fills up to a whole block, or lies not in the file.
    const sizeBytes = Math.min(entryFields.u32(8) || entryFields.u32(16), entryFields.u32(16));
    sections.push({
      name: await sectionName(read, entry, symbolsAt === 0 ? 0 : symbolsAt + symbolCount * SYMBOL_BYTES),
      address: base + BigInt(entryFields.u32(12)),
      offset: entryFields.u32(20),
      sizeBytes,
      isWritable: (entryFields.u32(36) & WRITABLE) !== 0,
      isSegment: false,
    });
  }
  return sections;
};

/** Names longer than 8 bytes are in the table of strings behind the symbols: `/123` is a place in it. */
const sectionName = async (read: ReadRange, entry: Uint8Array, stringsAt: number): Promise<string> => {
  const name = nameAt(entry, 0, 8);
  const place = /^\/(\d{1,7})$/.exec(name)?.[1];
  if (place === undefined || stringsAt === 0) return name;
  return nameAt(await read(stringsAt + Number(place), MAX_SECTION_NAME_BYTES), 0, MAX_SECTION_NAME_BYTES);
};
