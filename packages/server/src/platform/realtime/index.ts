export { SLOW_BYTES } from "./client.ts";
export { createHistory, type History, HISTORY_MS, type HubEvent, type SentEvent } from "./history.ts";
export { createHub, type Hub, type HubOptions, type Protocol } from "./hub.ts";
export {
  type ListenConnection,
  type Notifier,
  type NotifierOptions,
  OUTBOX_CHANNEL,
  type OutboxEvent,
  startNotifier,
} from "./outbox.ts";
