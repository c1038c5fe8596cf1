import type { CacheProvider, Profile, SAML } from "@node-saml/node-saml";
import type { Claimed } from "./admit.ts";
import { addressesOf, samlKeys, type SsoDeps } from "./deps.ts";
import { groupsOf, refused } from "./rules.ts";
import { withDecrypted } from "./saml-decrypt.ts";
import type { SamlProvider } from "./sql.ts";
import { isRequestId, newRequestId } from "./transaction.ts";

/** By how much clocks may differ. */
const SKEW_MS = 60_000;
/** An assertion is taken within this time of its making. */
const ASSERTION_MS = 10 * 60_000;
/** The furthest that an assertion may say it is good: longer than that it would have to be remembered. */
const VALIDITY_MS = 24 * 3_600_000;
const EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/** No identity provider needs document types, comments or marked sections, and attacks on signatures are made of them. */
const FORBIDDEN = /<!/;
const MARKED = "the response has a document type, a comment or a marked section";
/** Signatures and digests by SHA-1 can be forged. */
const WEAK = /xmldsig#(?:rsa-sha1|dsa-sha1|hmac-sha1|sha1)\b|rsa-md5/i;

/** What an assertion said, and what must not be used again. */
export interface Asserted {
  readonly claimed: Claimed & { readonly email: string };
  readonly assertionId: string;
  readonly requestId: string;
  readonly until: Date;
}

interface Where {
  readonly companyId: number;
  readonly provider: SamlProvider;
  readonly now: Date;
}

const noCache: CacheProvider = {
  saveAsync: async (_, value) => ({ value, createdAt: Date.now() }),
  getAsync: async () => null,
  removeAsync: async () => null,
};

const partyOf = async (
  deps: SsoDeps,
  { companyId, provider, now }: Where,
  requestId: string | null,
  tells: { readonly isEncrypting?: boolean } = {},
): Promise<SAML> => {
  const saml = await import("@node-saml/node-saml");
  const { issuer, entryPoint, certificates, emailAttribute } = provider.config;
  const { acs, metadata } = addressesOf(deps.publicUrl(), companyId, provider.id);
  const cacheProvider: CacheProvider = {
    ...noCache,
    getAsync: async (id) =>
      (await isRequestId(deps, companyId, { providerId: provider.id, id, now })) ? now.toISOString() : null,
  };
  return new saml.SAML({
    callbackUrl: acs,
    issuer: metadata,
    audience: metadata,
    idpIssuer: issuer,
    idpCert: [...certificates],
    entryPoint,
    identifierFormat: emailAttribute === null ? EMAIL_FORMAT : null,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    disableRequestedAuthnContext: true,
    signatureAlgorithm: "sha256",
    validateInResponseTo: saml.ValidateInResponseTo.always,
    acceptedClockSkewMs: SKEW_MS,
    maxAssertionAgeMs: ASSERTION_MS,
    cacheProvider,
    ...(requestId === null ? {} : { generateUniqueId: () => requestId }),
    // the library only looks whether there is a key before it tells the certificate: it opens nothing
    ...(tells.isEncrypting ? { decryptionPvk: "-" } : {}),
  });
};

/** Where the browser goes with our request, and the request's id, by which the response is known. */
export const startSaml = async (deps: SsoDeps, where: Where): Promise<{ url: string; requestId: string }> => {
  const requestId = await newRequestId(deps, where.companyId, where.provider.id, where.now);
  const party = await partyOf(deps, where, requestId);
  return { url: await party.getAuthorizeUrlAsync("", undefined, {}), requestId };
};

/** Our metadata for the provider. */
export const ownMetadata = async (deps: SsoDeps, where: Where): Promise<string> => {
  const [certificate = null] = where.provider.config.ownCertificates ?? [];
  const party = await partyOf(deps, where, null, { isEncrypting: certificate !== null });
  return party.generateServiceProviderMetadata(certificate, null);
};

interface Element {
  readonly $?: Readonly<Record<string, string>>;
}
interface Assertion extends Element {
  readonly Subject?: readonly {
    readonly SubjectConfirmation?: readonly (Element & { readonly SubjectConfirmationData?: readonly Element[] })[];
  }[];
}

/** The one confirmation that is meant for us: by its bearer, at our address, as an answer to our request, for a while. */
const confirmationOf = (assertion: Assertion, acs: string): { requestId: string; until: Date } => {
  for (const { $, SubjectConfirmationData } of assertion.Subject?.[0]?.SubjectConfirmation ?? []) {
    const { Recipient, InResponseTo = "", NotOnOrAfter = "" } = SubjectConfirmationData?.[0]?.$ ?? {};
    const until = Date.parse(NotOnOrAfter);
    if ($?.["Method"] === BEARER && Recipient === acs && InResponseTo !== "" && !Number.isNaN(until)) {
      return { requestId: InResponseTo, until: new Date(until) };
    }
  }
  throw new Error("the assertion is not addressed to us as an answer");
};

const claimedBy = ({ config, mappings }: SamlProvider, profile: Profile): Asserted["claimed"] => {
  const attributes = (profile["attributes"] ?? {}) as Record<string, unknown>;
  const one = (name: string | null): string | null => {
    const value = name === null ? null : attributes[name];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === "string" ? first : null;
  };
  if (profile.nameIDFormat === TRANSIENT) throw new Error("the name id is another one each time");
  if (typeof profile.nameID !== "string" || profile.nameID === "") throw new Error("there is no name id");
  const groups = groupsOf(attributes[config.groupsAttribute]);
  const named = new Set(mappings.map(({ group }) => group));
  return {
    subject: profile.nameID,
    email: (config.emailAttribute === null ? profile.nameID : one(config.emailAttribute)) ?? "",
    name: one(config.nameAttribute),
    // only those that decide something: the rest does not have to go through the browser
    groups: groups?.filter((group) => named.has(group)) ?? null,
  };
};

/** The keys by which an encrypted assertion is opened; none are asked for where nothing is encrypted. */
const keysFor = async (deps: SsoDeps, { companyId, provider }: Where, xml: string): Promise<string[]> =>
  xml.includes("EncryptedAssertion")
    ? deps.db.withCompany(companyId, (tx) => samlKeys(deps, tx, companyId, provider))
    : [];

/**
 * What a provider's response proves. Throws UNAUTHENTICATED unless exactly one assertion is signed by one of the provider's
 * certificates, made by it, for us, now, and as an answer to a request of ours to this very provider.
 */
export const verifySaml = async (deps: SsoDeps, where: Where, encoded: string): Promise<Asserted> => {
  const { companyId, provider, now } = where;
  try {
    const sent = Buffer.from(encoded, "base64").toString("utf8");
    if (FORBIDDEN.test(sent)) throw new Error(MARKED);
    const xml = withDecrypted(sent, await keysFor(deps, where, sent));
    if (FORBIDDEN.test(xml)) throw new Error(MARKED);
    if (WEAK.test(xml)) throw new Error("the response is signed by SHA-1: have the provider use SHA-256");
    const party = await partyOf(deps, where, null);
    const response = xml === sent ? encoded : Buffer.from(xml).toString("base64");
    const { profile } = await party.validatePostResponseAsync({ SAMLResponse: response });
    if (profile === null) throw new Error("the response has no assertion");
    if (profile.issuer !== provider.config.issuer) throw new Error("the assertion is of another issuer");
    const assertion = (profile.getAssertion?.() ?? {})["Assertion"] as Assertion | undefined;
    const assertionId = assertion?.$?.["ID"];
    if (assertion === undefined || assertionId === undefined) throw new Error("the assertion has no id");
    const { requestId, until } = confirmationOf(assertion, addressesOf(deps.publicUrl(), companyId, provider.id).acs);
    if (until.getTime() > now.getTime() + VALIDITY_MS) throw new Error("the assertion is good for too long");
    if (!(await isRequestId(deps, companyId, { providerId: provider.id, id: requestId, now }))) {
      throw new Error("the assertion answers no request of ours");
    }
    const claimed = claimedBy(provider, profile);
    return { claimed, assertionId, requestId, until: new Date(until.getTime() + 2 * SKEW_MS) };
  } catch (cause) {
    throw refused(cause);
  }
};
