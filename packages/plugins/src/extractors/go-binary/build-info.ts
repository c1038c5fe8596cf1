import { fileNumber, numbersOf, type Numbers, type ProgramSection } from "../program-bytes.ts";
import type { Program } from "../program.ts";

/** Longest list of modules (bytes); that of Kubernetes has 40 kB. */
const MAX_MODULES_BYTES = 4 * 1024 * 1024;
/** Longest name of a toolchain (bytes). */
const MAX_TOOLCHAIN_BYTES = 256;
/** How far the mark is looked for where no section has its name (bytes); the linker puts it first. */
const MAX_SEARCH_BYTES = 1024 * 1024;
const MARK = Buffer.from("\xff Go buildinf:", "latin1");
/** Where the mark may begin (bytes). */
const ALIGNMENT = 16;
const HEADER_BYTES = 32;
const BIG_ENDIAN = 1;
const INLINE = 2;
/** Marks of the linker before and behind the list. */
const SENTINEL_BYTES = 16;

export interface BuildInfo {
  /** `go1.22.3`, with what else its builder said. */
  readonly toolchain: string;
  /** Lines as `go version -m` shows them; empty when it was built without modules. */
  readonly modules: string;
}

/** A Go program's build info, in line (since Go 1.18) or by pointers; null when it has none. Throws Error when it is cut off. */
export const buildInfoOf = async (program: Program): Promise<BuildInfo | null> => {
  for (const section of candidates(program)) {
    const start = await program.read(section, 0, MAX_SEARCH_BYTES);
    const at = markIn(start);
    if (at < 0 || at + HEADER_BYTES > start.length) continue;
    const flags = start[at + 15] as number;
    const found = (flags & INLINE) !== 0 ? await inline(program, section, at) : await byPointers(program, start, at);
    if (found !== null) return found;
  }
  return null;
};

const candidates = ({ sections }: Program): ProgramSection[] => {
  const named = sections.filter(({ name }) => name === ".go.buildinfo" || name === "__go_buildinfo");
  if (named.length > 0) return named;
  // A program whose sections were taken away has its segments only, and one of Windows has no section for it.
  if (sections.every((s) => s.isSegment)) return sections.filter((s) => s.isWritable);
  return sections.filter(({ name, isSegment }) => name === ".data" && !isSegment && !hasElfNames(sections));
};

const hasElfNames = (sections: readonly ProgramSection[]): boolean => sections.some((s) => s.isSegment);

const markIn = (bytes: Uint8Array): number => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf(MARK); at >= 0; at = buffer.indexOf(MARK, at + 1)) {
    if (at % ALIGNMENT === 0) return at;
  }
  return -1;
};

const inline = async (program: Program, section: ProgramSection, at: number): Promise<BuildInfo | null> => {
  const from = at + HEADER_BYTES;
  const bytes = await program.read(section, from, MAX_MODULES_BYTES);
  const toolchain = counted(bytes, 0, MAX_TOOLCHAIN_BYTES);
  const modules = counted(bytes, toolchain.end, MAX_MODULES_BYTES);
  return { toolchain: textOf(toolchain.bytes), modules: withoutSentinels(modules.bytes) };
};

/** Bytes with their count before them, as a varint. */
const counted = (bytes: Uint8Array, at: number, max: number): { readonly bytes: Uint8Array; readonly end: number } => {
  let length = 0;
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      if (length > max || at + length > bytes.length) break;
      return { bytes: bytes.subarray(at, at + length), end: at + length };
    }
  }
  throw new Error("its build info is cut off");
};

const byPointers = async (program: Program, start: Uint8Array, at: number): Promise<BuildInfo | null> => {
  const wordBytes = start[at + 14] as number;
  if (wordBytes !== 4 && wordBytes !== 8) return null;
  const isLittle = ((start[at + 15] as number) & BIG_ENDIAN) === 0;
  const header = numbersOf(start.subarray(at, at + HEADER_BYTES), isLittle);
  const is64 = wordBytes === 8;
  const toolchain = await pointed(program, header.word(16, is64), is64, isLittle, MAX_TOOLCHAIN_BYTES);
  if (toolchain === null) return null;
  const modules = await pointed(program, header.word(16 + wordBytes, is64), is64, isLittle, MAX_MODULES_BYTES);
  return { toolchain: textOf(toolchain), modules: modules === null ? "" : withoutSentinels(modules) };
};

/** The bytes of a Go string in memory: an address and a length, themselves at an address. */
const pointed = async (
  program: Program,
  address: bigint,
  is64: boolean,
  isLittle: boolean,
  max: number,
): Promise<Uint8Array | null> => {
  const wordBytes = is64 ? 8 : 4;
  const header = await program.readAddress(address, 2 * wordBytes);
  if (header === null || header.length < 2 * wordBytes) return null;
  const fields: Numbers = numbersOf(header, isLittle);
  const length = fileNumber(fields.word(wordBytes, is64));
  if (length === 0 || length > max) return null;
  const bytes = await program.readAddress(fields.word(0, is64), length);
  return bytes === null || bytes.length < length ? null : bytes;
};

const withoutSentinels = (bytes: Uint8Array): string => {
  const end = bytes.length - SENTINEL_BYTES;
  return end > SENTINEL_BYTES && bytes[end - 1] === 0x0a ? textOf(bytes.subarray(SENTINEL_BYTES, end)) : "";
};

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
