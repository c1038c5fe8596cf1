import type { Tx } from "../../platform/db/index.ts";
import type { Endpoint } from "../../platform/http/index.ts";
import type { Certificates } from "./certificates.ts";
import { enroll } from "./enroll.ts";
import { listAgents, requestInventory, revokeAgent } from "./manage.ts";
import type { Presence } from "./presence.ts";
import { heartbeat, rotate } from "./report.ts";

export { type AgentTls, createCertificates, type Certificates } from "./certificates.ts";
export { createPresence, type Presence } from "./presence.ts";
export { offlineAfterSeconds } from "./rules.ts";

export interface AgentDeps {
  readonly heartbeatSeconds: number;
  readonly inventorySeconds: number;
  readonly presence: Presence;
  /** Signs agents' certificates; without it they get none. */
  readonly certificates?: Certificates;
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
  /** Whether the company may have one more agent; throws QUOTA_EXCEEDED where not. */
  readonly mayEnroll?: (tx: Tx, companyId: number) => Promise<void>;
  /** An agent was enrolled or revoked; runs in the same transaction, so that an outbox row is committed with it. */
  readonly onAgent?: (tx: Tx, companyId: number, assetId: string) => Promise<void>;
}

/** The routes by which agents enroll and report themselves, and people look after them. */
export const agentRoutes = (deps: AgentDeps): Endpoint[] => [
  enroll(deps),
  heartbeat(deps),
  rotate(deps),
  listAgents(deps),
  revokeAgent(deps),
  requestInventory(deps),
];
