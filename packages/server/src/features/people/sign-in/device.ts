import { createHash, randomBytes } from "node:crypto";
import type { RequestContext } from "../../../platform/http/index.ts";

const DEVICE_COOKIE = "zt_device";
const SECONDS = 365 * 86_400;
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const SECRET_BYTES = 32;
/** Accounts that one browser is known to. */
const ACCOUNTS_MAX = 5;

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

const secretsOf = ({ cookies }: Pick<RequestContext, "cookies">): string[] =>
  (cookies[DEVICE_COOKIE] ?? "").split(".", ACCOUNTS_MAX).filter((one) => SECRET.test(one));

/** The hashes of the device secrets that a request shows; each is of one account, if of any. */
export const shownDevices = (context: Pick<RequestContext, "cookies">): Buffer[] => secretsOf(context).map(hashOf);

/**
 * The secret by which this browser is known to an account: the one of `deviceId` again, else a new one, so that nobody can make
 * somebody use a secret of his. With the Set-Cookie value that keeps it for a year, beside those of other accounts.
 */
export const deviceFor = (
  context: Pick<RequestContext, "cookies" | "secure">,
  deviceId: string | null,
): { hash: Buffer; cookie: string } => {
  const secrets = secretsOf(context);
  const own = secrets.find((one) => hashOf(one).toString("hex") === deviceId);
  const secret = own ?? randomBytes(SECRET_BYTES).toString("base64url");
  const kept = [secret, ...secrets.filter((one) => one !== secret)].slice(0, ACCOUNTS_MAX).join(".");
  const flags = `Path=/api/v1; HttpOnly; SameSite=Strict; Max-Age=${SECONDS}${context.secure ? "; Secure" : ""}`;
  return { hash: hashOf(secret), cookie: `${DEVICE_COOKIE}=${kept}; ${flags}` };
};
