import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../../../test/support/database.ts";
import { createHistory, HISTORY_MS, type OutboxEvent } from "../../platform/realtime/index.ts";
import { drainOutbox, emit, emitAll, restoreHistory, sentAfter, sweepOutbox } from "./index.ts";

let base: TestDatabase;
let companies: number[];
beforeAll(async () => {
  base = await testDatabase();
  const { rows } = await base.owner.query<{ id: number }>(
    "insert into company (name) values ('a'), ('b') returning id",
  );
  companies = rows.map(({ id }) => id);
});
afterAll(() => base.close());

const say = (companyId: number, id: string) =>
  base.db.withCompany(companyId, (tx) =>
    emit(tx, companyId, { channel: "asset_update", ids: [id], count: 1, summary: {} }),
  );
const drain = (at: number) => base.db.asService((tx) => drainOutbox(tx, at));
const named = (events: readonly OutboxEvent[], companyId: number) =>
  events.filter((e) => e.companyId === companyId).flatMap(({ ids }) => ids);

test("each company's events get places of its own in the order they were written, once, and stay to be had again", async () => {
  const [a, b] = companies as [number, number];
  for (const [of, id] of [
    [a, "1"],
    [b, "2"],
    [a, "3"],
    [b, "4"],
    [a, "5"],
  ] as const)
    await say(of, id);
  const at = Date.now() * 1_000;
  const sent = await drain(at);
  expect([named(sent, a), named(sent, b)]).toEqual([
    ["1", "3", "5"],
    ["2", "4"],
  ]);
  // a place says nothing of how much others did
  expect(sent.filter((e) => e.companyId === b).map(({ seq }) => seq - at)).toEqual([1, 2]);
  expect(await drain(at + 10)).toEqual([]);
  const again = await base.db.asService((tx) => sentAfter(tx, at));
  expect([named(again, a), named(again, b)]).toEqual([
    ["1", "3", "5"],
    ["2", "4"],
  ]);
  expect(named(await base.db.asService((tx) => sentAfter(tx, at + 2)), a)).toEqual(["5"]);
});

test("a process that starts knows what was sent before it, and what is too old is deleted", async () => {
  const [a] = companies as [number];
  await base.owner.query("truncate outbox");
  await base.db.withCompany(a, (tx) =>
    emitAll(
      tx,
      a,
      "asset_update",
      Array.from({ length: 150 }, (_, n) => `x${n}`),
    ),
  );
  const before = Date.now() * 1_000;
  await drain(before);
  await say(a, "old");
  await drain((Date.now() - HISTORY_MS - 1_000) * 1_000);
  await say(a, "waits");
  const history = createHistory();
  await base.db.asService((tx) => restoreHistory(tx, history));
  expect(history.after(a, before)?.map(({ ids }) => ids.length)).toEqual([100, 50]);
  expect(history.after(a, before - (HISTORY_MS + 1_000) * 1_000)).toBeNull();
  await base.db.asService(sweepOutbox);
  const { rows } = await base.owner.query("select ids[1] as first, seq is null as waits from outbox order by id");
  expect(rows.map(({ first, waits }) => [first, waits])).toEqual([
    ["x0", false],
    ["x100", false],
    ["waits", true],
  ]);
});
