import { createHash, randomBytes } from "node:crypto";
import { cookieIn, cookieLine } from "../../../platform/auth/index.ts";
import type { RequestContext } from "../../../platform/http/index.ts";

const DEVICE_COOKIE = "zt_device";
const SECONDS = 365 * 86_400;
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const SECRET_BYTES = 32;
/** Accounts that one browser is known to. */
const ACCOUNTS_MAX = 5;

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

type Caller = Pick<RequestContext, "cookies" | "secure">;

const secretsOf = ({ cookies, secure }: Caller): string[] =>
  (cookieIn(cookies, DEVICE_COOKIE, secure) ?? "").split(".", ACCOUNTS_MAX).filter((one) => SECRET.test(one));

/** The hashes of the device secrets that a request shows; each is of one account, if of any. */
export const shownDevices = (context: Caller): Buffer[] => secretsOf(context).map(hashOf);

/**
 * The secret by which this browser is known to an account: the one of `deviceId` again, else a new one, so that nobody can make
 * somebody use a secret of his. With the Set-Cookie value that keeps it for a year, beside those of other accounts.
 */
export const deviceFor = (context: Caller, deviceId: string | null): { hash: Buffer; cookie: string } => {
  const secrets = secretsOf(context);
  const own = secrets.find((one) => hashOf(one).toString("hex") === deviceId);
  const secret = own ?? randomBytes(SECRET_BYTES).toString("base64url");
  const kept = [secret, ...secrets.filter((one) => one !== secret)].slice(0, ACCOUNTS_MAX).join(".");
  const life = { maxAgeSeconds: SECONDS, secure: context.secure, path: "/api/v1" };
  return { hash: hashOf(secret), cookie: cookieLine(DEVICE_COOKIE, kept, life) };
};
