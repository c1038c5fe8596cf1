import { createHash, randomBytes } from "node:crypto";

/** Codes of one set. */
export const RECOVERY_CODES = 10;
const LETTERS = 16;
const GROUP = 4;
/** Crockford's base32: nothing that looks like something else. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const newCode = (): string => {
  const letters = [...randomBytes(LETTERS)].map((byte) => ALPHABET[byte & 31]).join("");
  return Array.from({ length: LETTERS / GROUP }, (_, i) => letters.slice(i * GROUP, (i + 1) * GROUP)).join("-");
};

/** What is stored of a code, however it was written: 80 random bits need no slow hash. */
export const recoveryHash = (code: string): Buffer => {
  const letters = code.toLowerCase().replaceAll(/[\s-]/g, "").replaceAll("o", "0").replaceAll(/[il]/g, "1");
  return createHash("sha256").update(letters).digest();
};

/** A new set, to be shown once, and what to store of it. */
export const newRecoveryCodes = (): { codes: string[]; hashes: Buffer[] } => {
  const codes = Array.from({ length: RECOVERY_CODES }, newCode);
  return { codes, hashes: codes.map(recoveryHash) };
};
