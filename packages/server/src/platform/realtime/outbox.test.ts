import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { createLog } from "../log/index.ts";
import { createHistory, type ListenConnection, OUTBOX_CHANNEL, type OutboxEvent, startNotifier } from "./index.ts";

const log = createLog({ level: "silent", version: "test", to: { write: () => undefined } });
const event = (n: number): OutboxEvent => ({
  companyId: n,
  channel: "asset_update",
  ids: [],
  count: n,
  summary: {},
  seq: n,
});

class FakeConnection extends EventEmitter implements ListenConnection {
  readonly said: string[] = [];
  query = async (sql: string) => this.said.push(sql);
  end = async () => void this.emit("closed");
}

const setUp = (pollMs: number) => {
  const waiting: OutboxEvent[] = [];
  const committed: OutboxEvent[] = [];
  const published: number[] = [];
  const connections: FakeConnection[] = [];
  const state = { failures: 0, lost: 0, batches: [] as number[] };
  const history = createHistory();
  const notifier = startNotifier({
    connect: async () => {
      const connection = new FakeConnection();
      connections.push(connection);
      return connection;
    },
    drain: async () => {
      if (state.failures-- > 0) throw new Error("away");
      const taken = waiting.splice(0, 2);
      if (taken.length > 0) state.batches.push(taken.length);
      if (state.lost-- > 0) {
        committed.push(...taken);
        throw new Error("the answer to the commit was lost");
      }
      return taken;
    },
    sentAfter: async () => committed.splice(0),
    history,
    publish: (companyId) => published.push(companyId),
    log,
    pollMs,
  });
  return { waiting, published, connections, state, history, notifier };
};

test("a notification publishes everything that waits, in order", async () => {
  const t = setUp(60_000);
  await vi.waitFor(() => expect(t.connections[0]?.said).toEqual([`listen ${OUTBOX_CHANNEL}`]));
  t.waiting.push(event(1), event(2), event(3));
  t.connections[0]?.emit("notification", {});
  await vi.waitFor(() => expect(t.published).toEqual([1, 2, 3]));
  await t.notifier.stop();
});

test("without notifications, and after a failed read, polling publishes", async () => {
  const t = setUp(20);
  t.state.failures = 2;
  t.waiting.push(event(4));
  await vi.waitFor(() => expect(t.published).toEqual([4]));
  await t.notifier.stop();
});

test("a lost connection is opened again", async () => {
  const t = setUp(60_000);
  await vi.waitFor(() => expect(t.connections[0]?.said).toHaveLength(1));
  t.connections[0]?.emit("error", new Error("gone"));
  await vi.waitFor(() => expect(t.connections[1]?.said).toHaveLength(1), 3000);
  t.waiting.push(event(5));
  t.connections[1]?.emit("notification", {});
  await vi.waitFor(() => expect(t.published).toEqual([5]));
  await t.notifier.stop();
});

test("what a drain took whose answer was lost is published, and nobody stands behind it before that", async () => {
  const t = setUp(20);
  const from = t.history.cursor();
  t.state.lost = 1;
  t.waiting.push(event(6), event(7));
  await vi.waitFor(() => expect(t.history.unsettled()).not.toBeNull(), { interval: 1 });
  expect(t.history.cursor()).toBeGreaterThanOrEqual(from);
  await vi.waitFor(() => expect(t.published).toEqual([6, 7]));
  await t.notifier.stop();
});

test("an event is published at once, and what comes soon after it together", async () => {
  const t = setUp(60_000);
  await vi.waitFor(() => expect(t.connections[0]?.said).toHaveLength(1));
  t.waiting.push(event(8));
  t.connections[0]?.emit("notification", {});
  await vi.waitFor(() => expect(t.published).toEqual([8]), { interval: 1 });
  for (const n of [9, 10]) {
    t.waiting.push(event(n));
    t.connections[0]?.emit("notification", {});
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await vi.waitFor(() => expect(t.published).toEqual([8, 9, 10]));
  expect(t.state.batches).toEqual([1, 2]);
  await t.notifier.stop();
});
