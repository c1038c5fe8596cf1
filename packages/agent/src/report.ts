import { ApiError, contract } from "@zerotrace/sdk";
import { acknowledgedBy, bodyOf, type InventoryBody, type Snapshot, snapshotOfFull } from "./inventory-body.ts";
import type { Spool } from "./spool.ts";
import type { AgentState } from "./state.ts";
import { isAway, type Transport } from "./transport.ts";

/** Where the agent tells what it does. */
export type AgentLog = (
  level: "info" | "warn" | "error",
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** What one delivery did. */
export interface Report {
  readonly takenAt: string;
  readonly componentCount: number;
  /** How each source was sent. */
  readonly sent: Readonly<Record<string, "same" | "delta" | "full" | "unreadable">>;
}

const reportOf = (snapshot: Snapshot, body: InventoryBody): Report => ({
  takenAt: snapshot.takenAt,
  componentCount: snapshot.sources.reduce((sum, s) => sum + ("components" in s ? s.components.length : 0), 0),
  sent: Object.fromEntries(body.sources.map((s) => [s.source, s.kind])),
});

/**
 * Sends a snapshot: digests first, then only what changed; in full when the server says that it holds something else.
 * Remembers it as acknowledged after the server's 202. Throws ApiError.
 */
export const report = async (transport: Transport, state: AgentState, snapshot: Snapshot): Promise<Report> => {
  const acknowledged = await state.acknowledged();
  const digests = Object.fromEntries(snapshot.sources.flatMap((s) => ("digest" in s ? [[s.source, s.digest]] : [])));
  const { held } = await transport.call(contract.inventory.compareDigests, { body: { digests } });
  let body = bodyOf(snapshot, held, acknowledged);
  try {
    await transport.putInventory(body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    body = bodyOf(snapshot, null, {});
    await transport.putInventory(body);
  }
  await state.saveAcknowledged(acknowledgedBy(snapshot, acknowledged));
  return reportOf(snapshot, body);
};

/** Keeps a snapshot on disk until the server is back. */
export const keepForLater = async (spool: Spool, snapshot: Snapshot, log: AgentLog): Promise<void> => {
  const droppedCount = await spool.put(bodyOf(snapshot, null, {}));
  log("warn", "Inventory kept on disk until the server answers", { spooled: await spool.count() });
  if (droppedCount > 0) log("warn", "The spool was full: the oldest inventories were dropped", { droppedCount });
};

/** Delivers what waits on disk, oldest first. One that the server can never take is dropped and said so. Throws ApiError. */
export const deliverSpool = async (
  transport: Transport,
  state: AgentState,
  spool: Spool,
  log: AgentLog,
): Promise<Report[]> => {
  const reports: Report[] = [];
  for (let waiting = await spool.oldest(); waiting !== null; waiting = await spool.oldest()) {
    const snapshot = snapshotOfFull(waiting.body);
    try {
      await transport.putInventory(waiting.body);
      await state.saveAcknowledged(acknowledgedBy(snapshot, await state.acknowledged()));
      reports.push(reportOf(snapshot, waiting.body));
      log("info", "Inventory delivered late", { takenAt: snapshot.takenAt });
    } catch (error) {
      if (!(error instanceof ApiError) || isAway(error) || error.status === 401 || error.status === 403) throw error;
      log("error", "The server refused an inventory from the spool; it was dropped", {
        takenAt: snapshot.takenAt,
        code: error.code,
        detail: error.message,
      });
    }
    await spool.remove(waiting.name);
  }
  return reports;
};
