import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { cookieIn, cookieLine } from "../../platform/auth/index.ts";
import type { RequestContext } from "../../platform/http/index.ts";
import type { SsoDeps } from "./deps.ts";
import { refused } from "./rules.ts";

/** A sign-in must be done within this time, milliseconds. */
export const SIGN_IN_MS = 10 * 60_000;
/** From a SAML response to the browser's next request, milliseconds. */
const TICKET_MS = 2 * 60_000;
const COOKIE = "zt_sso";
const COOKIE_CHARS_MAX = 4_000;
const PLACE = { table: "sso", column: "transaction" };
const TICKET_PLACE = { table: "sso", column: "ticket" };

const common = {
  providerId: z.uuid(),
  returnTo: z.string(),
  until: z.number(),
  /** The browser's session when it began, which ends: its cookie does not come along from the provider's page. */
  over: z.object({ companyId: z.number(), hash: z.string() }).nullable(),
};
const transaction = z.discriminatedUnion("kind", [
  z.object({
    ...common,
    kind: z.literal("oidc"),
    state: z.string(),
    nonce: z.string(),
    verifier: z.string(),
  }),
  z.object({
    ...common,
    kind: z.literal("saml"),
    requestId: z.string(),
  }),
]);
/** What a browser that began a sign-in keeps, sealed. */
export type Transaction = z.infer<typeof transaction>;

const ticket = z.object({
  requestId: z.string(),
  until: z.number(),
  subject: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  groups: z.array(z.string()).nullable(),
});
/** What a SAML response said, on its way through the browser, sealed. */
export type Ticket = z.infer<typeof ticket>;

const cookieOf = (value: string, maxAgeSeconds: number, secure: boolean): string =>
  cookieLine(COOKIE, value, { maxAgeSeconds, secure, sameSite: "Lax", path: "/api/v1/sso" });

/** The Set-Cookie value that ends a sign-in which is done. */
export const endedTransaction = (secure: boolean): string => cookieOf("", 0, secure);

/** The Set-Cookie value by which a browser is known when it comes back. */
export const transactionCookie = async (
  { db, keys }: SsoDeps,
  companyId: number,
  begun: Transaction,
  secure: boolean,
): Promise<string> => {
  const sealed = await db.withCompany(companyId, (tx) => keys.seal(tx, companyId, PLACE, JSON.stringify(begun)));
  return cookieOf(`${companyId}.${sealed}`, SIGN_IN_MS / 1000, secure);
};

/** The company and sealed text of `<company>.<sealed>`. Throws UNAUTHENTICATED for anything else. */
const partsOf = (text: string | undefined, charsMax: number): { companyId: number; sealed: string } => {
  const [, company = "", sealed = ""] =
    /^([1-9]\d{0,9})\.(sealed:\S+)$/.exec((text ?? "").length > charsMax ? "" : (text ?? "")) ?? [];
  const companyId = Number(company);
  if (!(companyId > 0 && companyId <= 2_147_483_647)) throw refused(new Error("no sign-in was begun in this browser"));
  return { companyId, sealed };
};

/** The sign-in that this browser began. Throws UNAUTHENTICATED where there is none, it is over or of the other kind. */
export const transactionOf = async <K extends Transaction["kind"]>(
  { db, keys }: SsoDeps,
  { cookies, now, secure }: Pick<RequestContext, "cookies" | "now" | "secure">,
  kind: K,
): Promise<{ companyId: number; begun: Extract<Transaction, { kind: K }> }> => {
  const { companyId, sealed } = partsOf(cookieIn(cookies, COOKIE, secure), COOKIE_CHARS_MAX);
  const text = await db
    .withCompany(companyId, (tx) => keys.open(tx, companyId, PLACE, sealed))
    .catch((cause: unknown) => Promise.reject(refused(cause)));
  const begun = transaction.parse(JSON.parse(text));
  if (begun.until <= now.getTime() || begun.kind !== kind) throw refused(new Error("the sign-in took too long"));
  return { companyId, begun: begun as Extract<Transaction, { kind: K }> };
};

/** A ticket as text: good for two minutes, in the browser that began alone. */
export const sealTicket = async (
  { db, keys }: SsoDeps,
  companyId: number,
  said: Omit<Ticket, "until">,
  now: Date,
): Promise<string> => {
  const text = JSON.stringify({ ...said, until: now.getTime() + TICKET_MS });
  return `${companyId}.${await db.withCompany(companyId, (tx) => keys.seal(tx, companyId, TICKET_PLACE, text))}`;
};

/** What a ticket says. Throws UNAUTHENTICATED for one of another company and one that is over. */
export const openTicket = async (
  { db, keys }: SsoDeps,
  companyId: number,
  text: string,
  now: Date,
): Promise<Ticket> => {
  const parts = partsOf(text, text.length);
  if (parts.companyId !== companyId) throw refused(new Error("the ticket is of another company"));
  const plain = await db
    .withCompany(companyId, (tx) => keys.open(tx, companyId, TICKET_PLACE, parts.sealed))
    .catch((cause: unknown) => Promise.reject(refused(cause)));
  const said = ticket.parse(JSON.parse(plain));
  if (said.until <= now.getTime()) throw refused(new Error("the ticket is over"));
  return said;
};

const REQUEST_PURPOSE = "sso request";
const REQUEST_ID = /^_(c-[0-9a-f]{16})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;
const macOf = (key: Buffer, providerId: string, rest: string): Buffer =>
  createHmac("sha256", key).update(`${providerId} ${rest}`).digest();

/**
 * The id of a request to a SAML provider, by which its response is known as an answer to us without our keeping a list: when it
 * ends, a random part, and a MAC under a key of the company.
 */
export const newRequestId = async (
  { db, keys }: SsoDeps,
  companyId: number,
  providerId: string,
  now: Date,
): Promise<string> => {
  const { keyId, bytes } = await db.withCompany(companyId, (tx) => keys.derive(tx, companyId, REQUEST_PURPOSE));
  const rest = `${(now.getTime() + SIGN_IN_MS).toString(36)}.${randomBytes(16).toString("base64url")}`;
  return `_${keyId}.${rest}.${macOf(bytes, providerId, rest).toString("base64url")}`;
};

/** Whether we made this id for this provider and its time is not over. */
export const isRequestId = async (
  { db, keys }: SsoDeps,
  companyId: number,
  { providerId, id, now }: { providerId: string; id: string; now: Date },
): Promise<boolean> => {
  const [, keyId, until = "", random = "", mac = ""] = REQUEST_ID.exec(id) ?? [];
  if (keyId === undefined || Number.parseInt(until, 36) <= now.getTime()) return false;
  const key = await db
    .withCompany(companyId, (tx) => keys.derive(tx, companyId, REQUEST_PURPOSE, keyId))
    .catch(() => null);
  const given = Buffer.from(mac, "base64url");
  const expected = key === null ? null : macOf(key.bytes, providerId, `${until}.${random}`);
  return expected !== null && given.length === expected.length && timingSafeEqual(given, expected);
};
