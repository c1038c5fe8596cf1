import { AppError, messageOf } from "@zerotrace/core";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { elfSections } from "../program-elf.ts";

/** Bytes of a kernel image or of a module, unpacked. */
const MAX_KERNEL_BYTES = 128 * 1024 * 1024;
/** Where the boot protocol of x86 keeps its mark and, counted from 0x200, the place of the version. */
const BOOT = { markAt: 0x202, mark: "HdrS", versionAt: 0x20e, base: 0x200 } as const;
/** Longest version line (bytes). */
const MAX_VERSION_BYTES = 512;
/** A release of kernel.org; what distributions build has more behind it and is judged by their packages. */
const UPSTREAM = /^\d+\.\d+(?:\.\d+)?$/;

/**
 * A Linux kernel by the version in its image, and modules that lie beside the kernel's own (extra, updates) by what they say of themselves.
 * Images that are not of x86 tell no version.
 */
export const extract: ExtractFile = async (file, context) => {
  const bytes = await context.read(file.path, MAX_KERNEL_BYTES);
  if (bytes === null) throw new AppError("UNREADABLE", `${file.path} does not exist.`);
  const into = gatherPackages(file.path);
  if (/\.ko(?:\.gz|\.zst)?$/.test(file.path)) {
    const fields = await moduleFields(file.path, bytes);
    const license = fields.get("license");
    const name = fields.get("name") ?? baseName(file.path);
    into.add({
      component: { ecosystem: "Generic", name: `linux-module/${name}`, version: fields.get("version") ?? "" },
      ...(license ? { license } : {}),
    });
  } else {
    const version = versionOfImage(bytes);
    if (version === "") throw new AppError("UNREADABLE", `${file.path} is no kernel image that tells its version.`);
    const isUpstream = UPSTREAM.test(version);
    const component = { ecosystem: isUpstream ? "Linux" : "Generic", name: isUpstream ? "Kernel" : "linux", version };
    into.add({ component });
  }
  return into.finish();
};

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** The first word of the version line; empty when this is no image that has one. */
const versionOfImage = (bytes: Uint8Array): string => {
  if (bytes.length < BOOT.base + 16 || latin1(bytes.subarray(BOOT.markAt, BOOT.markAt + 4)) !== BOOT.mark) return "";
  const offset = (bytes[BOOT.versionAt]! | (bytes[BOOT.versionAt + 1]! << 8)) >>> 0;
  if (offset === 0) return "";
  const line = bytes.subarray(BOOT.base + offset, BOOT.base + offset + MAX_VERSION_BYTES);
  const end = line.indexOf(0);
  return /^\d[\w.+~-]*/.exec(latin1(end < 0 ? line : line.subarray(0, end)))?.[0] ?? "";
};

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/\.ko(?:\.gz|\.zst)?$/, "");

/** What `modinfo` shows: `key=value` texts between NULs in the section .modinfo; the first of a key counts. */
const moduleFields = async (path: string, packed: Uint8Array): Promise<Map<string, string>> => {
  try {
    const bytes = unpacked(path, packed);
    const read = async (at: number, length: number): Promise<Uint8Array> => bytes.subarray(at, at + length);
    const section = (await elfSections(read)).find(({ name }) => name === ".modinfo");
    if (section === undefined) throw new Error("it has no .modinfo");
    const fields = new Map<string, string>();
    for (const text of latin1(await read(section.offset, section.sizeBytes)).split("\0")) {
      const equals = text.indexOf("=");
      if (equals > 0 && !fields.has(text.slice(0, equals))) fields.set(text.slice(0, equals), text.slice(equals + 1));
    }
    return fields;
  } catch (cause) {
    throw new AppError("UNREADABLE", `${path} is no kernel module: ${messageOf(cause)}.`, { cause });
  }
};

const unpacked = (path: string, bytes: Uint8Array): Uint8Array => {
  const bound = { maxOutputLength: MAX_KERNEL_BYTES };
  if (path.endsWith(".gz")) return gunzipSync(bytes, bound);
  return path.endsWith(".zst") ? zstdDecompressSync(bytes, bound) : bytes;
};
