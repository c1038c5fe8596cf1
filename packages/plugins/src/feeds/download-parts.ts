import { createReadStream } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";

/** What a server said of the bytes at an address: enough to ask later whether they are still the same. */
export interface Tag {
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** The beginning of a body that was cut off, and the validator that lets the rest be asked for. */
export interface Part {
  readonly sizeBytes: number;
  readonly validator: string;
}

const DATE_CHARS = 64;

/** Size of a file; null when there is none. */
export const sizeOf = async (path: string): Promise<number | null> => {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
};

/** The tag at `tagPath` when it speaks of `url`; else null. */
export async function readTag(tagPath: string, url: string): Promise<Tag | null> {
  try {
    const tag = JSON.parse(await readFile(tagPath, "utf8")) as Tag;
    return tag.url === url ? tag : null;
  } catch {
    return null;
  }
}

/** Keeps what the answer says of its bytes. */
export async function writeTag(tagPath: string, url: string, headers: Headers): Promise<void> {
  const tag: Tag = { url, etag: headers.get("etag"), lastModified: headers.get("last-modified") };
  await writeFile(tagPath, JSON.stringify(tag));
}

/** A weak ETag may stand for other bytes of the same meaning: a body cannot be put together with it. */
const validatorOf = (tag: Tag): string | null =>
  tag.etag !== null && !tag.etag.startsWith("W/") ? tag.etag : tag.etag === null ? tag.lastModified : null;

/** True when an answer with these headers can be continued later. */
export const isResumable = (headers: Headers): boolean =>
  headers.get("content-encoding") === null &&
  validatorOf({ url: "", etag: headers.get("etag"), lastModified: headers.get("last-modified") }) !== null;

/** The part left by an earlier attempt at `url`; null when there is none that can be continued. */
export async function readPart(path: string, url: string): Promise<Part | null> {
  const sizeBytes = await sizeOf(`${path}.part`);
  const tag = sizeBytes ? await readTag(`${path}.part.tag`, url) : null;
  const validator = tag && validatorOf(tag);
  return sizeBytes && validator ? { sizeBytes, validator } : null;
}

/** Removes the part and its tag. */
export async function dropPart(path: string): Promise<void> {
  await rm(`${path}.part`, { force: true });
  await rm(`${path}.part.tag`, { force: true });
}

/** SHA-256 of a file, lower-case hexadecimal; read as a stream. */
export async function sha256Of(path: string): Promise<string> {
  const sum = createHash("sha256");
  for await (const chunk of createReadStream(path)) sum.update(chunk as Buffer);
  return sum.digest("hex");
}

/** How long a `Retry-After` asks to wait, in milliseconds (seconds or a date, RFC 9110); null when it says nothing. */
export function retryAfterMs(value: string | null, now: Date): number | null {
  if (value === null || value.length > DATE_CHARS) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const at = value.endsWith("GMT") ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/** Offset and total length of a `Content-Range: bytes 10-99/100`; null when it is none. */
export function contentRange(value: string | null): { readonly from: number; readonly total: number | null } | null {
  const found = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(value ?? "");
  return found ? { from: Number(found[1]), total: found[2] === "*" ? null : Number(found[2]) } : null;
}
