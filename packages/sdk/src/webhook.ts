/** Headers of a request: an object of Node, one of fetch, or a plain record. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A message that is not what the server sent: `reason` says which check it failed. */
export class WebhookError extends Error {
  readonly reason: "headers" | "secret" | "timestamp" | "signature" | "body";

  constructor(reason: WebhookError["reason"], message: string) {
    super(message);
    this.name = "WebhookError";
    this.reason = reason;
  }
}

/** What a webhook is told. `id` is the same each time that a message is sent: keep it, and leave out what came before. */
export interface WebhookMessage {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Seconds by which the clocks may differ, and after which a message that was caught is worth nothing. */
const TOLERANCE_SECONDS = 300;
const PREFIX = "whsec_";
/** Signatures of one message that are looked at (count). */
const SIGNATURES_MAX = 10;

const headerOf = (headers: WebhookHeaders, name: string): string => {
  const found =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  if (typeof found === "string" && found !== "") return found;
  throw new WebhookError("headers", `The header ${name} is missing.`);
};

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | null => {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
};

const timeOf = (timestamp: string, nowMs: number): void => {
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (Math.abs(nowMs / 1000 - seconds) <= TOLERANCE_SECONDS) return;
  throw new WebhookError("timestamp", "The message is too old, or a clock is wrong.");
};

const messageOf = (id: string, text: string): WebhookMessage => {
  try {
    const { type, timestamp, data } = JSON.parse(text) as WebhookMessage;
    return { id, type, timestamp, data };
  } catch {
    throw new WebhookError("body", "The body is no JSON.");
  }
};

/**
 * Verifies a message of a webhook and answers what it says. `body` is the body as it came, before anything parsed it. Works in
 * browsers, Node and workers; compares in constant time; takes a message for five minutes around its timestamp. Throws WebhookError.
 */
export const verifyWebhook = async (
  secret: string,
  headers: WebhookHeaders,
  body: string | Uint8Array,
  nowMs: number = Date.now(),
): Promise<WebhookMessage> => {
  const [id, timestamp] = [headerOf(headers, "webhook-id"), headerOf(headers, "webhook-timestamp")];
  const signatures = headerOf(headers, "webhook-signature").split(" ").slice(0, SIGNATURES_MAX);
  timeOf(timestamp, nowMs);
  const raw = secret.startsWith(PREFIX) ? bytesOf(secret.slice(PREFIX.length)) : null;
  if (raw === null || raw.length === 0) throw new WebhookError("secret", `The secret is not ${PREFIX} and base64.`);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  for (const signature of signatures) {
    const bytes = signature.startsWith("v1,") ? bytesOf(signature.slice(3)) : null;
    if (bytes !== null && (await crypto.subtle.verify("HMAC", key, bytes, signed))) return messageOf(id, text);
  }
  throw new WebhookError("signature", "No signature is of this secret over this body.");
};
