import { type CompanyKeys, isSignedBy, signerOf } from "../../platform/crypto/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { Checkpoint } from "./chain-sql.ts";

const PURPOSE = "audit checkpoint";

type Cut = Pick<Checkpoint, "seq" | "hash" | "count" | "before" | "at">;

/** The bytes that are signed. */
const textOf = (companyId: number, { seq, hash, count, before, at }: Cut): Buffer =>
  Buffer.from(`zerotrace audit checkpoint v1\n${JSON.stringify([companyId, seq, hash, count, before, at])}`);

/** Signs what was cut off with the company's own key, which is derived from its data key. */
export const signCut = async (keys: CompanyKeys, tx: Tx, companyId: number, cut: Cut): Promise<Checkpoint> => {
  const { keyId, bytes } = await keys.derive(tx, companyId, PURPOSE);
  const { publicKey, sign } = signerOf(bytes);
  return { ...cut, keyId, publicKey, signature: sign(textOf(companyId, cut)) };
};

/** Whether the signature is that of the key beside it. Says nothing of whose key that is. */
export const isSigned = (companyId: number, c: Checkpoint): boolean =>
  isSignedBy(c.publicKey, textOf(companyId, c), c.signature);

/** Whether this server signed a checkpoint: with a key that only it can derive. */
export const isOurs = async (keys: CompanyKeys, tx: Tx, companyId: number, c: Checkpoint): Promise<boolean> => {
  if (!isSigned(companyId, c)) return false;
  try {
    const { bytes } = await keys.derive(tx, companyId, PURPOSE, c.keyId);
    return signerOf(bytes).publicKey === c.publicKey;
  } catch {
    return false;
  }
};
