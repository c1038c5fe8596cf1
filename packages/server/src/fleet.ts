import { messageOf } from "@zerotrace/core";
import { createPresence, type Presence } from "./features/agents/index.ts";
import { writeAudit } from "./features/audit/index.ts";
import { emit } from "./features/stream/index.ts";
import { type Authenticator, type Watch, watchCredentials } from "./platform/auth/index.ts";
import { connectClient, type Connections, type Database } from "./platform/db/index.ts";
import type { Logger } from "./platform/log/index.ts";

/** Who is alive, with the trail and the listeners that hear of what heartbeats reveal. */
export const createFleet = (
  { heartbeatSeconds }: { heartbeatSeconds: number },
  { db, log }: { db: Database; log: Logger },
): Presence =>
  createPresence({
    db,
    heartbeatSeconds,
    audit: async (tx, row) => {
      const fields = { "event.action": row.action, "organization.id": row.companyId, target: row.target };
      log.warn({ ...fields, "client.ip": row.ip, detail: row.detail }, "agent event");
      await writeAudit(tx, row);
    },
    onAgent: (tx, companyId, assetId, summary = {}) =>
      emit(tx, companyId, { channel: "asset_update", ids: [assetId], count: 1, summary }),
    onError: (error) => log.warn({ error: messageOf(error) }, "heartbeats were not written; trying again"),
  });

/** Hears of devices that were revoked or rotated anywhere, so that those that were proved need not be looked up each time. */
export const watchDevices = ({
  auth,
  log,
  connections,
}: {
  auth: Authenticator;
  log: Logger;
  connections: Connections;
}): Watch => {
  const watch = watchCredentials({
    connect: () => connectClient(connections.service),
    onChange: (credentialId) => auth.refresh(credentialId === "" ? null : credentialId),
    onGap: () => auth.refresh(null),
    onError: (detail) => log.warn({ detail }, "changes of credentials are not heard; asking each time meanwhile"),
  });
  auth.follow(watch.isListening);
  return watch;
};
