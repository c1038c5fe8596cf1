import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { verifyWebhook, type WebhookHeaders } from "./webhook.ts";

const NOW = 1_700_000_000_000;
const SECRET = `whsec_${Buffer.from("a secret of thirty-two bytes....").toString("base64")}`;
const OTHER = `whsec_${Buffer.from("another one").toString("base64")}`;
const BODY = JSON.stringify({ type: "ping", timestamp: "2023-11-14T22:13:20.000Z", data: { name: "ü" } });

const sign = (secret: string, at = NOW / 1000, body = BODY): string =>
  `v1,${createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
    .update(`msg_1.${at}.${body}`)
    .digest("base64")}`;
const headersOf = (signature: string, at = NOW / 1000): Record<string, string> => ({
  "Webhook-Id": "msg_1",
  "Webhook-Timestamp": String(at),
  "Webhook-Signature": signature,
});
const verify = (headers: WebhookHeaders, body: string | Uint8Array = BODY) => verifyWebhook(SECRET, headers, body, NOW);

test("a message is taken whose signature is of the secret, among several, from text or bytes, from headers of any kind", async () => {
  const headers = headersOf(`v1a,xx ${sign(OTHER)} ${sign(SECRET)}`);
  const message = { id: "msg_1", type: "ping", data: { name: "ü" } };
  expect(await verify(headers)).toMatchObject(message);
  expect(await verify(new Headers(headers), Buffer.from(BODY))).toMatchObject(message);
});

test("the example of Standard Webhooks is verified", async () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const at = 1_614_265_330;
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": String(at),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  const message = await verifyWebhook(secret, headers, '{"test": 2432232314}', at * 1000);
  expect(message.id).toBe("msg_p5jXN8AQM9LWM0D4loKWxJek");
});

test.each([
  ["signature", headersOf(sign(OTHER))],
  ["signature", headersOf(sign(SECRET, NOW / 1000, `${BODY} `))],
  ["signature", headersOf(sign(SECRET).replace("v1,", "v2,"))],
  ["signature", headersOf("v1,!!")],
  ["timestamp", headersOf(sign(SECRET, NOW / 1000 - 301), NOW / 1000 - 301)],
  ["timestamp", headersOf(sign(SECRET, NOW / 1000 + 301), NOW / 1000 + 301)],
  ["timestamp", { ...headersOf(sign(SECRET)), "Webhook-Timestamp": "1e9" }],
  ["headers", {}],
])("a message with a wrong %s is refused", async (reason, headers) => {
  await expect(verify(headers as WebhookHeaders)).rejects.toMatchObject({ name: "WebhookError", reason });
});
