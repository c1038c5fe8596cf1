import { hash, randomBytes } from "node:crypto";

/** What a secret is for; its letter is in the token. */
export const CREDENTIAL_KINDS = {
  session: "s",
  signin: "l",
  api: "a",
  device: "d",
  enrollment: "e",
  invitation: "i",
} as const;
export type CredentialKind = keyof typeof CREDENTIAL_KINDS;

const SECRET_BYTES = 32;
const COMPANY_ID_MAX = 2_147_483_647;
const FORM = /^zt_([sladei])_([1-9a-z][0-9a-z]{0,5})_([A-Za-z0-9_-]{43})$/;
const kindOfLetter = new Map<string, CredentialKind>(
  Object.entries(CREDENTIAL_KINDS).map(([kind, letter]) => [letter, kind as CredentialKind]),
);

/** SHA-256 of the whole token: 256 random bits need no slow hash. */
export const hashToken = (text: string): Buffer => hash("sha256", text, "buffer");

/** A new secret, to be shown once, and the hash to store. The company is in the text, so that a look-up is scoped by it. */
export const newToken = (kind: CredentialKind, companyId: number): { secret: string; hash: Buffer } => {
  const random = randomBytes(SECRET_BYTES).toString("base64url");
  const secret = `zt_${CREDENTIAL_KINDS[kind]}_${companyId.toString(36)}_${random}`;
  return { secret, hash: hashToken(secret) };
};

/** The parts of a token, or null when the text is not one. Says nothing about whether it is valid. */
export const parseToken = (text: string): { kind: CredentialKind; companyId: number; hash: Buffer } | null => {
  const parts = FORM.exec(text);
  const kind = kindOfLetter.get(parts?.[1] ?? "");
  const companyId = Number.parseInt(parts?.[2] ?? "", 36);
  if (!kind || !(companyId <= COMPANY_ID_MAX)) return null;
  return { kind, companyId, hash: hashToken(text) };
};
