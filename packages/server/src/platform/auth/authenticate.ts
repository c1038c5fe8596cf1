import type { Database } from "../db/index.ts";
import { checkOrigin, sessionCookie, shownSession } from "./cookie.ts";
import { findByAccessToken } from "./access-token-sql.ts";
import { looksLikeAccessToken } from "./access-token.ts";
import type { Identity } from "./identity.ts";
import { createKnown } from "./known.ts";
import { callerKey, createLimiter } from "./limiter.ts";
import {
  type Known,
  type LookUpOptions,
  lookUpAccess,
  lookUpSecret,
  type Presented,
  type PresentedSecret,
  refuse,
} from "./look-up.ts";
import { isInRanges } from "./ranges.ts";
import { isCredentialAlive, rotateCredential } from "./sql.ts";
import { hashToken, newToken, parseToken } from "./token.ts";

/** What is known about a request before it is trusted. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  readonly ip: string;
  readonly host: string;
  /** Changes state, or opens a stream: a cookie then needs our own origin. */
  readonly guarded: boolean;
  readonly secure: boolean;
  /** Whether an answer can carry a new cookie; an upgrade to WebSocket cannot. */
  readonly mayRotate: boolean;
}

export interface Authenticated {
  readonly identity: Identity;
  readonly expiresAt: Date | null;
  /** A new session secret that the answer must carry. */
  readonly setCookie?: string;
}

export interface AuthenticatorOptions extends LookUpOptions {
  readonly now?: () => Date;
  readonly publicUrl?: string;
}

export interface Authenticator {
  /** Proves who calls. Throws UNAUTHENTICATED, FORBIDDEN (foreign origin) or RATE_LIMITED (too many failures). */
  authenticate(request: Credentials): Promise<Authenticated>;
  /** Makes a revocation felt at once in this process; other processes notice within two seconds. */
  forget(credentialId: string): void;
  /** The same for every credential of a company that was suspended or is to be deleted. */
  forgetCompany(companyId: number): void;
  /** Asks again for a device that another process changed; null for all of them. */
  refresh(credentialId: string | null): void;
  /** From now on a device that was proved is trusted for a quarter of an hour while this says that changes are heard. */
  follow(isListening: () => boolean): void;
  /** Calls back on each `forget`; answers how to stop that. */
  onForget(listener: (credentialId: string) => void): () => void;
  /** Whether a credential that was proved before is still in force: for connections that stay open. */
  isAlive(identity: Identity): Promise<boolean>;
}

const FRESH_MS = 2_000;
/** Of an access token, whose end must be felt within a second even while changes are not heard. */
const ACCESS_FRESH_MS = 1_000;
const DEVICE_FRESH_MS = 15 * 60_000;
const ROTATE_MS = 15 * 60_000;
const FAILURES = { burst: 20, perSecond: 1 / 3 };
const KIND = { session: "session", api: "api_token", device: "device" } as const;

const presented = (request: Credentials): Presented | null => {
  const { authorization } = request.headers;
  const bearer = typeof authorization === "string" ? /^Bearer +(\S+)$/i.exec(authorization)?.[1] : undefined;
  if (authorization !== undefined) {
    if (bearer !== undefined && looksLikeAccessToken(bearer)) {
      return { kind: "access", text: bearer, hash: hashToken(bearer), byCookie: false };
    }
    const token = parseToken(bearer ?? "");
    return token && (token.kind === "api" || token.kind === "device")
      ? { ...token, kind: token.kind, byCookie: false }
      : null;
  }
  const token = parseToken(shownSession(request.cookies, request.secure) ?? "");
  return token?.kind === "session" ? { ...token, kind: token.kind, byCookie: true } : null;
};

const identityOf = ({ credential: c, accessTokenId }: Known): Identity => ({
  kind: KIND[c.kind as keyof typeof KIND],
  companyId: c.companyId,
  subject: c.subject,
  permissions: c.permissions,
  credentialId: c.id,
  labels: c.labels,
  ...(accessTokenId === undefined ? {} : { accessTokenId }),
  ...(c.personId === null || c.kind !== "session" ? {} : { personId: c.personId }),
  ...(c.method === null ? {} : { method: c.method }),
  ...(c.awaitsFactor ? { awaitsFactor: true } : {}),
  ...(c.assetId === null ? {} : { assetId: c.assetId }),
});

const freshMs = (token: Presented, held: Known, isFollowing: boolean): number => {
  if (token.kind === "access") return ACCESS_FRESH_MS;
  return token.kind === "device" && !held.former && isFollowing ? DEVICE_FRESH_MS : FRESH_MS;
};

const isAlive = (db: Database, identity: Identity, now: Date): Promise<boolean> => {
  const { companyId, credentialId, accessTokenId: id } = identity;
  if (id === undefined) return isCredentialAlive(db, companyId, credentialId, now);
  return db.withCompany(companyId, async (tx) => {
    return (await findByAccessToken(tx, companyId, { id, credentialId }, now))?.companyState === "active";
  });
};

/**
 * Verifies credentials against the `credential` table; a verified one is trusted for two seconds without asking again, a device's
 * longer while changes are heard.
 */
export const createAuthenticator = (options: AuthenticatorOptions): Authenticator => {
  const now = options.now ?? (() => new Date());
  const known = createKnown();
  const listeners = new Set<(credentialId: string) => void>();
  const failures = createLimiter({ ...FAILURES, now: () => now().getTime() });

  let isFollowing = (): boolean => false;

  const verify = async (token: Presented, ip: string): Promise<Known> => {
    const key = token.hash.toString("base64");
    const held = known.get(key);
    const at = now();
    const expired = held?.credential.expiresAt ? held.credential.expiresAt <= at : false;
    if (held && !expired && at.getTime() - held.verifiedAt < freshMs(token, held, isFollowing())) return held;
    // one wrong caller behind a shared address must not lock out those who were right before
    if (!held) failures.check(callerKey(ip));
    const before = known.epoch();
    const found = await (token.kind === "access" ? lookUpAccess(options, token, at) : lookUpSecret(options, token, at));
    if (!found) {
      known.delete(key);
      failures.take(callerKey(ip));
      return refuse();
    }
    const isCurrent = before === known.epoch();
    // once the new secret is in use, a former one that was just proved counts no more
    if (found.confirms) known.drop(found.credential.id);
    if (isCurrent) known.set(key, found);
    return found;
  };

  const rotate = async (token: PresentedSecret, entry: Known, secure: boolean): Promise<string | undefined> => {
    const { credential } = entry;
    const at = now();
    if (entry.former || at.getTime() - (credential.rotatedAt ?? credential.createdAt).getTime() < ROTATE_MS)
      return undefined;
    const { companyId, id } = credential;
    const next = newToken("session", companyId);
    const change = { id, from: token.hash, to: next.hash, now: at };
    const done = await options.db.withCompany(companyId, (tx) => rotateCredential(tx, companyId, change));
    known.delete(token.hash.toString("base64"));
    return done ? sessionCookie(next.secret, secure) : undefined;
  };

  const forget = (credentialId: string): void => {
    known.drop(credentialId);
    for (const listener of listeners) listener(credentialId);
  };
  return {
    authenticate: async (request) => {
      const token = presented(request) ?? refuse();
      if (token.byCookie && request.guarded) checkOrigin({ ...request, publicUrl: options.publicUrl });
      const entry = await verify(token, request.ip);
      const { ranges } = entry.credential;
      // a secret that came into other hands is of no use to them elsewhere
      if (ranges !== null && !isInRanges(request.ip, ranges)) return refuse();
      const setCookie = token.byCookie && request.mayRotate ? await rotate(token, entry, request.secure) : undefined;
      return {
        identity: identityOf(entry),
        expiresAt: entry.credential.expiresAt,
        ...(setCookie === undefined ? {} : { setCookie }),
      };
    },
    isAlive: (identity) => isAlive(options.db, identity, now()),
    refresh: (credentialId) => (credentialId === null ? known.clear() : known.drop(credentialId)),
    follow: (isListening) => {
      isFollowing = isListening;
    },
    onForget: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    forget,
    forgetCompany: (companyId) => {
      for (const id of known.ofCompany(companyId)) forget(id);
    },
  };
};
