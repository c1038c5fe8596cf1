import { XmlReader } from "@zerotrace/core/xml";
import { X509Certificate } from "node:crypto";

/** What a SAML identity provider publishes of itself. */
export interface IdpMetadata {
  readonly issuer: string;
  /** Where it takes requests by redirect. */
  readonly entryPoint: string;
  /** Base64, those for signing. */
  readonly certificates: readonly string[];
}

const LIMITS = { maxDepth: 16, maxTagChars: 16 * 1024, maxTags: 2_000 };
const CERTIFICATES_MAX = 4;
const REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** Reads an identity provider's metadata. Throws Error that says what is missing. */
export const readIdpMetadata = (xml: string): IdpMetadata => {
  const path: string[] = [];
  const certificates: string[] = [];
  let issuer = "";
  let entryPoint = "";
  let isSigning = true;
  const inIdp = (): boolean => path.includes("IDPSSODescriptor");
  const reader = new XmlReader(
    {
      open: (name, attributes) => {
        const local = localName(name);
        path.push(local);
        if (local === "EntityDescriptor") {
          if (issuer !== "") throw new Error("it describes several entities: give that of one");
          issuer = attributes.get("entityID") ?? "";
        }
        if (local === "KeyDescriptor") isSigning = attributes.get("use") !== "encryption";
        if (local === "SingleSignOnService" && inIdp() && attributes.get("Binding") === REDIRECT) {
          entryPoint ||= attributes.get("Location") ?? "";
        }
        if (local === "X509Certificate" && inIdp() && isSigning) certificates.push("");
      },
      text: (text) => {
        const at = certificates.length - 1;
        if (path.at(-1) === "X509Certificate" && inIdp() && isSigning) certificates[at] += text.replaceAll(/\s+/g, "");
      },
      close: () => void path.pop(),
    },
    LIMITS,
  );
  reader.push(xml);
  reader.finish();
  if (issuer === "") throw new Error("it has no entityID");
  if (entryPoint === "") throw new Error("it has no SingleSignOnService by HTTP-Redirect");
  const distinct = [...new Set(certificates)].filter((one) => one !== "").slice(0, CERTIFICATES_MAX);
  if (distinct.length === 0) throw new Error("it has no certificate for signing");
  return { issuer, entryPoint, certificates: distinct };
};

/** A certificate as PEM, from PEM or its base64 alone. */
export const pemOf = (certificate: string): string => {
  if (certificate.includes("-----BEGIN CERTIFICATE-----")) return certificate.trim();
  const lines = certificate.replaceAll(/\s+/g, "").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"].join("\n");
};

/** A certificate's parts. Throws Error for what is none and for a key that can be forged. */
export const certificateOf = (certificate: string): { fingerprint: string; until: Date } => {
  const { fingerprint256, validTo, publicKey } = new X509Certificate(pemOf(certificate));
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type !== "rsa")
    throw new Error(`its key is of the type ${type}, and signatures in SAML are verified with RSA only`);
  if ((details?.modulusLength ?? 0) < 2048) throw new Error("its key has less than 2048 bits");
  return { fingerprint: fingerprint256, until: new Date(validTo) };
};
