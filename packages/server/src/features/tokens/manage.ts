import { AppError } from "@zerotrace/core";
import { z } from "zod";
import { type Credential, type CredentialKind, listCredentials, revokeCredential } from "../../platform/auth/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { routes } from "./contract.ts";
import type { TokenDeps } from "./index.ts";
import { countTokens } from "./sql.ts";

const TOKEN_KINDS: readonly CredentialKind[] = ["enrollment", "api"];
const createdAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const toRow = (c: Credential) => ({
  id: c.id,
  kind: c.kind as "enrollment" | "api",
  label: c.label,
  permissions: [...c.permissions],
  createdAt: c.createdAt.toISOString(),
  expiresAt: c.expiresAt?.toISOString() ?? null,
  usesLeft: c.usesLeft,
  lastUsedAt: c.lastUsedAt?.toISOString() ?? null,
  revokedAt: c.revokedAt?.toISOString() ?? null,
});

/** Enrollment and API tokens, newest first. */
export const listTokens = (): Endpoint =>
  implement(routes.listTokens, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { query }) => {
      const at = query.cursor === undefined ? null : decodeCursor(query.cursor, createdAndId);
      const rows = await listCredentials(tx, companyId, TOKEN_KINDS, {
        limit: query.limit + 1,
        ...(at === null ? {} : { after: { createdAt: new Date(at[0]), id: at[1] } }),
      });
      const count = await countTokens(tx, companyId);
      return pageOf(rows, query.limit, count, toRow, (c) => [c.createdAt.toISOString(), c.id]);
    },
  });

/** Revokes a token; what was enrolled with it stays enrolled. */
export const revokeToken = (deps: TokenDeps): Endpoint =>
  implement(routes.revokeToken, {
    audit: "token.revoke",
    transaction: "none",
    run: async (context, { params }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      await db.withCompany(companyId, async (tx) => {
        const revoked = await revokeCredential(tx, companyId, params.id, TOKEN_KINDS, now);
        if (revoked === null)
          throw new AppError("NOT_FOUND", "There is no token with this id that is not revoked yet.");
        const { kind, label, permissions, expiresAt, revokedAt } = revoked;
        const before = { kind, label, permissions, expiresAt, revokedAt: null };
        const change = { before, after: { ...before, revokedAt } };
        await context.record(tx, { companyId, actor, target: params.id, detail: { kind, label }, ...change });
      });
      deps.forget(params.id);
      return {};
    },
  });
