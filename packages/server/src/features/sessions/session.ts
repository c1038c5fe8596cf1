import { AppError } from "@zerotrace/core";
import { endedCookie, revokeCredential, tokenInForce, useCredential } from "../../platform/auth/index.ts";
import { type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { describeSession } from "./describe.ts";
import type { SessionDeps } from "./index.ts";
import { openSession } from "./open.ts";
import { endShown, sessionShownBy } from "./over.ts";
import { badSignInLink, parseSignInToken } from "./rules.ts";

/** Exchanges a link's token for a session cookie. The session holds what the link was made with. */
export const signIn = (): Endpoint =>
  implement(routes.signIn, {
    audit: "session.sign_in",
    run: async (context, { body }) => {
      const { db, now, userAgent } = context;
      const { companyId, hash } = parseSignInToken(body.token);
      const done = await db.withCompany(companyId, async (tx) => {
        const link = await useCredential(tx, companyId, "signin", hash, now);
        if (link === null) throw badSignInLink();
        const { subject, permissions, labels, personId, enrolledBy } = link;
        const token = enrolledBy === null ? null : await tokenInForce(tx, companyId, enrolledBy, now);
        if (enrolledBy !== null && token === null) throw badSignInLink();
        const whose = {
          companyId,
          subject,
          permissions,
          labels,
          method: "link" as const,
          ...(personId === null ? {} : { personId }),
          ...(enrolledBy === null ? {} : { enrolledBy }),
          endsBy: token?.expiresAt ?? null,
        };
        const session = await openSession(tx, context, whose);
        await context.record(tx, { companyId, actor: subject, target: session.id, detail: { userAgent } });
        return { ...whose, ...session };
      });
      await endShown(context, sessionShownBy(context));
      return reply({ headers: { "set-cookie": done.cookie }, body: await describeSession(db, done) });
    },
  });

/** Who calls, by session, API token or device credential. */
export const getSession = (): Endpoint =>
  implement(routes.getSession, {
    audit: "none",
    transaction: "none",
    run: ({ db, identity, expiresAt }) => describeSession(db, { ...identity, expiresAt }),
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
