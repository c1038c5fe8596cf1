import { type CompanyKeys, isSignedBy, signerOf } from "../../platform/crypto/index.ts";
import type { Tx } from "../../platform/db/index.ts";

const PURPOSE = "company deletion";

/** What a certificate says, one line for each table. */
export interface Statement {
  readonly schema: "zerotrace.company-deletion/1";
  readonly companyId: number;
  readonly companyName: string;
  readonly askedBy: string;
  readonly askedAt: string;
  readonly reason: string;
  /** Until then it could be undone. */
  readonly graceEndedAt: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Rows counted before, deleted (those written meanwhile among them), and counted after. */
  readonly tables: readonly {
    readonly table: string;
    readonly before: number;
    readonly deleted: number;
    readonly after: number;
  }[];
  /** Archives and uploads that were on the disk. */
  readonly files: number;
  /** Jobs that waited for the company. */
  readonly jobs: number;
  /** Accounts of people who belonged to no other company. */
  readonly people: number;
  /** The newest link of the audit trail that went. */
  readonly trailHead: { readonly seq: number; readonly hash: string } | null;
}

/** A statement with its signature. */
export interface Certificate {
  /** The very text that is signed, a JSON object. */
  readonly statement: string;
  readonly keyId: string;
  /** Ed25519, 32 bytes in hex. */
  readonly publicKey: string;
  readonly signature: string;
}

/** The bytes that are signed. */
const bytesOf = (statement: string): Buffer => Buffer.from(`zerotrace company deletion v1\n${statement}`);

/** Signs with the key of the company that runs the platform, in its scope. */
export const certify = async (keys: CompanyKeys, tx: Tx, provider: number, said: Statement): Promise<Certificate> => {
  const statement = JSON.stringify(said);
  const { keyId, bytes } = await keys.derive(tx, provider, PURPOSE);
  const { publicKey, sign } = signerOf(bytes);
  return { statement, keyId, publicKey, signature: sign(bytesOf(statement)) };
};

/** Whether this server signed a certificate: with a key that only it can derive. In the scope of the company that runs the platform. */
export const isOurCertificate = async (
  keys: CompanyKeys,
  tx: Tx,
  provider: number,
  c: Certificate,
): Promise<boolean> => {
  if (!isSignedBy(c.publicKey, bytesOf(c.statement), c.signature)) return false;
  try {
    return signerOf((await keys.derive(tx, provider, PURPOSE, c.keyId)).bytes).publicKey === c.publicKey;
  } catch {
    return false;
  }
};
