import { z } from "zod";
import { revokeCredential } from "../../platform/auth/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { pageOf, wantInventory } from "../assets/index.ts";
import { routes } from "./contract.ts";
import type { AgentDeps } from "./index.ts";
import { cloneAdvice, noSuchAgent, offlineAfterSeconds } from "./rules.ts";
import { activeAgent, type AgentRecord, agentsPage, countAgents } from "./sql.ts";

const toRow = (row: AgentRecord) => ({
  id: row.id,
  assetId: row.assetId,
  hostname: row.hostname,
  os: row.os,
  agentVersion: row.agentVersion,
  online: row.online,
  enrolledAt: row.enrolledAt.toISOString(),
  lastSeenAt: row.lastSeenAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
  labels: row.labels,
  restoredAt: row.restoredAt?.toISOString() ?? null,
  clone:
    row.clonedAt === null || row.clone === null
      ? null
      : {
          at: row.clonedAt.toISOString(),
          holders: row.clone.map(({ hostname, ip, seenAt }) => ({ hostname, ip, seenAt })),
          advice: cloneAdvice(row.clone),
        },
});
const seenAndId = z.tuple([z.iso.datetime(), z.uuid()]);

/** Agents, last seen first. */
export const listAgents = (deps: AgentDeps): Endpoint =>
  implement(routes.listAgents, {
    audit: "none",
    transaction: "planned",
    run: async ({ tx, identity: { companyId } }, { query }) => {
      const rows = await agentsPage(tx, companyId, {
        limit: query.limit + 1,
        after: query.cursor === undefined ? null : decodeCursor(query.cursor, seenAndId),
        offlineAfterSeconds: offlineAfterSeconds(deps.heartbeatSeconds),
      });
      const count = await countAgents(tx, companyId);
      return pageOf(rows, query.limit, count, toRow, (row) => [row.seenKey, row.assetId]);
    },
  });

/** Revokes an agent's credential; the asset and its findings stay. */
export const revokeAgent = (deps: AgentDeps): Endpoint =>
  implement(routes.revokeAgent, {
    audit: "agent.revoke",
    transaction: "none",
    run: async (context, { params }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      await db.withCompany(companyId, async (tx) => {
        const revoked = await revokeCredential(tx, companyId, params.id, ["device"], now);
        if (revoked === null) throw noSuchAgent();
        const { label: hostname, assetId, revokedAt } = revoked;
        const change = { before: { hostname, assetId, revokedAt: null }, after: { hostname, assetId, revokedAt } };
        await context.record(tx, { companyId, actor, target: params.id, detail: { hostname }, ...change });
        if (revoked.assetId !== null) await deps.onAgent?.(tx, companyId, revoked.assetId);
      });
      deps.forget(params.id);
      return {};
    },
  });

/** Asks an agent for an inventory with its next heartbeat. */
export const requestInventory = ({ presence }: AgentDeps): Endpoint =>
  implement(routes.requestInventory, {
    audit: "agent.request_inventory",
    transaction: "none",
    run: async (context, { params }) => {
      const { db, identity } = context;
      const { companyId, subject: actor } = identity;
      const assetId = await db.withCompany(companyId, async (tx) => {
        const agent = await activeAgent(tx, companyId, params.id);
        if (agent === null || !(await wantInventory(tx, companyId, agent.assetId))) throw noSuchAgent();
        await context.record(tx, { companyId, actor, target: params.id });
        return agent.assetId;
      });
      presence.want(assetId, true);
      return {};
    },
  });
