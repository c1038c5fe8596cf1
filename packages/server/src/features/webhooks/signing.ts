import { createHmac, randomBytes } from "node:crypto";

/** As Standard Webhooks asks for: 24 to 64 bytes. */
const SECRET_BYTES = 32;
const PREFIX = "whsec_";

/** A new secret in the form that receivers' libraries take. */
export const newSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64")}`;

/** Where the secrets of a webhook are sealed to. */
export const secretPlace = (webhookId: string) => ({ table: "webhook", column: "secret", row: webhookId });

/**
 * The headers of Standard Webhooks 1.0: a signature `v1,<base64>` for each secret over `id.timestamp.body` with HMAC-SHA256, the
 * timestamp in seconds.
 */
export const signedHeaders = (
  { id, body, nowMs }: { id: string; body: string; nowMs: number },
  secrets: readonly string[],
): Record<string, string> => {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatureOf = (secret: string): string => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  };
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": secrets.map(signatureOf).join(" "),
  };
};
