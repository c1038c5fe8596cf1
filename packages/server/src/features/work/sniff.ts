import { AppError } from "@zerotrace/core";

const starts = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean =>
  bytes.length >= at + magic.length && magic.every((byte, i) => bytes[at + i] === byte);
const ascii = (text: string): number[] => [...Buffer.from(text, "latin1")];

const MAGIC: readonly (readonly [string, (bytes: Uint8Array) => boolean])[] = [
  ["image/png", (b) => starts(b, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  ["image/jpeg", (b) => starts(b, [0xff, 0xd8, 0xff])],
  ["image/gif", (b) => starts(b, ascii("GIF87a")) || starts(b, ascii("GIF89a"))],
  ["image/webp", (b) => starts(b, ascii("RIFF")) && starts(b, ascii("WEBP"), 8)],
  ["application/pdf", (b) => starts(b, ascii("%PDF-"))],
  ["application/zip", (b) => starts(b, [0x50, 0x4b, 0x03, 0x04])],
  ["application/gzip", (b) => starts(b, [0x1f, 0x8b])],
];

/** Control characters that texts and recorded terminals have. */
const IN_TEXT: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b]);

const isText = (bytes: Uint8Array): boolean => {
  if (bytes.some((byte) => (byte < 0x20 && !IN_TEXT.has(byte)) || byte === 0x7f)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/**
 * What bytes are, whatever somebody calls them: a picture, a PDF, an archive, or plain text, which HTML, SVG and scripts are too.
 * Throws UNSUPPORTED_MEDIA_TYPE for all else.
 */
export const mediaTypeOf = (bytes: Uint8Array): string => {
  const found = MAGIC.find(([, is]) => is(bytes));
  if (found !== undefined) return found[0];
  if (isText(bytes)) return "text/plain";
  const says = "Pictures (PNG, JPEG, GIF, WebP), PDF, text, ZIP and gzip are taken: pack anything else into a ZIP.";
  throw new AppError("UNSUPPORTED_MEDIA_TYPE", says, { field: "body" });
};

/** What could lead out of a folder, break a header or turn the reading order. */
// oxlint-disable-next-line no-control-regex -- those are what is meant
const UNSAFE = /[\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A file's name without anything that does harm; never empty. */
export const safeName = (name: string): string => {
  const safe = name.replaceAll(UNSAFE, "_").replace(/^\.+/, "").trim();
  return safe === "" ? "attachment" : safe;
};

/** The header by which a browser saves bytes under a name, and never shows them. */
export const dispositionOf = (name: string): string => {
  const plain = name.replaceAll(/[^\u0020-\u007e]/g, "_").replaceAll(/["%]/g, "_");
  const whole = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
};
