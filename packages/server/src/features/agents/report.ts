import { AppError } from "@zerotrace/core";
import { newToken, rotateCredential } from "../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { AgentDeps } from "./index.ts";
import { noSuchAgent } from "./rules.ts";
import { activeAgent } from "./sql.ts";

/** Notes that the agent is alive and says whether an inventory is wanted. */
export const heartbeat = ({ presence, heartbeatSeconds, inventorySeconds }: AgentDeps): Endpoint =>
  implement(routes.heartbeat, {
    // a heartbeat proves nothing that the asset's last_seen_at does not say, and comes every few seconds
    audit: "none",
    isQuiet: true,
    transaction: "none",
    run: async ({ identity, ip, now }, { body }) => ({
      ...(await presence.beat(identity, body, { ip, now })),
      heartbeatSeconds,
      inventorySeconds,
    }),
  });

/**
 * Exchanges the device credential for a new one. The agent keeps its id; the old secret ends with the first use of the new
 * one, or after two minutes, so that an answer lost on the way locks nobody out.
 */
export const rotate = (deps: AgentDeps): Endpoint =>
  implement(routes.rotate, {
    audit: "agent.rotate",
    transaction: "none",
    run: async (context, { body }) => {
      const { db, identity, now } = context;
      const { companyId, credentialId } = identity;
      const fresh = await db.withCompany(companyId, async (tx) => {
        const agent = await activeAgent(tx, companyId, credentialId);
        if (agent === null) throw noSuchAgent();
        const { secret, hash } = newToken("device", companyId);
        const change = { id: credentialId, from: agent.hash, to: hash, now };
        if (!(await rotateCredential(tx, companyId, change))) {
          throw new AppError("CONFLICT", "The credential was just rotated or revoked by another request.");
        }
        await context.record(tx, { companyId, actor: identity.subject, target: credentialId });
        const certificate = await deps.certificates?.issue(tx, { companyId, agentId: credentialId }, body?.csr);
        return { credential: secret, ...(certificate === undefined ? {} : { certificate }) };
      });
      deps.forget(credentialId);
      return fresh;
    },
  });
