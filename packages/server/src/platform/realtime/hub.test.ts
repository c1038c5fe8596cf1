import { READ_PERMISSIONS } from "@zerotrace/core/schema";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import {
  CHANNELS,
  clientMessage,
  CLOSE,
  serverMessage,
  STREAM_PATH,
  STREAM_PROTOCOL,
  TOKEN_PROTOCOL,
} from "../../features/stream/contract.ts";
import { SESSION_COOKIE } from "../auth/index.ts";
import { startServer } from "../http/testing.ts";
import { Client, messageOf, SLOW_BYTES } from "./client.ts";
import { COMPANY_MAX } from "./history.ts";
import { createHistory, createHub, HISTORY_MS, type Hub, type HubEvent, type HubOptions } from "./index.ts";

const protocol = {
  path: STREAM_PATH,
  name: STREAM_PROTOCOL,
  tokenPrefix: TOKEN_PROTOCOL,
  permission: "findings:read",
  clientMessage,
  close: CLOSE,
} as const;
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
  const history = options.history ?? createHistory();
  const s = await startServer([], {
    plugins: [
      (app) => {
        const { log } = { log: { info: () => undefined } as never };
        hub = createHub({ protocol, auth, log, ...options, history });
        return hub.register(app);
      },
    ],
  });
  late.auth = s.auth;
  s.auth.onForget((id) => listeners.forEach((listener) => listener(id)));
  stops.push(() => s.server.close());
  const publish = (companyId: number, one: HubEvent) =>
    (hub as Hub).publish(companyId, { ...one, seq: history.begin() + 1 });
  return {
    ...s,
    hub: hub as Hub,
    history,
    publish: (...it: Parameters<typeof publish>) => (publish(...it), history.settle()),
  };
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
    expect(await one.until("subscribed")).toMatchObject({ type: "subscribed", channels: ["finding_alert"] });
  }
  s.publish(7, { ...event, channel: "asset_update" });
  s.publish(7, event);
  expect(await own.until("event")).toMatchObject({ channel: "finding_alert", ids: ["a"], count: 1, coalesced: 0 });
  other.say({ type: "ping" });
  await other.until("pong");
  expect(other.messages.filter((one) => one["type"] === "event")).toEqual([]);
  own.say({ type: "unsubscribe", channels: ["finding_alert"] });
  await vi.waitFor(() => expect(own.messages.at(-1)).toMatchObject({ type: "subscribed", channels: [] }));
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

test("a page's script, which can send no header, proves itself by a token beside the protocol; it is not answered back", async () => {
  const s = await start();
  const as = async (...protocols: string[]) => {
    const socket = new WebSocket(s.origin.replace("http", "ws") + STREAM_PATH, protocols);
    const first = new Promise<string>((resolve) => {
      socket.addEventListener("message", ({ data }) => resolve((JSON.parse(String(data)) as { type: string }).type));
      socket.addEventListener("close", ({ code }) => resolve(String(code)));
    });
    return [await first, socket.protocol];
  };
  const { secret } = s.add("api");
  expect(await as(STREAM_PROTOCOL, TOKEN_PROTOCOL + secret)).toEqual(["hello", STREAM_PROTOCOL]);
  expect(await as(STREAM_PROTOCOL, `${TOKEN_PROTOCOL}zt_a_1_wrong`)).toEqual([
    String(CLOSE.unauthenticated),
    STREAM_PROTOCOL,
  ]);
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
  const text = Buffer.from(JSON.stringify({ type: "subscribe", channels: ["finding_alert"] }));
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
    for (let i = 0; i < 500; i += 1) s.publish(7, { ...event, ids });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(dropped).toHaveBeenCalledTimes(1);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  socket.destroy();
});

test("what a slow client missed is merged by channel with every id, and sent when it reads again", () => {
  const sent: Record<string, unknown>[] = [];
  const socket = {
    bufferedAmount: SLOW_BYTES + 1,
    send: (text: string | Buffer) => void sent.push(JSON.parse(String(text)) as never),
  };
  const history = createHistory();
  const client = new Client(socket, history, { companyId: 7, seesNames: true });
  client.subscribe(CHANNELS, null);
  const from = client.cursor();
  const tell = (one: HubEvent) => {
    const told = { ...one, seq: history.begin() + 1 };
    history.append(7, told);
    history.settle();
    return client.deliver(told, () => messageOf({ ...told, coalesced: 0 }, 0));
  };
  for (let i = 0; i < 150; i += 1) expect(tell({ ...event, ids: [`f${i}`], summary: { last: i } })).toBe(false);
  tell({ ...event, channel: "feed_update", ids: [] });
  expect([sent.length, client.slowSince !== null, client.flush()]).toEqual([0, true, false]);
  socket.bufferedAmount = 0;
  expect([client.flush(), client.slowSince]).toEqual([true, null]);
  expect(sent).toMatchObject([
    { channel: "finding_alert", count: 100, coalesced: 0 },
    { channel: "finding_alert", count: 50, coalesced: 149, summary: { last: 149 } },
    { channel: "feed_update", count: 1, coalesced: 0 },
  ]);
  expect(new Set(sent.flatMap((one) => one["ids"])).size).toBe(150);
  // cut off before the last of them it gets all again
  expect(Number(sent[1]?.["cursor"]) - Number(from)).toBeLessThan(2_000);
  expect(sent[0]?.["cursor"]).toBe(sent[1]?.["cursor"]);
  expect(Number(sent[2]?.["cursor"])).toBeGreaterThan(Number(sent[1]?.["cursor"]));
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

const eventsOf = (client: ReturnType<typeof open>) => client.messages.filter((one) => one["type"] === "event");
const comeBack = async (s: Started, after: unknown, headers = bearer(s)) => {
  const client = open(s, headers);
  await client.until("hello");
  client.say({ type: "subscribe", channels: ["finding_alert"], after });
  await client.until("subscribed");
  return client;
};

test("who comes back with a cursor gets what it missed on its channels, once and in order, and then what is new", async () => {
  const s = await start();
  const first = open(s, bearer(s));
  await first.until("hello");
  first.say({ type: "subscribe", channels: ["finding_alert"] });
  const { cursor } = await first.until("subscribed");
  s.publish(7, event);
  const seen = (await first.until("event"))["cursor"];
  first.socket.close();
  for (const id of ["b", "c"]) s.publish(7, { ...event, ids: [id] });
  s.publish(7, { ...event, channel: "asset_update" });
  s.publish(8, { ...event, ids: ["of another company"] });
  const second = await comeBack(s, seen);
  s.publish(7, { ...event, ids: ["d"] });
  await vi.waitFor(() => expect(eventsOf(second).map((one) => one["ids"])).toEqual([["b"], ["c"], ["d"]]));
  expect(eventsOf(await comeBack(s, cursor)).map((one) => one["ids"])).toEqual([["a"], ["b"], ["c"], ["d"]]);
  expect(eventsOf(await comeBack(s, (await second.until("subscribed"))["cursor"])).map((one) => one["ids"])).toEqual([
    ["d"],
  ]);
});

test("who sees some assets only is told of what was missed without names", async () => {
  const s = await start();
  const from = String(s.history.cursor());
  for (let i = 0; i < 3; i += 1) s.publish(7, { ...event, ids: [`secret-${i}`], summary: { worstPackage: "secret" } });
  const scoped = { authorization: `Bearer ${s.add("api", { companyId: 7, labels: ["site:a"] }).secret}` };
  const client = await comeBack(s, from, scoped);
  expect(eventsOf(client)).toHaveLength(3);
  expect(JSON.stringify(client.messages)).not.toContain("secret");
});

test("a cursor that is too old, of the future, or before what is kept, is answered with a reset", async () => {
  const clock = { at: Date.now() };
  const s = await start({ history: createHistory(() => clock.at) });
  const from = String(s.history.cursor());
  for (const wrong of [String(Number(from) - 1), String(Number(from) + 1e9)]) {
    const client = await comeBack(s, wrong);
    expect(client.messages.map((one) => one["type"])).toEqual(["hello", "reset", "subscribed"]);
  }
  s.publish(7, event);
  clock.at += HISTORY_MS - 1000;
  expect(eventsOf(await comeBack(s, from))).toHaveLength(1);
  clock.at += 2000;
  s.history.sweep();
  await (await comeBack(s, from)).until("reset");
  const full = String(s.history.cursor());
  for (let i = 0; i <= COMPANY_MAX.events; i += 1) s.publish(7, { ...event, ids: ["a"] });
  await (await comeBack(s, full)).until("reset");
});

test("what cannot be told in a few thousand ids is a reset, and not cut short", async () => {
  const s = await start();
  const from = String(s.history.cursor());
  for (let i = 0; i < 51; i += 1) s.publish(7, { ...event, ids: Array.from({ length: 100 }, (_, n) => `${i}-${n}`) });
  const client = await comeBack(s, from);
  expect(client.messages.map((one) => one["type"])).toEqual(["hello", "reset", "subscribed"]);
});
