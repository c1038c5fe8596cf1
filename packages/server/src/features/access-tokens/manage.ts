import { AppError } from "@zerotrace/core";
import { z } from "zod";
import {
  countAccessTokens,
  type IssuedToken,
  listAccessTokens as listIssued,
  revokeAccessToken as revokeIssued,
} from "../../platform/auth/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { COUNT_LIMIT, pageOf } from "../assets/index.ts";
import { routes } from "./contract.ts";

const createdAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const toRow = ({ id, credentialId: tokenId, label, audience, createdAt, endsAt }: IssuedToken) => ({
  id,
  tokenId,
  label,
  audience,
  createdAt: createdAt.toISOString(),
  expiresAt: endsAt.toISOString(),
});

/** Access tokens in force, newest first. */
export const listAccessTokens = (): Endpoint =>
  implement(routes.listAccessTokens, {
    audit: "none",
    run: async ({ tx, now, identity: { companyId } }, { query }) => {
      const at = query.cursor === undefined ? null : decodeCursor(query.cursor, createdAndId);
      const rows = await listIssued(tx, companyId, now, {
        limit: query.limit + 1,
        ...(at === null ? {} : { after: { createdAt: new Date(at[0]), id: at[1] } }),
      });
      const count = await countAccessTokens(tx, companyId, now, COUNT_LIMIT);
      return pageOf(rows, query.limit, count, toRow, (row) => [row.createdAt.toISOString(), row.id]);
    },
  });

/** Revokes one access token. */
export const revokeAccessToken = (forget: (id: string) => void): Endpoint =>
  implement(routes.revokeAccessToken, {
    audit: "access_token.revoke",
    transaction: "none",
    run: async (context, { params: { jti } }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      await db.withCompany(companyId, async (tx) => {
        const revoked = await revokeIssued(tx, companyId, jti, now);
        if (revoked === null) throw new AppError("NOT_FOUND", "There is no access token in force with this id.");
        const { credentialId: tokenId, audience, endsAt } = revoked;
        const before = { tokenId, audience, expiresAt: endsAt.toISOString() };
        await context.record(tx, { companyId, actor, target: jti, detail: { tokenId }, before });
      });
      forget(jti);
      return {};
    },
  });
