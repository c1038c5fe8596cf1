import { createHash, createPrivateKey, createSign, randomUUID } from "node:crypto";
import { inflateRawSync } from "node:zlib";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
const MINUTE_MS = 60_000;

/** What an assertion of the tests says; what is left out is as it should be. */
export interface Said {
  readonly issuer: string;
  readonly audience: string;
  readonly recipient: string;
  readonly inResponseTo: string;
  readonly nameId: string;
  readonly groups: readonly string[];
  readonly id: string;
  /** Relative to now, milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly issuedMs: number;
  readonly nameIdFormat: string;
}

const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
const attribute = (name: string, values: readonly string[]): string =>
  `<saml:Attribute Name="${name}">${values.map((v) => `<saml:AttributeValue>${v}</saml:AttributeValue>`).join("")}</saml:Attribute>`;

/** An assertion in the very form that exclusive canonicalization gives it, so that a test can sign it without a library. */
export const assertionOf = (said: Said): string =>
  `<saml:Assertion xmlns:saml="${ASSERTION}" ID="${said.id}" IssueInstant="${at(said.issuedMs)}" Version="2.0">` +
  `<saml:Issuer>${said.issuer}</saml:Issuer>` +
  `<saml:Subject><saml:NameID Format="${said.nameIdFormat}">${said.nameId}</saml:NameID>` +
  `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData` +
  ` InResponseTo="${said.inResponseTo}" NotOnOrAfter="${at(said.untilMs)}" Recipient="${said.recipient}">` +
  `</saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
  `<saml:Conditions NotBefore="${at(said.fromMs)}" NotOnOrAfter="${at(said.untilMs)}">` +
  `<saml:AudienceRestriction><saml:Audience>${said.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
  `<saml:AttributeStatement>${attribute("groups", said.groups)}${attribute("name", ["Ann Example"])}</saml:AttributeStatement>` +
  `</saml:Assertion>`;

/** The assertion with a signature of it inside, behind its issuer. */
export const signed = (assertion: string, key: string, algorithm: "sha1" | "sha256" = "sha256"): string => {
  const id = /ID="([^"]+)"/.exec(assertion)?.[1] ?? "";
  const isWeak = algorithm === "sha1";
  const digestMethod = isWeak ? `${DSIG}sha1` : "http://www.w3.org/2001/04/xmlenc#sha256";
  const signatureMethod = isWeak ? `${DSIG}rsa-sha1` : "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  const digest = createHash(algorithm).update(assertion).digest("base64");
  const info = (xmlns: string): string =>
    `<ds:SignedInfo${xmlns}><ds:CanonicalizationMethod Algorithm="${C14N}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${signatureMethod}"></ds:SignatureMethod><ds:Reference URI="#${id}"><ds:Transforms>` +
    `<ds:Transform Algorithm="${DSIG}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${C14N}"></ds:Transform>` +
    `</ds:Transforms><ds:DigestMethod Algorithm="${digestMethod}"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const value = createSign(algorithm)
    .update(info(` xmlns:ds="${DSIG}"`))
    .sign(createPrivateKey(key), "base64");
  const signature = `<ds:Signature xmlns:ds="${DSIG}">${info("")}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
  return assertion.replace("</saml:Issuer>", `</saml:Issuer>${signature}`);
};

/** A response around something, as a form carries it. */
export const responseOf = (inner: string, said: Pick<Said, "issuer" | "recipient" | "inResponseTo">): string =>
  Buffer.from(
    `<samlp:Response xmlns:samlp="${PROTOCOL}" ID="_${randomUUID()}" InResponseTo="${said.inResponseTo}" Version="2.0"` +
      ` IssueInstant="${at(0)}" Destination="${said.recipient}"><saml:Issuer xmlns:saml="${ASSERTION}">${said.issuer}</saml:Issuer>` +
      `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>` +
      `${inner}</samlp:Response>`,
  ).toString("base64");

/** What is said when nothing is wrong. */
export const saidBy = (
  issuer: string,
  to: { acs: string; entityId: string; requestId: string },
  over: Partial<Said> = {},
): Said => ({
  issuer,
  audience: to.entityId,
  recipient: to.acs,
  inResponseTo: to.requestId,
  nameId: "ann@corp.example",
  nameIdFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  groups: ["ops"],
  id: `_${randomUUID()}`,
  fromMs: -MINUTE_MS,
  untilMs: 5 * MINUTE_MS,
  issuedMs: 0,
  ...over,
});

/** The request in the address that a browser is sent to. */
export const requestIn = (location: string): { xml: string; id: string } => {
  const encoded = new URL(location).searchParams.get("SAMLRequest") ?? "";
  const xml = inflateRawSync(Buffer.from(encoded, "base64")).toString();
  return { xml, id: / ID="([^"]+)"/.exec(xml)?.[1] ?? "" };
};
