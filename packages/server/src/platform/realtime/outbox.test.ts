import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { createLog } from "../log/index.ts";
import { type ListenConnection, OUTBOX_CHANNEL, type OutboxEvent, startNotifier } from "./index.ts";

const log = createLog({ level: "silent", version: "test", to: { write: () => undefined } });
const event = (n: number): OutboxEvent => ({ companyId: n, channel: "asset_update", ids: [], count: n, summary: {} });

class FakeConnection extends EventEmitter implements ListenConnection {
  readonly said: string[] = [];
  query = async (sql: string) => this.said.push(sql);
  end = async () => void this.emit("closed");
}

const setUp = (pollMs: number) => {
  const waiting: OutboxEvent[] = [];
  const published: number[] = [];
  const connections: FakeConnection[] = [];
  const state = { failures: 0 };
  const notifier = startNotifier({
    connect: async () => {
      const connection = new FakeConnection();
      connections.push(connection);
      return connection;
    },
    drain: async () => {
      if (state.failures-- > 0) throw new Error("away");
      return waiting.splice(0, 2);
    },
    publish: (companyId) => published.push(companyId),
    log,
    pollMs,
  });
  return { waiting, published, connections, state, notifier };
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
