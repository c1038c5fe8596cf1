import { insertAccessToken } from "../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { AccessTokens } from "./index.ts";
import { mint } from "./mint.ts";
import { endOf, mustBeApiToken, narrowed } from "./rules.ts";

/** Exchanges an API token for an access token. */
export const issueAccessToken = ({ keys, issuer }: AccessTokens): Endpoint =>
  implement(routes.issueAccessToken, {
    audit: "access_token.create",
    transaction: "none",
    run: async (context, { body }) => {
      const { db, identity, now, expiresAt } = context;
      mustBeApiToken(identity);
      const { companyId, subject: actor, credentialId, labels } = identity;
      const permissions = narrowed(body.permissions, identity.permissions);
      const audience = body.audience ?? issuer;
      const endsAt = endOf(now, body.expiresInSeconds, expiresAt);
      const { id, text } = await mint(keys, issuer, {
        companyId,
        credentialId,
        permissions,
        labels,
        audience,
        now,
        endsAt,
      });
      await db.withCompany(companyId, async (tx) => {
        await insertAccessToken(tx, companyId, { id, credentialId, audience, endsAt });
        const detail = { tokenId: credentialId, audience, permissions, expiresAt: endsAt.toISOString() };
        await context.record(tx, { companyId, actor, target: id, detail });
      });
      return { accessToken: text, tokenType: "Bearer" as const, id, expiresAt: endsAt.toISOString(), permissions };
    },
  });
