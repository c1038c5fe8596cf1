import type { Protocol } from "../../platform/realtime/index.ts";
import { CLOSE, clientMessage, STREAM_PATH } from "./contract.ts";

export { drainOutbox, emit, emitAll, restoreHistory, sentAfter, sweepOutbox } from "./sql.ts";

/** What is said over the WebSocket. */
export const streamProtocol: Protocol = {
  path: STREAM_PATH,
  permission: "findings:read",
  clientMessage,
  close: CLOSE,
};
