import { READ_PERMISSIONS } from "@zerotrace/core/schema";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { CHANNELS, clientMessage, CLOSE, serverMessage, STREAM_PATH } from "../../features/stream/contract.ts";
import { SESSION_COOKIE } from "../auth/index.ts";
import { startServer } from "../http/testing.ts";
import { Client, SLOW_BYTES } from "./client.ts";
import { createHub, type Hub, type HubOptions } from "./index.ts";

const protocol = { path: STREAM_PATH, permission: "findings:read", clientMessage, close: CLOSE } as const;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const start = async (options: Partial<HubOptions> = {}) => {
  let hub: Hub | undefined;
  const late: { auth?: HubOptions["auth"] } = {};
  const auth: HubOptions["auth"] = {
    authenticate: (request) => late.auth!.authenticate(request),
    isAlive: (identity) => late.auth!.isAlive(identity),
    forget: (id) => late.auth!.forget(id),
    forgetCompany: (id) => late.auth!.forgetCompany(id),
    refresh: (id) => late.auth!.refresh(id),
    follow: (isListening) => late.auth!.follow(isListening),
    onForget: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const listeners = new Set<(id: string) => void>();
  const s = await startServer([], {
    plugins: [
      (app) => {
        const { log } = { log: { info: () => undefined } as never };
        hub = createHub({ protocol, auth, log, ...options });
        return hub.register(app);
      },
    ],
  });
  late.auth = s.auth;
  s.auth.onForget((id) => listeners.forEach((listener) => listener(id)));
  stops.push(() => s.server.close());
  return { ...s, hub: hub as Hub };
};
type Started = Awaited<ReturnType<typeof start>>;

const open = (s: Started, headers: Record<string, string>) => {
  const socket = new WebSocket(s.origin.replace("http", "ws") + STREAM_PATH, { headers });
  const messages: Record<string, unknown>[] = [];
  socket.addEventListener("message", ({ data }) => messages.push(serverMessage.parse(JSON.parse(String(data)))));
  const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  const until = (type: string) =>
    vi.waitFor(() => {
      const found = messages.find((one) => one["type"] === type);
      if (!found) throw new Error(`no ${type}`);
      return found;
    });
  const say = (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message));
  return { socket, messages, closed, until, say };
};
const bearer = (s: Started, companyId = 7) => ({ authorization: `Bearer ${s.add("api", { companyId }).secret}` });
const event = { channel: "finding_alert", ids: ["a"], count: 1, summary: {} };

test("a client gets the events of its company and its channels, and no others", async () => {
  const s = await start();
  const [own, other] = [open(s, bearer(s, 7)), open(s, bearer(s, 8))];
  for (const one of [own, other]) {
    expect(await one.until("hello")).toMatchObject({ heartbeatSeconds: 30 });
    one.say({ type: "subscribe", channels: ["finding_alert"] });
    expect(await one.until("subscribed")).toEqual({ type: "subscribed", channels: ["finding_alert"] });
  }
  s.hub.publish(7, { ...event, channel: "asset_update" });
  s.hub.publish(7, event);
  expect(await own.until("event")).toMatchObject({ channel: "finding_alert", ids: ["a"], count: 1, coalesced: 0 });
  other.say({ type: "ping" });
  await other.until("pong");
  expect(other.messages.filter((one) => one["type"] === "event")).toEqual([]);
  own.say({ type: "unsubscribe", channels: ["finding_alert"] });
  await vi.waitFor(() => expect(own.messages.at(-1)).toEqual({ type: "subscribed", channels: [] }));
  expect(s.hub.clientCount()).toBe(2);
});

test("no credential, a foreign origin and a missing permission are closed as not proved", async () => {
  const s = await start();
  const session = { cookie: `${SESSION_COOKIE}=${s.add("session", { permissions: READ_PERMISSIONS }).secret}` };
  const device = { authorization: `Bearer ${s.add("device", { permissions: ["agents:report"] }).secret}` };
  for (const headers of [{}, session, { ...session, origin: "https://evil.example" }, device]) {
    expect(await open(s, headers as Record<string, string>).closed).toBe(CLOSE.unauthenticated);
  }
  await open(s, { ...session, origin: s.origin }).until("hello");
});

test.each([
  ["no JSON", "nope"],
  ["an unknown channel", '{"type":"subscribe","channels":["all"]}'],
  ["a message over 4 KiB", `{"type":"ping","x":"${"a".repeat(4096)}"}`],
])("hostile message: %s closes the stream", async (_, text) => {
  const s = await start();
  const client = open(s, bearer(s));
  await client.until("hello");
  client.say(text);
  expect(await client.closed).toBe(CLOSE.malformed);
});

test("a flood of messages closes the stream", async () => {
  const s = await start();
  const client = open(s, bearer(s));
  await client.until("hello");
  for (let i = 0; i < 200; i += 1) client.say({ type: "ping" });
  expect(await client.closed).toBe(CLOSE.malformed);
});

test("a revoked credential loses its stream at once here, and with the next heartbeat elsewhere", async () => {
  const s = await start({ heartbeatMs: 100 });
  const here = s.add("api");
  const elsewhere = s.add("api");
  const clients = [here, elsewhere].map(({ secret }) => open(s, { authorization: `Bearer ${secret}` }));
  for (const client of clients) await client.until("hello");
  s.auth.forget(here.row.id);
  elsewhere.row.revokedAt = s.state.at;
  for (const client of clients) expect(await client.closed).toBe(CLOSE.unauthenticated);
});

/** A raw client that completes the handshake and then reads nothing and answers nothing. */
const mute = async (s: Started) => {
  const { hostname, port } = new URL(s.origin);
  const socket = connect({ host: hostname, port: Number(port) });
  const { authorization } = bearer(s);
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET ${STREAM_PATH} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: ${authorization}\r\n\r\n`,
  );
  await vi.waitFor(() => expect(s.hub.clientCount()).toBe(1));
  const text = Buffer.from(JSON.stringify({ type: "subscribe", channels: CHANNELS }));
  const masked = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
  socket.pause();
  socket.write(masked);
  return socket;
};

test("a client that answers no heartbeat is dropped", async () => {
  const s = await start({ heartbeatMs: 100 });
  const socket = await mute(s);
  await vi.waitFor(() => expect(s.hub.clientCount()).toBe(0), 3000);
  socket.destroy();
});

test("a client that stops reading is coalesced, holds bounded memory, and is dropped", async () => {
  const dropped = vi.fn<() => void>();
  const s = await start({ patienceMs: 300, metrics: { websocketClients: () => undefined, websocketDropped: dropped } });
  const socket = await mute(s);
  const ids = Array.from({ length: 100 }, () => crypto.randomUUID());
  const before = process.memoryUsage().arrayBuffers;
  const until = Date.now() + 5000;
  while (s.hub.clientCount() > 0 && Date.now() < until) {
    for (let i = 0; i < 500; i += 1) s.hub.publish(7, { ...event, ids });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(dropped).toHaveBeenCalledTimes(1);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  socket.destroy();
});

test("what waited for a slow client is merged by channel and sent when it drains", () => {
  const sent: Record<string, unknown>[] = [];
  const socket = { bufferedAmount: SLOW_BYTES + 1, send: (text: string) => void sent.push(JSON.parse(text) as never) };
  const client = new Client(socket, () => 5);
  for (let i = 0; i < 150; i += 1) client.deliver({ ...event, ids: [`f${i}`], summary: { last: i } });
  client.deliver({ ...event, channel: "feed_update", ids: [] });
  expect([sent.length, client.slowSince]).toEqual([0, 5]);
  socket.bufferedAmount = 0;
  client.flush();
  expect(client.slowSince).toBeNull();
  expect(sent).toMatchObject([
    { channel: "finding_alert", count: 150, coalesced: 149, summary: { last: 149 } },
    { channel: "feed_update", count: 1, coalesced: 0 },
  ]);
  expect(sent[0]?.["ids"]).toHaveLength(100);
});

test("a server with clients stops soon, whatever they do", async () => {
  const s = await start();
  await open(s, bearer(s)).until("hello");
  const socket = await mute(s);
  const began = Date.now();
  await s.server.close();
  expect(Date.now() - began).toBeLessThan(1500);
  socket.destroy();
});
