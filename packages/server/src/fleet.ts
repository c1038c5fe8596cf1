import { messageOf } from "@zerotrace/core";
import { createPresence, type Presence } from "./features/agents/index.ts";
import { writeAudit } from "./features/audit/index.ts";
import { emit } from "./features/stream/index.ts";
import type { Database } from "./platform/db/index.ts";
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
