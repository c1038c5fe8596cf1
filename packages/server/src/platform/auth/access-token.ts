import { type CryptoKey, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from "jose";
import { z } from "zod";

/** How access tokens may be signed. */
export const JWT_ALGORITHMS = ["EdDSA", "RS256", "HS256"] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** Longest access token that is looked at, in characters. */
export const ACCESS_TOKEN_CHARS_MAX = 8192;
/** How far the clocks of our processes may differ, in seconds. */
export const LEEWAY_SECONDS = 30;
/** What the header of an access token calls itself (RFC 9068): another kind of token of the same key is none. */
export const ACCESS_TOKEN_TYPE = "at+jwt";

/** A key by which tokens are verified: it says by which algorithm, and no token does. */
export interface VerifyingKey {
  readonly algorithm: JwtAlgorithm;
  /** The public half; of HS256 the secret. */
  readonly key: CryptoKey | Uint8Array;
}

/** What a verified access token says. */
export interface AccessClaims {
  readonly companyId: number;
  /** The API token that it was got for. */
  readonly credentialId: string;
  /** The id of the access token itself (`jti`). */
  readonly id: string;
  readonly permissions: readonly string[];
  /** Until when it is taken, leeway included. */
  readonly until: Date;
}

/** The claims of an access token that is good at `now`; null for any other text. Throws when keys cannot be read. */
export type VerifyAccessToken = (text: string, now: Date) => Promise<AccessClaims | null>;

const COMPANY_ID_MAX = 2_147_483_647;
const PERMISSIONS_MAX = 256;
const FORM = /^eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
const company = z.number().int().min(1).max(COMPANY_ID_MAX);
const claims = z.object({
  company,
  client_id: z.uuid(),
  jti: z.uuid(),
  exp: z.number(),
  permissions: z.array(z.string().max(64)).max(PERMISSIONS_MAX),
});

/** Whether a text has the form of an access token. Says nothing about whether it is valid. */
export const looksLikeAccessToken = (text: string): boolean =>
  text.startsWith("eyJ") && text.length <= ACCESS_TOKEN_CHARS_MAX && FORM.test(text);

/** The key id and algorithm that a token names; null where it names none, or one of a form that ours never have. */
const headerOf = (text: string): { kid: string; alg: string } | null => {
  try {
    const { kid, alg } = decodeProtectedHeader(text);
    return typeof kid === "string" && KEY_ID.test(kid) && typeof alg === "string" ? { kid, alg } : null;
  } catch {
    return null;
  }
};

/** The company that an access token names, unproved; null for none. */
export const companyNamedBy = (text: string): number | null => {
  if (!looksLikeAccessToken(text)) return null;
  try {
    return company.safeParse(decodeJwt(text)["company"]).data ?? null;
  } catch {
    return null;
  }
};

/**
 * Verifies access tokens of this issuer for this audience. The algorithm is the key's: a token that names another is refused, so
 * that none is signed with what is public. Times have a leeway of 30 s.
 */
export const createAccessTokenVerifier =
  (options: {
    /** The key of an id that may still verify; null for none. */
    readonly keyOf: (id: string, now: Date) => Promise<VerifyingKey | null>;
    readonly issuer: string;
    readonly audience: string;
  }): VerifyAccessToken =>
  async (text, now) => {
    const header = looksLikeAccessToken(text) ? headerOf(text) : null;
    if (header === null) return null;
    const found = await options.keyOf(header.kid, now);
    if (found === null || found.algorithm !== header.alg) return null;
    try {
      const { payload } = await jwtVerify(text, found.key, {
        algorithms: [found.algorithm],
        issuer: options.issuer,
        audience: options.audience,
        typ: ACCESS_TOKEN_TYPE,
        currentDate: now,
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ["exp", "nbf", "iat", "jti", "sub"],
      });
      const read = claims.safeParse(payload);
      if (!read.success) return null;
      const { client_id: credentialId, jti: id, permissions, exp } = read.data;
      const until = new Date((exp + LEEWAY_SECONDS) * 1000);
      return { companyId: read.data.company, credentialId, id, permissions, until };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  };
