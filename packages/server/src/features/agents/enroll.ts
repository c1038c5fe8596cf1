import {
  countEnrolledBy,
  type Credential,
  insertCredential,
  isInRanges,
  newToken,
  revokeAssetCredentials,
  useCredential,
} from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { addLabels, upsertHost } from "../assets/index.ts";
import { routes } from "./contract.ts";
import type { AgentDeps } from "./index.ts";
import {
  badEnrollmentToken,
  DEVICE_PERMISSIONS,
  enrolledAlready,
  parseEnrollmentToken,
  tooManyAgents,
} from "./rules.ts";
import { otherAgentOf } from "./sql.ts";

/** Throws CONFLICT when as many agents as the token allows at one time are in force; its use holds a lock until the commit. */
const assertRoom = async (tx: Tx, { companyId, id, agentsMax }: Credential): Promise<void> => {
  if (agentsMax !== null && (await countEnrolledBy(tx, companyId, id)) >= agentsMax) throw tooManyAgents(agentsMax);
};

/**
 * Exchanges one use of an enrollment token for a device credential. A machine enrolled again keeps its asset and its
 * history; its former credentials end with the commit. Throws CONFLICT, and takes no use of the token, for a machine whose
 * agent is another than `formerAgentId`, unless it is to be replaced.
 */
export const enroll = (deps: AgentDeps): Endpoint =>
  implement(routes.enroll, {
    audit: "agent.enroll",
    run: async (context, { body }) => {
      const { db, now } = context;
      const { companyId, hash } = parseEnrollmentToken(body.token);
      const done = await db.withCompany(companyId, async (tx) => {
        const token = await useCredential(tx, companyId, "enrollment", hash, now);
        if (token === null || (token.ranges !== null && !isInRanges(context.ip, token.ranges)))
          throw badEnrollmentToken();
        const assetId = await upsertHost(tx, companyId, body.facts, body.agentVersion);
        if (body.replace !== true) {
          const other = await otherAgentOf(tx, companyId, assetId, body.formerAgentId ?? null);
          if (other !== null) throw enrolledAlready(other);
        }
        const replaced = await revokeAssetCredentials(tx, companyId, assetId, now);
        // to enroll a machine again takes no more room, also where more are here than were allowed since
        if (replaced.length === 0) await deps.mayEnroll?.(tx, companyId);
        await assertRoom(tx, token);
        await addLabels(tx, companyId, assetId, token.labels ?? []);
        const { secret, hash: deviceHash } = newToken("device", companyId);
        const device = await insertCredential(tx, {
          companyId,
          kind: "device",
          hash: deviceHash,
          subject: `agent:${body.facts.hostname}`,
          label: body.facts.hostname,
          permissions: DEVICE_PERMISSIONS,
          assetId,
          enrolledBy: token.id,
        });
        await context.record(tx, {
          companyId,
          actor: `enrollment:${token.label}`,
          target: device.id,
          detail: { assetId, hostname: body.facts.hostname, replaced, labels: token.labels ?? [] },
        });
        await deps.onAgent?.(tx, companyId, assetId);
        const certificate = await deps.certificates?.issue(tx, { companyId, agentId: device.id }, body.csr);
        return {
          agentId: device.id,
          assetId,
          credential: secret,
          replaced,
          ...(certificate === undefined ? {} : { certificate }),
        };
      });
      for (const id of done.replaced) deps.forget(id);
      const { replaced: _, ...answer } = done;
      return { ...answer, heartbeatSeconds: deps.heartbeatSeconds, inventorySeconds: deps.inventorySeconds };
    },
  });
