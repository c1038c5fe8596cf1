import { AppError } from "@zerotrace/core";
import { z } from "zod";
import {
  type Credential,
  type CredentialKind,
  listCredentials,
  revokeCredential,
  revokeEnrolledBy,
  revokeOpenedBy,
} from "../../platform/auth/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { routes } from "./contract.ts";
import type { TokenDeps } from "./index.ts";
import { endsSoon } from "./rules.ts";
import { agentCounts, countEndingSoon, countTokens } from "./sql.ts";

const TOKEN_KINDS: readonly CredentialKind[] = ["enrollment", "api"];
/** Hosts that the trail names when their agents are revoked with their token. */
const HOSTS_TOLD_MAX = 100;
const createdAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const toRow = (c: Credential, agentCount: number, now: Date) => ({
  id: c.id,
  kind: c.kind as "enrollment" | "api",
  label: c.label,
  permissions: [...c.permissions],
  createdAt: c.createdAt.toISOString(),
  expiresAt: c.expiresAt?.toISOString() ?? null,
  usesLeft: c.usesLeft,
  lastUsedAt: c.lastUsedAt?.toISOString() ?? null,
  revokedAt: c.revokedAt?.toISOString() ?? null,
  rotatedAt: c.rotatedAt?.toISOString() ?? null,
  formerUntil: c.previousUntil !== null && c.previousUntil > now ? c.previousUntil.toISOString() : null,
  endsSoon: endsSoon(c, now),
  ranges: c.kind === "api" && c.ranges !== null ? [...c.ranges] : null,
  enrollment:
    c.kind === "enrollment"
      ? {
          labels: [...(c.labels ?? [])],
          agentsMax: c.agentsMax,
          agentCount,
          ranges: c.ranges === null ? null : [...c.ranges],
        }
      : null,
});

/** Enrollment and API tokens, newest first. */
export const listTokens = (): Endpoint =>
  implement(routes.listTokens, {
    audit: "none",
    run: async ({ tx, now, identity: { companyId } }, { query }) => {
      const at = query.cursor === undefined ? null : decodeCursor(query.cursor, createdAndId);
      const rows = await listCredentials(tx, companyId, TOKEN_KINDS, {
        limit: query.limit + 1,
        ...(at === null ? {} : { after: { createdAt: new Date(at[0]), id: at[1] } }),
      });
      const count = await countTokens(tx, companyId);
      const agents = await agentCounts(
        tx,
        companyId,
        rows.map((row) => row.id),
      );
      const show = (c: Credential) => toRow(c, agents.get(c.id) ?? 0, now);
      const shown = pageOf(rows, query.limit, count, show, (c) => [c.createdAt.toISOString(), c.id]);
      return { ...shown, endsSoonCount: await countEndingSoon(tx, companyId, now) };
    },
  });

/**
 * Revokes a token, and the sessions that its sign-in links opened; what was enrolled with it stays enrolled unless that is to be revoked
 * too.
 */
export const revokeToken = (deps: TokenDeps): Endpoint =>
  implement(routes.revokeToken, {
    audit: "token.revoke",
    transaction: "none",
    run: async (context, { params, query }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      const ended = await db.withCompany(companyId, async (tx) => {
        const revoked = await revokeCredential(tx, companyId, params.id, TOKEN_KINDS, now);
        if (revoked === null)
          throw new AppError("NOT_FOUND", "There is no token with this id that is not revoked yet.");
        const opened = revoked.kind === "api" ? await revokeOpenedBy(tx, companyId, params.id, now) : [];
        const enrolled = query.agents === "revoke" ? await revokeEnrolledBy(tx, companyId, params.id, now) : [];
        const { kind, label, permissions, expiresAt, revokedAt } = revoked;
        const before = { kind, label, permissions, expiresAt, revokedAt: null };
        const change = { before, after: { ...before, revokedAt } };
        const hosts = enrolled.slice(0, HOSTS_TOLD_MAX).map((agent) => agent.label);
        const detail = { kind, label, ...(query.agents === "revoke" ? { agents: enrolled.length, hosts } : {}) };
        await context.record(tx, { companyId, actor, target: params.id, detail, ...change });
        const assetIds = enrolled.flatMap((agent) => agent.assetId ?? []);
        if (assetIds.length > 0) await deps.onAgents?.(tx, companyId, assetIds);
        return { agents: enrolled, sessions: opened };
      });
      for (const id of [params.id, ...ended.sessions, ...ended.agents.map((agent) => agent.id)]) deps.forget(id);
      return { agentsRevoked: ended.agents.length };
    },
  });
