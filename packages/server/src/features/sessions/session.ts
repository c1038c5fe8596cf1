import { AppError } from "@zerotrace/core";
import {
  endedCookie,
  insertCredential,
  newToken,
  revokeCredential,
  SESSION_SECONDS,
  sessionCookie,
  useCredential,
} from "../../platform/auth/index.ts";
import { type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { SessionDeps } from "./index.ts";
import { badSignInLink, parseSignInToken } from "./rules.ts";
import { companyName } from "./sql.ts";

/** Exchanges a link's token for a session cookie. The session holds what the link was made with. */
export const signIn = (): Endpoint =>
  implement(routes.signIn, {
    audit: "session.sign_in",
    run: async (context, { body }) => {
      const { db, now, secure, userAgent } = context;
      const { companyId, hash } = parseSignInToken(body.token);
      const expiresAt = new Date(now.getTime() + SESSION_SECONDS * 1000);
      return db.withCompany(companyId, async (tx) => {
        const link = await useCredential(tx, companyId, "signin", hash, now);
        if (link === null) throw badSignInLink();
        const { subject, permissions } = link;
        const { secret, hash: sessionHash } = newToken("session", companyId);
        const session = await insertCredential(tx, {
          companyId,
          kind: "session",
          hash: sessionHash,
          subject,
          permissions,
          expiresAt,
        });
        await context.record(tx, { companyId, actor: subject, target: session.id, detail: { userAgent } });
        return reply({
          headers: { "set-cookie": sessionCookie(secret, secure) },
          body: {
            companyId,
            companyName: await companyName(tx, companyId),
            subject,
            permissions: [...permissions],
            expiresAt: expiresAt.toISOString(),
          },
        });
      });
    },
  });

/** Who calls, by session, API token or device credential. */
export const getSession = (): Endpoint =>
  implement(routes.getSession, {
    audit: "none",
    run: async ({ tx, identity, expiresAt }) => ({
      companyId: identity.companyId,
      companyName: await companyName(tx, identity.companyId),
      subject: identity.subject,
      permissions: [...identity.permissions],
      expiresAt: expiresAt?.toISOString() ?? null,
    }),
  });

/** Ends the caller's session everywhere and takes its cookie away. */
export const signOut = (deps: SessionDeps): Endpoint =>
  implement(routes.signOut, {
    audit: "session.sign_out",
    transaction: "none",
    run: async (context) => {
      const { db, identity, now, secure } = context;
      const { companyId, credentialId, subject: actor } = identity;
      if (identity.kind !== "session") {
        throw new AppError("BAD_REQUEST", "Only a session can be signed out: revoke a token under /api/v1/tokens.");
      }
      await db.withCompany(companyId, async (tx) => {
        await revokeCredential(tx, companyId, credentialId, ["session"], now);
        await context.record(tx, { companyId, actor, target: credentialId });
      });
      deps.forget(credentialId);
      return reply({ headers: { "set-cookie": endedCookie(secure) }, body: {} });
    },
  });
