import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { Checkpoint } from "./chain-sql.ts";

/** DER around the 32 bytes of an Ed25519 key (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const PURPOSE = "audit checkpoint";

type Cut = Pick<Checkpoint, "seq" | "hash" | "count" | "before" | "at">;

/** The bytes that are signed. */
const textOf = (companyId: number, { seq, hash, count, before, at }: Cut): Buffer =>
  Buffer.from(`zerotrace audit checkpoint v1\n${JSON.stringify([companyId, seq, hash, count, before, at])}`);

const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: "der", type: "pkcs8" });

const publicHexOf = (key: KeyObject): string =>
  createPublicKey(key).export({ format: "der", type: "spki" }).subarray(PUBLIC_PREFIX.length).toString("hex");

/** Signs what was cut off with the company's own key, which is derived from its data key. */
export const signCut = async (keys: CompanyKeys, tx: Tx, companyId: number, cut: Cut): Promise<Checkpoint> => {
  const { keyId, bytes } = await keys.derive(tx, companyId, PURPOSE);
  const key = privateKeyOf(bytes);
  const signature = sign(null, textOf(companyId, cut), key).toString("hex");
  return { ...cut, keyId, publicKey: publicHexOf(key), signature };
};

/** Whether the signature is that of the key beside it. Says nothing of whose key that is. */
export const isSigned = (companyId: number, c: Checkpoint): boolean => {
  try {
    const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(c.publicKey, "hex")]);
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return verify(null, textOf(companyId, c), key, Buffer.from(c.signature, "hex"));
  } catch {
    return false;
  }
};

/** Whether this server signed a checkpoint: with a key that only it can derive. */
export const isOurs = async (keys: CompanyKeys, tx: Tx, companyId: number, c: Checkpoint): Promise<boolean> => {
  if (!isSigned(companyId, c)) return false;
  try {
    const { bytes } = await keys.derive(tx, companyId, PURPOSE, c.keyId);
    return publicHexOf(privateKeyOf(bytes)) === c.publicKey;
  } catch {
    return false;
  }
};
