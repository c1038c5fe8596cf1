import type { SbomFormatId } from "./sbom.ts";

/** What a file is by its first and last bytes. */
export type DetectedSbom =
  | { readonly format: SbomFormatId; readonly refused?: undefined }
  /** A bill of materials that is not read, and why. */
  | { readonly format: null; readonly refused: string };

/** Bytes at the beginning and the end that are looked at. */
const HEAD_BYTES = 16 * 1024;

const startsWith = (bytes: Uint8Array, ...signature: number[]): boolean =>
  signature.every((byte, i) => bytes[i] === byte);

/** How the bytes are packed, where they are; read on after unpacking, or refused. */
export const packedAs = (bytes: Uint8Array): "gzip" | "zstd" | "bzip2" | "xz" | null => {
  if (startsWith(bytes, 0x1f, 0x8b)) return "gzip";
  if (startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd)) return "zstd";
  if (startsWith(bytes, 0x42, 0x5a, 0x68)) return "bzip2";
  return startsWith(bytes, 0xfd, 0x37, 0x7a, 0x58, 0x5a) ? "xz" : null;
};

const ofJson = (bytes: Uint8Array, ends: string): DetectedSbom | null => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const has = (text: string): boolean => ends.includes(text) || buffer.includes(text);
  if (has('"bomFormat"')) return { format: "cyclonedx-json" };
  if (has('"spdxVersion"')) return { format: "spdx-json" };
  return has("spdx.org/rdf/") && has('"@context"') ? { format: "spdx3-json" } : null;
};

const ofXml = (head: string): DetectedSbom | null => {
  if (/<(?:\w+:)?bom[\s>]/.test(head) && head.includes("cyclonedx.org/schema/bom/")) return { format: "cyclonedx-xml" };
  if (head.includes("spdx.org/rdf/terms"))
    return { format: null, refused: "SPDX in RDF is not read: convert it to JSON" };
  return null;
};

/**
 * What format the bytes of a document are in, by what they hold and never by a name; null when they are no bill of materials.
 * Cheap: a document is not parsed, so reading it may still refuse it. Packed bytes (gzip, zstd) must be unpacked before.
 */
export const detectSbom = (bytes: Uint8Array): DetectedSbom | null => {
  const decoder = new TextDecoder();
  const head = decoder.decode(bytes.subarray(0, HEAD_BYTES)).replace(/^\uFEFF/, "");
  const first = /\S/.exec(head)?.[0];
  if (first === undefined) return null;
  if (first === "{") {
    const tail = bytes.length > HEAD_BYTES ? decoder.decode(bytes.subarray(-HEAD_BYTES)) : "";
    return ofJson(bytes, head + tail);
  }
  if (first === "<") return ofXml(head);
  if (/^\s*SPDXVersion\s*:/m.test(head)) return { format: "spdx-tag-value" };
  if (/^["']?spdxVersion["']?\s*:/m.test(head)) {
    return { format: null, refused: "SPDX in YAML is not read: convert it to JSON" };
  }
  return null;
};
