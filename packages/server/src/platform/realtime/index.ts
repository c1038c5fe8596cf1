export { type HubEvent, SLOW_BYTES } from "./client.ts";
export { createHub, type Hub, type HubOptions, type Protocol } from "./hub.ts";
export {
  type ListenConnection,
  type Notifier,
  type NotifierOptions,
  OUTBOX_CHANNEL,
  type OutboxEvent,
  startNotifier,
} from "./outbox.ts";
