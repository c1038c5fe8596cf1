import { AppError } from "@zerotrace/core";
import {
  type Credential,
  lockApiToken,
  newToken,
  replaceApiSecret,
  revokeAccessTokensOf,
  revokeOpenedBy,
} from "../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { TokenDeps } from "./index.ts";
import { mustHoldAll } from "./rules.ts";

/** How long a token was made for, in ms; null where it never ends. */
const lifetimeMs = ({ expiresAt, rotatedAt, createdAt }: Credential): number | null =>
  expiresAt === null ? null : expiresAt.getTime() - (rotatedAt ?? createdAt).getTime();

const earlier = (a: Date, b: Date | null): Date => (b !== null && b < a ? b : a);

/** Gives an API token another secret. The former one works on within the overlap, and not beyond the end that it had. */
export const rotateToken = (deps: TokenDeps): Endpoint =>
  implement(routes.rotateToken, {
    audit: "token.rotate",
    transaction: "none",
    run: async (context, { params: { id }, body }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      const { secret, hash } = newToken("api", companyId);
      const after = (ms: number): Date => new Date(now.getTime() + ms);
      const { sessions, ...ends } = await db.withCompany(companyId, async (tx) => {
        const token = await lockApiToken(tx, companyId, id, now);
        if (token === null) throw new AppError("NOT_FOUND", "There is no API token in force with this id.");
        mustHoldAll(token, identity.permissions);
        const lastsMs = body.expiresInSeconds === undefined ? lifetimeMs(token) : body.expiresInSeconds * 1000;
        const expiresAt = lastsMs === null ? null : after(lastsMs);
        const overlapMs = body.overlapSeconds * 1000;
        const formerUntil = overlapMs === 0 ? null : earlier(after(overlapMs), token.expiresAt);
        await replaceApiSecret(tx, companyId, { id, hash, now, formerUntil, expiresAt });
        // without an overlap the secret may be in other hands, and so may what it was exchanged for, or opened by links
        if (formerUntil === null) await revokeAccessTokensOf(tx, companyId, id, now);
        const opened = formerUntil === null ? await revokeOpenedBy(tx, companyId, id, now) : [];
        const told = { expiresAt: expiresAt?.toISOString() ?? null, formerUntil: formerUntil?.toISOString() ?? null };
        const before = { expiresAt: token.expiresAt };
        await context.record(tx, { companyId, actor, target: id, detail: { label: token.label }, before, after: told });
        return { ...told, sessions: opened };
      });
      for (const ended of [id, ...sessions]) deps.forget(ended);
      return { id, secret, ...ends };
    },
  });
