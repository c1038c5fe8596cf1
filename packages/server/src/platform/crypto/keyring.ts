import { AppError, messageOf } from "@zerotrace/core";
import { createHash, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KEY_BYTES, type SealingKey } from "./envelope.ts";

/** Master keys that are here, the first one seals, all of them open. */
export type Keyring = readonly SealingKey[];

const SCHEMA = "zerotrace.keyring/1";
const FILE_BYTES_MAX = 64 * 1024;
const KEYS_MAX = 100;
const KEY_ID_CHARS = 16;
/** The bits of a file's mode that let others than its owner at it. */
const OTHERS = 0o077;

/** Where the master keys lie unless the configuration says otherwise. */
export const keyringPath = (dataDir: string): string => join(dataDir, "master.key");

/** A key under its own name: the beginning of a hash that tells nothing of 256 random bits. */
export const masterKeyOf = (bytes: Buffer): SealingKey => {
  const hash = createHash("sha256").update("zerotrace master key\n").update(bytes).digest("hex");
  return { id: `m-${hash.slice(0, KEY_ID_CHARS)}`, bytes };
};

/** A new random master key. */
export const newMasterKey = (): SealingKey => masterKeyOf(randomBytes(KEY_BYTES));

const wrong = (detail: string, cause?: unknown) => new AppError("BAD_CONFIG", detail, { field: "masterKey", cause });

const keyFrom = (text: string, where: string): SealingKey => {
  const bytes = Buffer.from(text.trim(), "base64");
  if (bytes.length !== KEY_BYTES || !/^[A-Za-z0-9+/_=-]+$/.test(text.trim())) {
    throw wrong(`${where} must hold keys of ${KEY_BYTES} bytes in base64: make one with openssl rand -base64 32.`);
  }
  return masterKeyOf(bytes);
};

/** The keys of the variable ZEROTRACE_MASTER_KEY, separated by commas. Throws BAD_CONFIG, which never shows them. */
export const keysOfVariable = (text: string): Keyring =>
  text.split(",").map((one) => keyFrom(one, "ZEROTRACE_MASTER_KEY"));

/** The keys of a file; empty when there is no file. Throws BAD_CONFIG when others may read it or it holds something else. */
export const readKeyring = (path: string): Keyring => {
  let text: string;
  try {
    const { mode, size } = statSync(path);
    if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
      throw wrong(`${path} holds master keys and others may read it: run chmod 600 ${path}.`);
    }
    if (size > FILE_BYTES_MAX) throw wrong(`${path} is larger than ${FILE_BYTES_MAX} bytes: it is no file of keys.`);
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw wrong(`The master keys in ${path} cannot be read: ${messageOf(cause)}.`);
  }
  return parseKeyring(text, path);
};

const parseKeyring = (text: string, path: string): Keyring => {
  const refuse = () => wrong(`${path} is no file of master keys: restore it from a backup.`);
  let value: { schema?: unknown; keys?: unknown };
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    // JSON's own error repeats what it read
    throw refuse();
  }
  const { schema, keys } = value ?? {};
  if (schema !== SCHEMA || !Array.isArray(keys) || keys.length === 0 || keys.length > KEYS_MAX) throw refuse();
  return keys.map((key: unknown) => {
    if (typeof key !== "string") throw refuse();
    return keyFrom(key, path);
  });
};

const textOf = (keys: Keyring): string =>
  `${JSON.stringify({ schema: SCHEMA, keys: keys.map(({ bytes }) => bytes.toString("base64")) }, null, 2)}\n`;

/** Writes keys to a file that only its owner may read, whole or not at all. */
export const writeKeyring = (path: string, keys: Keyring): void => {
  const next = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(next, textOf(keys), { mode: 0o600, flag: "wx", flush: true });
  renameSync(next, path);
};

/** The keys of a file; makes it with one new key where there is none. Two that do so at once end with the same key. */
export const ensureKeyring = (path: string): Keyring => {
  const found = readKeyring(path);
  if (found.length > 0) return found;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(next, textOf([newMasterKey()]), { mode: 0o600, flag: "wx", flush: true });
  try {
    // unlike a renaming, a link does not replace the file of one who was faster
    linkSync(next, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(next);
  }
  return readKeyring(path);
};

/** Where the master keys come from: the variable's text, and the file, whose keys open besides the variable's. */
export interface KeySource {
  readonly variable?: string | undefined;
  readonly path: string;
}

/** Every master key that is here; the first seals. Empty where there are none yet. Throws BAD_CONFIG. */
export const keysOf = ({ variable, path }: KeySource): Keyring => {
  const first = variable === undefined ? [] : keysOfVariable(variable);
  const ids = new Set(first.map(({ id }) => id));
  return [...first, ...readKeyring(path).filter(({ id }) => !ids.has(id))];
};

/** Puts a new key before those of the file, which go on opening what they sealed. Answers its id. Throws BAD_CONFIG. */
export const rotateKeyring = (path: string): string => {
  const before = ensureKeyring(path);
  if (before.length >= KEYS_MAX) throw wrong(`${path} holds ${KEYS_MAX} keys: remove the oldest.`);
  const key = newMasterKey();
  writeKeyring(path, [key, ...before]);
  return key.id;
};
