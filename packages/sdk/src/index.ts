export * from "@zerotrace/server/contract";
export { type Client, type ClientOptions, createClient, createRawClient, type RawClient } from "./client.ts";
export { ApiError } from "./errors.ts";
export { type RowOf } from "./pages.ts";
export { type Answer, type CallInput, type CallOptions, type Progress, type UploadBody, urlOf } from "./request.ts";
export { createSdk, type InputOf, type Listing, type Method, type Sdk } from "./sdk.ts";
export {
  backoffMs,
  openStream,
  type SocketClass,
  type SocketLike,
  type Stream,
  type StreamEvent,
  type StreamOptions,
  type StreamState,
} from "./stream.ts";
export { verifyWebhook, WebhookError, type WebhookHeaders, type WebhookMessage } from "./webhook.ts";
