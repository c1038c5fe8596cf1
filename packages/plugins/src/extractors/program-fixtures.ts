/** A section of a program that a test makes. */
export interface MadeSection {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where the first section of every made program begins, in the file and above the base in memory (bytes). */
export const MADE_SECTION_OFFSET = 0x400;
/** Where a made PE or Mach-O program lies in memory; a made ELF program lies where its offsets say. */
export const MADE_BASE = 0x40_0000;

/** A little-endian 64-bit ELF file with these sections and one writable segment over all of them. For tests. */
export const madeElf = (sections: readonly MadeSection[]): Uint8Array => {
  const names = Buffer.from(`\0${sections.map(({ name }) => `${name}\0`).join("")}.shstrtab\0`, "latin1");
  const all = [...sections, { name: ".shstrtab", bytes: names }];
  const { bytes, offsets, end } = laidOut(all, 64 * (all.length + 1));
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(32, 64n, true);
  view.setBigUint64(40, BigInt(end), true);
  [56, 1, 64, all.length + 1, all.length].forEach((value, index) => view.setUint16(54 + 2 * index, value, true));
  view.setUint32(64, 1, true);
  view.setUint32(68, 6, true);
  view.setBigUint64(72, BigInt(MADE_SECTION_OFFSET), true);
  view.setBigUint64(80, BigInt(MADE_SECTION_OFFSET), true);
  view.setBigUint64(96, BigInt(end - MADE_SECTION_OFFSET), true);
  all.forEach((section, index) => {
    const at = end + 64 * (index + 1);
    view.setUint32(at, names.indexOf(`\0${section.name}\0`) + 1, true);
    view.setUint32(at + 4, 1, true);
    view.setBigUint64(at + 8, 1n, true);
    view.setBigUint64(at + 16, BigInt(offsets[index] as number), true);
    view.setBigUint64(at + 24, BigInt(offsets[index] as number), true);
    view.setBigUint64(at + 32, BigInt(section.bytes.length), true);
  });
  return bytes;
};

/** A 64-bit Windows program with these sections, named in at most 8 bytes. For tests. */
export const madePe = (sections: readonly MadeSection[]): Uint8Array => {
  const { bytes, offsets } = laidOut(sections, 0);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x5a]);
  view.setUint32(60, 64, true);
  view.setUint32(64, 0x4550, true);
  view.setUint16(70, sections.length, true);
  view.setUint16(84, 112, true);
  view.setUint16(88, 0x20b, true);
  view.setBigUint64(112, BigInt(MADE_BASE), true);
  sections.forEach((section, index) => {
    const at = 64 + 24 + 112 + 40 * index;
    bytes.set(Buffer.from(section.name, "latin1"), at);
    const size = section.bytes.length;
    [size, offsets[index] as number, size, offsets[index] as number].forEach((value, field) =>
      view.setUint32(at + 8 + 4 * field, value, true),
    );
    view.setUint32(at + 36, 0xc000_0040, true);
  });
  return bytes;
};

/** A 64-bit Mach-O program with these sections, inside a fat file when `isFat`. For tests. */
export const madeMacho = (sections: readonly MadeSection[], isFat = false): Uint8Array => {
  const { bytes, offsets } = laidOut(sections, 0);
  const view = new DataView(bytes.buffer);
  [0xfeedfacf, 0x0100_0007, 3, 2, 1, 72 + 80 * sections.length].forEach((value, field) =>
    view.setUint32(4 * field, value, true),
  );
  view.setUint32(32, 0x19, true);
  view.setUint32(36, 72 + 80 * sections.length, true);
  view.setUint32(32 + 60, 3, true);
  view.setUint32(32 + 64, sections.length, true);
  sections.forEach((section, index) => {
    const at = 32 + 72 + 80 * index;
    bytes.set(Buffer.from(section.name, "latin1"), at);
    view.setBigUint64(at + 32, BigInt(MADE_BASE + (offsets[index] as number)), true);
    view.setBigUint64(at + 40, BigInt(section.bytes.length), true);
    view.setUint32(at + 48, offsets[index] as number, true);
  });
  if (!isFat) return bytes;
  const fat = new Uint8Array(4096 + bytes.length);
  fat.set(bytes, 4096);
  const head = new DataView(fat.buffer);
  [0xcafebabe, 1, 0x0100_0007, 3, 4096, bytes.length, 12].forEach((value, field) => head.setUint32(4 * field, value));
  return fat;
};

const laidOut = (
  sections: readonly MadeSection[],
  behindBytes: number,
): { readonly bytes: Uint8Array; readonly offsets: readonly number[]; readonly end: number } => {
  const offsets: number[] = [];
  let at = MADE_SECTION_OFFSET;
  for (const { bytes } of sections) {
    offsets.push(at);
    at = Math.ceil((at + bytes.length) / 64) * 64;
  }
  const bytes = new Uint8Array(at + behindBytes);
  sections.forEach((section, index) => bytes.set(section.bytes, offsets[index]));
  return { bytes, offsets, end: at };
};
