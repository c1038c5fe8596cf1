import { Secret, TOTP } from "otpauth";

const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** Steps before and after the present one whose codes are taken: clocks differ, and typing takes time. */
const WINDOW_STEPS = 1;
const ISSUER = "ZeroTrace";
const CODE = /^\d{6}$/;

const of = (secret: string, label = ""): TOTP =>
  // what every authenticator app understands
  new TOTP({ issuer: ISSUER, label, secret, algorithm: "SHA1", digits: 6, period: PERIOD_SECONDS });

/** A new secret of 160 random bits in base32. */
export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** The address that an authenticator app reads off a QR code. */
export const totpUri = (secret: string, email: string): string => of(secret, email).toString();

/** The step of time that a code is of; null where it is of none near `now`. Spaces in the code do not matter. */
export const stepOf = (secret: string, code: string, now: Date): number | null => {
  const token = code.replaceAll(/\s/g, "");
  if (!CODE.test(token)) return null;
  const delta = of(secret).validate({ token, timestamp: now.getTime(), window: WINDOW_STEPS });
  return delta === null ? null : Math.floor(now.getTime() / 1000 / PERIOD_SECONDS) + delta;
};
