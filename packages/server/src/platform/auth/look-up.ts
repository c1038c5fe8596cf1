import { AppError, type Permission } from "@zerotrace/core";
import type { Database, Tx } from "../db/index.ts";
import { findByAccessToken } from "./access-token-sql.ts";
import type { VerifyAccessToken } from "./access-token.ts";
import { SESSION_SECONDS } from "./cookie.ts";
import { findByFormerSecret } from "./overlap-sql.ts";
import {
  type Credential,
  endFormerSecret,
  findCredential,
  findRotated,
  type FoundCredential,
  OLD_SECRET_MS,
  touchCredential,
} from "./sql.ts";
import type { CredentialKind, parseToken } from "./token.ts";

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

/** What a look-up asks besides the table of credentials. */
export interface LookUpOptions {
  readonly db: Database;
  /** What a session's person may do; null where the person is no active member. */
  readonly standingOf?: (tx: Tx, companyId: number, personId: string) => Promise<Standing | null>;
  /** How long the sessions of a company last; a day unused and 30 days unless said. */
  readonly sessionLimitsOf?: (tx: Tx, companyId: number) => Promise<SessionLimits>;
  /** Verifies access tokens; without it none is taken. */
  readonly verifyAccessToken?: VerifyAccessToken;
}

/** A credential that was proved. */
export interface Known {
  credential: Credential;
  /** Of an access token; `credential` is then the API token's with what the access token narrows. */
  accessTokenId?: string;
  verifiedAt: number;
  /** Found by its former secret: it must not be rotated again by that one. */
  former: boolean;
  /** A device's new secret is in use, so its former one has ended. */
  confirms: boolean;
}

/** A secret as a caller shows it. */
export type PresentedSecret = NonNullable<ReturnType<typeof parseToken>> & {
  readonly kind: "session" | "api" | "device";
  readonly byCookie: boolean;
};
/** An access token as a caller shows it. */
export interface PresentedAccess {
  readonly kind: "access";
  readonly text: string;
  readonly hash: Buffer;
  readonly byCookie: false;
}
export type Presented = PresentedSecret | PresentedAccess;

const TOUCH_MS = 60_000;
const LIMITS: SessionLimits = { idleMs: 24 * 3_600_000, absoluteMs: SESSION_SECONDS * 1000 };
const CLOSED_RETRY_SECONDS = 300;

type StandingOf = LookUpOptions["standingOf"];

/** The refusal of whatever is wrong with a credential: it must not help to guess. */
export const refuse = (): never => {
  throw new AppError("UNAUTHENTICATED", "Sign in, or send a valid token as `Authorization: Bearer …`.");
};

/** An agent is told to come again: what it has seen waits on its disk, and nothing of it is lost when the company is resumed. */
const refuseClosed = (kind: CredentialKind): never => {
  if (kind !== "device") return refuse();
  const cause = { retryAfterSeconds: CLOSED_RETRY_SECONDS };
  throw new AppError("NOT_READY", "The company of this agent is suspended: come again later.", { cause });
};

const tooOld = (c: Credential, now: number, { idleMs, absoluteMs }: SessionLimits): boolean =>
  now - c.createdAt.getTime() > absoluteMs || now - (c.lastUsedAt ?? c.createdAt).getTime() > idleMs;

/** A person's session holds what the person may do now, not what they might when they signed in. */
const asOfNow = async (tx: Tx, c: Credential, standingOf: StandingOf): Promise<Credential | null> => {
  // a token's person is who made it: it holds what it was given
  if (c.personId === null || c.kind !== "session") return c;
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
export const lookUpAccess = async (
  { db, verifyAccessToken }: LookUpOptions,
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
export const lookUpSecret = (
  { db, standingOf, sessionLimitsOf }: LookUpOptions,
  token: PresentedSecret,
  now: Date,
): Promise<Known | null> =>
  db.withCompanyPlanned(token.companyId, async (tx) => {
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
