import { AppError } from "../errors.ts";
import {
  bitString,
  explicit,
  implicit,
  integer,
  isTrue,
  octetString,
  oid,
  readInside,
  sequence,
  set,
  TAG,
  time,
  utf8,
} from "./der.ts";

/** Certificates and requests for them (RFC 5280, RFC 2986): their bytes, without the signing. Signatures are ECDSA or RSA with SHA-256. */

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const NULL = Uint8Array.from([0x05, 0x00]);
const SIGNED_WITH = { ecdsa: ECDSA_SHA256, rsa: sequence(oid("1.2.840.113549.1.1.11"), NULL) } as const;
/** What signs, always over SHA-256. */
export type SigningKind = keyof typeof SIGNED_WITH;
const COMMON_NAME = oid("2.5.4.3");
const ORGANIZATION = oid("2.5.4.10");

/** Who a certificate is of. */
export interface X509Name {
  readonly organization: string;
  readonly commonName: string;
}

const nameOf = ({ organization, commonName }: X509Name): Uint8Array =>
  sequence(set(sequence(ORGANIZATION, utf8(organization))), set(sequence(COMMON_NAME, utf8(commonName))));

const extension = (id: string, value: Uint8Array, isCritical = false): Uint8Array =>
  sequence(oid(id), ...(isCritical ? [isTrue] : []), octetString(value));

/** What a certificate says. Times are to the second. */
export interface CertificateBody {
  /** Up to 20 bytes, the first below 0x80. */
  readonly serial: Uint8Array;
  readonly issuer: X509Name;
  readonly subject: X509Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** 20 bytes that tell the key, and the issuer's. */
  readonly keyId: Uint8Array;
  readonly issuerKeyId: Uint8Array;
  /** `ca` signs others; `client` proves itself to a TLS server by this URI; for the key of `encryption` others seal keys. */
  readonly use: { readonly kind: "ca" | "encryption" } | { readonly kind: "client"; readonly uri: string };
  /** Of the issuer's key; ECDSA where it is not given. */
  readonly signedWith?: SigningKind;
}

// keyCertSign and cRLSign, digitalSignature, keyEncipherment: bits from the left
const KEY_USAGE = {
  ca: bitString(Uint8Array.from([0x06]), 1),
  client: bitString(Uint8Array.from([0x80]), 7),
  encryption: bitString(Uint8Array.from([0x20]), 5),
} as const;

const extensionsOf = ({ use, keyId, issuerKeyId }: CertificateBody): Uint8Array[] => {
  const isCa = use.kind === "ca";
  return [
    extension("2.5.29.19", isCa ? sequence(isTrue, integer(Uint8Array.from([0]))) : sequence(), true),
    extension("2.5.29.15", KEY_USAGE[use.kind], true),
    ...(use.kind === "client" ? [extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2")))] : []),
    extension("2.5.29.14", octetString(keyId)),
    extension("2.5.29.35", sequence(implicit(0, issuerKeyId))),
    ...(use.kind === "client"
      ? [extension("2.5.29.17", sequence(implicit(6, new TextEncoder().encode(use.uri))))]
      : []),
  ];
};

/** The part of a certificate that is signed. */
export const certificateBody = (body: CertificateBody): Uint8Array =>
  sequence(
    explicit(0, integer(Uint8Array.from([2]))),
    integer(body.serial),
    SIGNED_WITH[body.signedWith ?? "ecdsa"],
    nameOf(body.issuer),
    sequence(time(body.notBefore), time(body.notAfter)),
    nameOf(body.subject),
    body.publicKey,
    explicit(3, sequence(...extensionsOf(body))),
  );

/** The part of a request that is signed. */
export const requestBody = (subject: X509Name, publicKey: Uint8Array): Uint8Array =>
  sequence(integer(Uint8Array.from([0])), nameOf(subject), publicKey, explicit(0));

/** A certificate or request: its body with the signature (DER) over it. */
export const signedBy = (body: Uint8Array, signature: Uint8Array, signedWith: SigningKind = "ecdsa"): Uint8Array =>
  sequence(body, SIGNED_WITH[signedWith], bitString(signature));

/** What a request for a certificate holds; whether the signature is right is for the caller to see. */
export interface CertificateRequest {
  readonly body: Uint8Array;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

const bad = (detail: string): AppError =>
  new AppError("BAD_REQUEST", `This is no request for a certificate: ${detail}.`, { field: "csr" });

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * Reads a request (PKCS #10, DER) signed with ECDSA and SHA-256. Its subject and attributes are passed over: who it is for, the
 * credential says that brings it. Throws BAD_REQUEST.
 */
export const readRequest = (bytes: Uint8Array): CertificateRequest => {
  const [body, algorithm, signature, ...more] = readInside(bytes, TAG.sequence);
  if (body === undefined || algorithm === undefined || signature === undefined || more.length > 0) {
    throw bad("it has not three parts");
  }
  if (!isSame(algorithm.whole, ECDSA_SHA256)) throw bad("it is not signed with ECDSA and SHA-256");
  if (signature.tag !== TAG.bitString || signature.content[0] !== 0) throw bad("its signature has no whole bytes");
  const [version, subject, publicKey] = readInside(body.whole, TAG.sequence);
  if (version?.tag !== TAG.integer || subject?.tag !== TAG.sequence || publicKey?.tag !== TAG.sequence) {
    throw bad("its body is another");
  }
  return { body: body.whole, publicKey: publicKey.whole, signature: signature.content.subarray(1) };
};

/** Bytes as PEM. */
export const pemOf = (label: "CERTIFICATE" | "CERTIFICATE REQUEST", base64: string): string =>
  `-----BEGIN ${label}-----\n${base64.replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`;
