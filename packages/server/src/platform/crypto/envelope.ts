import { AppError } from "@zerotrace/core";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** A key of AES-256 with the name that sealed values call it by. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** What a value belongs to, such as company, table and column. It is not in the sealed text, but opening needs the same. */
export type SealContext = readonly (string | number)[];

export const KEY_BYTES = 32;
/** The largest value that is sealed, in bytes. */
export const PLAIN_BYTES_MAX = 1024 * 1024;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED_CHARS_MAX = 1_400_000;
const PREFIX = "sealed:v1:";
const FORM = /^sealed:v1:([a-z0-9][a-z0-9-]{0,63}):([A-Za-z0-9_-]+)$/;

const unsealable = (why: string, cause?: unknown): AppError =>
  new AppError("UNSEALABLE", `A sealed value cannot be opened: ${why}.`, { cause });

/** What the cipher authenticates beside the text: as JSON no two contexts look the same. */
const associatedData = (keyId: string, context: SealContext): Buffer =>
  Buffer.from(JSON.stringify(["zerotrace", "v1", keyId, ...context]));

/** Whether a text has the form of a sealed value's beginning. */
export const isSealed = (text: string): boolean => text.startsWith(PREFIX);

/** The id of the key that a sealed value was sealed with. Throws UNSEALABLE for a text that is none. */
export const keyIdOf = (sealed: string): string => partsOf(sealed).keyId;

const partsOf = (sealed: string): { keyId: string; bytes: Buffer } => {
  const [, keyId, body] = (sealed.length <= SEALED_CHARS_MAX ? FORM.exec(sealed) : null) ?? [];
  const bytes = Buffer.from(body ?? "", "base64url");
  // Base64 has spare bits that decoding passes over: one value has one form, so that every flipped bit is refused.
  if (keyId === undefined || bytes.toString("base64url") !== body) throw unsealable("it was changed or cut");
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unsealable("it was changed or cut");
  return { keyId, bytes };
};

/**
 * Seals a value with AES-256-GCM: `sealed:v1:<key id>:<nonce, ciphertext and tag in base64url>`. The nonce is random, so the same
 * value looks different each time; a key is good for 2^32 values. Throws PAYLOAD_TOO_LARGE beyond PLAIN_BYTES_MAX.
 */
export const seal = (key: SealingKey, plain: string | Buffer, context: SealContext): string => {
  const bytes = typeof plain === "string" ? Buffer.from(plain) : plain;
  if (bytes.length > PLAIN_BYTES_MAX) {
    throw new AppError("PAYLOAD_TOO_LARGE", `A value to be sealed has at most ${PLAIN_BYTES_MAX} bytes.`);
  }
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(key.id, context));
  const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  return `${PREFIX}${key.id}:${sealed.toString("base64url")}`;
};

/**
 * What `seal` was given. Throws UNSEALABLE for a key that is not there or another one, another context, or a text that was changed
 * or cut in any place; the error tells nothing of the value.
 */
export const open = (sealed: string, keyOf: (id: string) => Buffer | undefined, context: SealContext): Buffer => {
  const { keyId, bytes } = partsOf(sealed);
  const key = keyOf(keyId);
  if (key === undefined) throw unsealable(`the key ${keyId} is not here`);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(keyId, context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    // The cipher's own error says no more, and must not lead anybody to what it read.
    throw unsealable("it was changed, or belongs to another key, company, table or column");
  }
};
