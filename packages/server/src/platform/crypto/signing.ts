import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

/** DER around the 32 bytes of an Ed25519 key (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** An Ed25519 key that signs. */
export interface Signer {
  /** 32 bytes in hex. */
  readonly publicKey: string;
  /** The signature in hex. */
  readonly sign: (bytes: Buffer) => string;
}

/** The key of a seed of 32 bytes, the same each time. */
export const signerOf = (seed: Buffer): Signer => {
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: spki.subarray(PUBLIC_PREFIX.length).toString("hex"),
    sign: (bytes) => sign(null, bytes, key).toString("hex"),
  };
};

/** Whether the signature is that of the key; false also where one of them is no such thing. Says nothing of whose key it is. */
export const isSignedBy = (publicKey: string, bytes: Buffer, signature: string): boolean => {
  try {
    const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, "hex")]);
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return verify(null, bytes, key, Buffer.from(signature, "hex"));
  } catch {
    return false;
  }
};
