import { AppError, type Permission } from "@zerotrace/core";
import { LRUCache } from "lru-cache";
import type { Database, Tx } from "../db/index.ts";
import { findByAccessToken } from "./access-token-sql.ts";
import { looksLikeAccessToken, type VerifyAccessToken } from "./access-token.ts";
import { checkOrigin, SESSION_COOKIE, SESSION_SECONDS, sessionCookie } from "./cookie.ts";
import type { Identity } from "./identity.ts";
import { callerKey, createLimiter } from "./limiter.ts";
import { findByFormerSecret } from "./overlap-sql.ts";
import { isInRanges } from "./ranges.ts";
import {
  type Credential,
  type FoundCredential,
  endFormerSecret,
  findCredential,
  findRotated,
  isCredentialAlive,
  OLD_SECRET_MS,
  rotateCredential,
  touchCredential,
} from "./sql.ts";
import { type CredentialKind, hashToken, newToken, parseToken } from "./token.ts";

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

/** What a person may do in a company at this moment. */
export interface Standing {
  readonly permissions: readonly Permission[];
  /** Null: every asset. */
  readonly labels: readonly string[] | null;
}

/** How long a session lasts, in ms. */
export interface SessionLimits {
  /** Without being used. */
  readonly idleMs: number;
  /** Used or not. */
  readonly absoluteMs: number;
}

export interface AuthenticatorOptions {
  readonly db: Database;
  readonly now?: () => Date;
  readonly publicUrl?: string;
  /** What a session's person may do; null where the person is no active member. */
  readonly standingOf?: (tx: Tx, companyId: number, personId: string) => Promise<Standing | null>;
  /** How long the sessions of a company last; a day unused and 30 days unless said. */
  readonly sessionLimitsOf?: (tx: Tx, companyId: number) => Promise<SessionLimits>;
  /** Verifies access tokens; without it none is taken. */
  readonly verifyAccessToken?: VerifyAccessToken;
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
const KNOWN_MS = 3_600_000;
const KNOWN_MAX = 20_000;
const TOUCH_MS = 60_000;
const ROTATE_MS = 15 * 60_000;
const LIMITS: SessionLimits = { idleMs: 24 * 3_600_000, absoluteMs: SESSION_SECONDS * 1000 };
const CLOSED_RETRY_SECONDS = 300;
const FAILURES = { burst: 20, perSecond: 1 / 3 };
const KIND = { session: "session", api: "api_token", workload: "api_token", device: "device" } as const;

type StandingOf = AuthenticatorOptions["standingOf"];

interface Known {
  credential: Credential;
  /** Of an access token; `credential` is then the API token's with what the access token narrows. */
  accessTokenId?: string;
  verifiedAt: number;
  /** Found by its former secret: it must not be rotated again by that one. */
  former: boolean;
  /** A device's new secret is in use, so its former one has ended. */
  confirms: boolean;
}

type PresentedSecret = NonNullable<ReturnType<typeof parseToken>> & {
  readonly kind: "session" | "api" | "device";
  readonly byCookie: boolean;
};
interface PresentedAccess {
  readonly kind: "access";
  readonly text: string;
  readonly hash: Buffer;
  readonly byCookie: false;
}
type Presented = PresentedSecret | PresentedAccess;

const refuse = (): never => {
  throw new AppError("UNAUTHENTICATED", "Sign in, or send a valid token as `Authorization: Bearer …`.");
};

/** An agent is told to come again: what it has seen waits on its disk, and nothing of it is lost when the company is resumed. */
const refuseClosed = (kind: CredentialKind): never => {
  if (kind !== "device") return refuse();
  const cause = { retryAfterSeconds: CLOSED_RETRY_SECONDS };
  throw new AppError("NOT_READY", "The company of this agent is suspended: come again later.", { cause });
};

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
  const token = parseToken(request.cookies[SESSION_COOKIE] ?? "");
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
  ...(c.personId === null ? {} : { personId: c.personId }),
  ...(c.method === null ? {} : { method: c.method }),
  ...(c.awaitsFactor ? { awaitsFactor: true } : {}),
  ...(c.assetId === null ? {} : { assetId: c.assetId }),
});

const tooOld = (c: Credential, now: number, { idleMs, absoluteMs }: SessionLimits): boolean =>
  now - c.createdAt.getTime() > absoluteMs || now - (c.lastUsedAt ?? c.createdAt).getTime() > idleMs;

/** A person's session holds what the person may do now, not what they might when they signed in. */
const asOfNow = async (tx: Tx, c: Credential, standingOf: StandingOf): Promise<Credential | null> => {
  if (c.personId === null) return c;
  const standing = (await standingOf?.(tx, c.companyId, c.personId)) ?? null;
  if (standing !== null && c.awaitsFactor) return { ...c, permissions: [], labels: [] };
  return standing && { ...c, ...standing };
};

/** Notes that a credential is used, at most once a minute. */
const touched = async <C extends Credential>(tx: Tx, credential: C, now: Date): Promise<C> => {
  if (now.getTime() - (credential.lastUsedAt?.getTime() ?? 0) < TOUCH_MS) return credential;
  await touchCredential(tx, credential.companyId, credential.id, now);
  return { ...credential, lastUsedAt: now };
};

/** The API token that a verified access token hangs on, with no more than the access token says. */
const lookUpAccess = async (
  { db, verifyAccessToken }: AuthenticatorOptions,
  token: PresentedAccess,
  now: Date,
): Promise<Known | null> => {
  const claims = (await verifyAccessToken?.(token.text, now)) ?? null;
  if (claims === null) return null;
  return db.withCompany(claims.companyId, async (tx) => {
    const found = await findByAccessToken(tx, claims.companyId, claims, now);
    if (found === null) return null;
    if (found.companyState !== "active") return refuseClosed(found.kind);
    const { permissions, expiresAt, ...rest } = await touched(tx, found, now);
    const credential = {
      ...rest,
      permissions: permissions.filter((one) => claims.permissions.includes(one)),
      expiresAt: expiresAt !== null && expiresAt < claims.until ? expiresAt : claims.until,
    };
    return { credential, accessTokenId: claims.id, verifiedAt: now.getTime(), former: false, confirms: false };
  });
};

/** The credential whose former secret this is, where that still holds. */
const findFormer = (tx: Tx, token: PresentedSecret, now: Date): Promise<FoundCredential | null> => {
  const { kind, companyId, hash } = token;
  if (kind === "api") return findByFormerSecret(tx, companyId, hash, now);
  return findRotated(tx, companyId, kind, hash, new Date(now.getTime() - OLD_SECRET_MS[kind]), now);
};

/** Looks a secret up; the company in the token scopes the look-up, so a forged one finds nothing. */
const lookUpSecret = (
  { db, standingOf, sessionLimitsOf }: AuthenticatorOptions,
  token: PresentedSecret,
  now: Date,
): Promise<Known | null> =>
  db.withCompany(token.companyId, async (tx) => {
    let found = await findCredential(tx, token.companyId, token.hash, now);
    let former = false;
    if (found === null) {
      found = await findFormer(tx, token, now);
      former = true;
    }
    if (found === null || found.kind !== token.kind) return null;
    if (token.kind === "session") {
      const limits = (await sessionLimitsOf?.(tx, token.companyId)) ?? LIMITS;
      if (tooOld(found, now.getTime(), limits)) return null;
    }
    if (found.companyState !== "active") return refuseClosed(found.kind);
    const credential = await asOfNow(tx, found, standingOf);
    if (credential === null) return null;
    const sinceRotation = now.getTime() - (credential.rotatedAt?.getTime() ?? -Infinity);
    const confirms = !former && token.kind === "device" && sinceRotation < OLD_SECRET_MS.device;
    if (confirms) await endFormerSecret(tx, token.companyId, credential.id);
    return { credential: await touched(tx, credential, now), verifiedAt: now.getTime(), former, confirms };
  });

/** Whose end ends what is known: the credential's, and of an access token its own. */
const idsOf = ({ credential, accessTokenId }: Known): string[] =>
  accessTokenId === undefined ? [credential.id] : [credential.id, accessTokenId];

const freshMs = (token: Presented, held: Known, isFollowing: boolean): number => {
  if (token.kind === "access") return ACCESS_FRESH_MS;
  return token.kind === "device" && !held.former && isFollowing ? DEVICE_FRESH_MS : FRESH_MS;
};

/** What was proved lately, by the hash of its secret. */
const createKnown = () => {
  const byHash = new LRUCache<string, Known>({
    max: KNOWN_MAX,
    ttl: KNOWN_MS,
    // one API token brings many access tokens over time
    dispose: (held, key) => {
      for (const id of idsOf(held)) hashesOf.get(id)?.delete(key);
    },
  });
  const hashesOf = new LRUCache<string, Set<string>>({ max: KNOWN_MAX });
  // a look-up that began before a revocation must not bring the credential back
  let epoch = 0;
  return {
    epoch: () => epoch,
    get: (key: string) => byHash.get(key),
    set: (key: string, found: Known): void => {
      byHash.set(key, found);
      for (const id of idsOf(found)) hashesOf.set(id, (hashesOf.get(id) ?? new Set()).add(key));
    },
    delete: (key: string): void => void byHash.delete(key),
    drop: (credentialId: string): void => {
      epoch += 1;
      for (const key of [...(hashesOf.get(credentialId) ?? [])]) byHash.delete(key);
      hashesOf.delete(credentialId);
    },
    clear: (): void => {
      epoch += 1;
      byHash.clear();
      hashesOf.clear();
    },
    /** The credentials of a company that were proved lately. */
    ofCompany: (companyId: number): string[] => {
      // a look-up of one that is not known yet and began before must not count either
      epoch += 1;
      return [...new Set([...byHash.values()].map(({ credential }) => credential))]
        .filter((one) => one.companyId === companyId)
        .map(({ id }) => id);
    },
  };
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
    isAlive: ({ companyId, credentialId, accessTokenId: id }) =>
      options.db.withCompany(companyId, async (tx) =>
        id === undefined
          ? isCredentialAlive(tx, companyId, credentialId, now())
          : (await findByAccessToken(tx, companyId, { id, credentialId }, now()))?.companyState === "active",
      ),
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
