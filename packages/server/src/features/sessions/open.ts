import type { Permission } from "@zerotrace/core/schema";
import { insertCredential, newToken, sessionCookie, type SignInMethod } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { RequestContext } from "../../platform/http/index.ts";
import { sessionLimitsOf } from "./limits.ts";

/** Who gets a session and what it may do. */
export interface NewSession {
  readonly companyId: number;
  readonly subject: string;
  readonly method: SignInMethod;
  /** Of a person: what the membership gives is looked up at each use, and `permissions` is not read. */
  readonly personId?: string;
  readonly permissions?: readonly Permission[];
  readonly labels?: readonly string[] | null;
  /** It may set up a second factor and nothing else, until there is one. */
  readonly awaitsFactor?: boolean;
  /** The API token that made the link: the session ends with it. */
  readonly enrolledBy?: string;
  /** The session ends then at the latest; null or absent: by the other bounds. */
  readonly endsBy?: Date | null;
  /** The absolute end, in seconds from now; what the company decided unless said. */
  readonly lifeSeconds?: number;
}

/** Stores a session in the transaction of its company; `cookie` is the Set-Cookie value that the answer must carry. */
export const openSession = async (
  tx: Tx,
  context: Pick<RequestContext, "now" | "ip" | "userAgent" | "secure">,
  { permissions = [], lifeSeconds, endsBy = null, ...session }: NewSession,
): Promise<{ id: string; expiresAt: Date; cookie: string }> => {
  const { now, ip, userAgent, secure } = context;
  const lifeMs =
    lifeSeconds === undefined ? (await sessionLimitsOf(tx, session.companyId)).absoluteMs : lifeSeconds * 1000;
  const lastMs = Math.min(now.getTime() + lifeMs, endsBy?.getTime() ?? Number.POSITIVE_INFINITY);
  const expiresAt = new Date(lastMs);
  const { secret, hash } = newToken("session", session.companyId);
  const row = { ...session, kind: "session", hash, permissions, expiresAt, ip, userAgent } as const;
  const { id } = await insertCredential(tx, row);
  return { id, expiresAt, cookie: sessionCookie(secret, secure) };
};
