import { pemOf, requestBody, signedBy } from "@zerotrace/core/pki/x509";
import { generateKeyPairSync, sign } from "node:crypto";

/** A key that never leaves this machine, and the request to have it certified. */
export interface KeyRequest {
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** PKCS #10, DER in base64. */
  readonly csr: string;
}

/** Makes a new key of P-256 and the request for its certificate. */
export const newKeyRequest = (): KeyRequest => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const spki = publicKey.export({ type: "spki", format: "der" });
  // who it is for, the server takes from the credential
  const body = requestBody({ organization: "ZeroTrace", commonName: "agent" }, spki);
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    csr: Buffer.from(signedBy(body, sign("sha256", body, privateKey))).toString("base64"),
  };
};

/** What to keep of an answer: the key with its certificate, where the server gave one. */
export const certified = (
  { key }: KeyRequest,
  certificate: string | undefined,
): { tls?: { certificate: string; key: string } } =>
  certificate === undefined ? {} : { tls: { certificate: pemOf("CERTIFICATE", certificate), key } };
