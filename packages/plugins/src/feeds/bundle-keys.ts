import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { AppError, messageOf } from "@zerotrace/core";

const PREFIX = "ztk1-";
const RAW_BYTES = 32;
const ID_CHARS = 16;
/** The bytes before the key itself in the standard form of an Ed25519 public key (RFC 8410). */
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
const KEY_FILE_MODE = 0o600;

/** A public key as it is passed on: `ztk1-` and the 32 bytes in base64url; `id` is the beginning of their SHA-256. */
export interface BundleKey {
  readonly id: string;
  readonly text: string;
}

const keyOf = (raw: Buffer): BundleKey => ({
  id: createHash("sha256").update(raw).digest("hex").slice(0, ID_CHARS),
  text: `${PREFIX}${raw.toString("base64url")}`,
});

/** Reads a public key as `keygen` prints it. Throws AppError BAD_REQUEST with the mend. */
export const bundleKey = (text: string): BundleKey => {
  const given = text.trim();
  if (isBundleKey(given)) return keyOf(Buffer.from(given.slice(PREFIX.length), "base64url"));
  throw new AppError(
    "BAD_REQUEST",
    "This is no public key of a bundle: give it whole, as `zerotrace feeds keygen` printed it (ztk1-…).",
    { field: "trust" },
  );
};

/** Whether a text is a public key. */
export const isBundleKey = (text: string): boolean => {
  const raw = Buffer.from(text.slice(PREFIX.length), "base64url");
  return raw.length === RAW_BYTES && keyOf(raw).text === text;
};

/** The key for `node:crypto`. */
export const verifierOf = (key: BundleKey): KeyObject =>
  createPublicKey({
    key: Buffer.concat([SPKI_HEAD, Buffer.from(key.text.slice(PREFIX.length), "base64url")]),
    format: "der",
    type: "spki",
  });

/** The public key that belongs to a private one. */
export const publicOf = (privateKey: KeyObject): BundleKey => {
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return keyOf(spki.subarray(SPKI_HEAD.length));
};

/** Makes a key pair; the private key goes into a new file that its owner alone can read. Throws CONFLICT when the file is there. */
export const createBundleKey = async (path: string): Promise<BundleKey> => {
  const { privateKey } = generateKeyPairSync("ed25519");
  try {
    const pem = privateKey.export({ format: "pem", type: "pkcs8" });
    await writeFile(path, pem, { mode: KEY_FILE_MODE, flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") {
      throw new AppError("CONFLICT", `${path} is there already: name another file, or move the old key away.`, {
        cause,
      });
    }
    throw new AppError("UNREADABLE", `${path} cannot be written: ${messageOf(cause)}.`, { cause });
  }
  return publicOf(privateKey);
};

/** Reads a private key file. Throws UNREADABLE; BAD_REQUEST when it is no Ed25519 key. */
export const readBundleKey = async (path: string): Promise<KeyObject> => {
  const pem = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("UNREADABLE", `The key ${path} cannot be read: ${messageOf(cause)}.`, { field: "key", cause });
  });
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // told below, without what the file holds
  }
  throw new AppError("BAD_REQUEST", `${path} is no private key of \`zerotrace feeds keygen\`.`, { field: "key" });
};
