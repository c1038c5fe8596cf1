import { AppError } from "@zerotrace/core";
import { certificateBody, type CertificateBody, pemOf, readRequest, signedBy } from "@zerotrace/core/pki/x509";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";
import { promisify } from "node:util";

const generateRsa = promisify(generateKeyPair);

/** What signs the certificates of a company's agents. */
export interface Authority {
  /** DER. */
  readonly certificate: Buffer;
  /** PKCS #8 in PEM. */
  readonly key: string;
}

/** The agent that a certificate speaks of. */
export interface CertifiedAgent {
  readonly companyId: number;
  readonly agentId: string;
}

const DAY_MS = 86_400_000;
/** Life of an agent's certificate; the agent renews it with its credential after two thirds. */
export const CERTIFICATE_MS = 30 * DAY_MS;
export const AUTHORITY_MS = 3_650 * DAY_MS;
/** Clocks of agents may be behind by so much. */
const SKEW_MS = 3_600_000;
const SERIAL_BYTES = 16;
const REQUEST_BYTES_MAX = 4_096;
const CURVE = "prime256v1";
const ORGANIZATION = "ZeroTrace";
const SAN = /^URI:zerotrace:\/\/company\/([1-9]\d{0,9})\/agent\/([0-9a-f-]{36})$/;

const serial = (): Buffer => {
  const bytes = randomBytes(SERIAL_BYTES);
  // neither negative nor led by a zero
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
};
const keyIdOf = (publicKey: Uint8Array): Buffer => createHash("sha256").update(publicKey).digest().subarray(0, 20);

const signedWith = (key: string, body: CertificateBody): Buffer => {
  const bytes = certificateBody(body);
  return Buffer.from(signedBy(bytes, sign("sha256", bytes, createPrivateKey(key)), body.signedWith));
};

/** A key pair for which others encrypt, with a certificate that it signed itself. */
export interface EncryptionKey {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
}

const ENCRYPTION_BITS = 3_072;

/** A new RSA key for which others encrypt; its certificate is good for ten years, because those who use it look at the key alone. */
export const newEncryptionKey = async (commonName: string, now: Date): Promise<EncryptionKey> => {
  const { publicKey, privateKey } = await generateRsa("rsa", { modulusLength: ENCRYPTION_BITS });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const name = { organization: ORGANIZATION, commonName };
  const certificate = signedWith(key, {
    serial: serial(),
    issuer: name,
    subject: name,
    notBefore: new Date(now.getTime() - SKEW_MS),
    notAfter: new Date(now.getTime() + AUTHORITY_MS),
    publicKey: spki,
    keyId: keyIdOf(spki),
    issuerKeyId: keyIdOf(spki),
    use: { kind: "encryption" },
    signedWith: "rsa",
  });
  return { certificate: pemOf("CERTIFICATE", certificate.toString("base64")), key };
};

/** A new authority for a company, good for ten years. */
export const newAuthority = (companyId: number, now: Date): Authority => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: CURVE });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const name = { organization: ORGANIZATION, commonName: `Agents of company ${companyId}` };
  const certificate = signedWith(key, {
    serial: serial(),
    issuer: name,
    subject: name,
    notBefore: new Date(now.getTime() - SKEW_MS),
    notAfter: new Date(now.getTime() + AUTHORITY_MS),
    publicKey: spki,
    keyId: keyIdOf(spki),
    issuerKeyId: keyIdOf(spki),
    use: { kind: "ca" },
  });
  return { certificate, key };
};

const refused = (detail: string): AppError =>
  new AppError("BAD_REQUEST", `This request for a certificate cannot be signed: ${detail}.`, { field: "csr" });

/** The key of a request whose signature is right. Throws BAD_REQUEST. */
const provedKey = (request: Buffer): Buffer => {
  if (request.length > REQUEST_BYTES_MAX) throw refused(`it has more than ${REQUEST_BYTES_MAX} bytes`);
  const { body, publicKey, signature } = readRequest(request);
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), type: "spki", format: "der" });
    const isCurve = key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === CURVE;
    if (isCurve && verify("sha256", body, key, signature)) return key.export({ type: "spki", format: "der" });
  } catch (cause) {
    throw new AppError("BAD_REQUEST", "This request for a certificate has no key that can be read.", {
      field: "csr",
      cause,
    });
  }
  throw refused("its key is not of P-256 or did not sign it");
};

/**
 * Signs the key of a request (PKCS #10, DER) as that of an agent. Who it is for is what the caller proved, never what the request
 * says. Throws BAD_REQUEST.
 */
export const certify = (
  authority: Authority,
  of: CertifiedAgent & { readonly request: Buffer; readonly now: Date },
): Buffer => {
  const { companyId, agentId, now } = of;
  const publicKey = provedKey(of.request);
  const ca = new X509Certificate(authority.certificate);
  const ends = Math.min(now.getTime() + CERTIFICATE_MS, ca.validToDate.getTime());
  return signedWith(authority.key, {
    serial: serial(),
    issuer: { organization: ORGANIZATION, commonName: `Agents of company ${companyId}` },
    subject: { organization: `${ORGANIZATION} company ${companyId}`, commonName: agentId },
    notBefore: new Date(now.getTime() - SKEW_MS),
    notAfter: new Date(ends),
    publicKey,
    keyId: keyIdOf(publicKey),
    issuerKeyId: keyIdOf(ca.publicKey.export({ type: "spki", format: "der" })),
    use: { kind: "client", uri: `zerotrace://company/${companyId}/agent/${agentId}` },
  });
};

/** The agent that a certificate speaks of, whoever signed it; null when it is none of an agent. */
export const agentOf = (certificate: X509Certificate): CertifiedAgent | null => {
  const [, companyId, agentId] = SAN.exec(certificate.subjectAltName ?? "") ?? [];
  return companyId === undefined || agentId === undefined ? null : { companyId: Number(companyId), agentId };
};

/** Whether one of these authorities signed a certificate for a client. */
export const isSignedBy = (certificate: X509Certificate, authorities: readonly X509Certificate[]): boolean =>
  !certificate.ca &&
  certificate.keyUsage.includes("1.3.6.1.5.5.7.3.2") &&
  authorities.some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
