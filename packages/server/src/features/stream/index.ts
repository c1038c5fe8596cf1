import type { Protocol } from "../../platform/realtime/index.ts";
import { CLOSE, clientMessage, STREAM_PATH, STREAM_PROTOCOL, TOKEN_PROTOCOL } from "./contract.ts";

export { drainOutbox, emit, emitAll, restoreHistory, sentAfter, sweepOutbox } from "./sql.ts";

/** What is said over the WebSocket. */
export const streamProtocol: Protocol = {
  path: STREAM_PATH,
  permission: "findings:read",
  name: STREAM_PROTOCOL,
  tokenPrefix: TOKEN_PROTOCOL,
  clientMessage,
  close: CLOSE,
};
