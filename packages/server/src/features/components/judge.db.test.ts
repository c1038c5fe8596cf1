import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../../../test/support/database.ts";
import { componentsToJudge, internComponents, writeJudgements } from "./sql.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

test("a component that another job is judging is waited for: nobody computes findings without its matches", async () => {
  const { db } = database;
  const component = { ecosystem: "npm", name: "left", version: "1.0.0" };
  const entry = {
    component,
    packageEcosystem: "npm",
    packageName: "left",
    judgedVersion: "1.0.0",
    purl: "pkg:npm/left@1.0.0",
  };
  const [id] = await db.asService((tx) => internComponents(tx, [entry]));
  const order: string[] = [];
  const taken = Promise.withResolvers<void>();
  const first = db.asService(async (tx) => {
    expect((await componentsToJudge(tx, 10)).map((c) => c.id)).toEqual([id]);
    taken.resolve();
    await tx.query("select pg_sleep(0.2)");
    await writeJudgements(tx, 1, [{ id: id as number, verdict: "not_affected", reason: null }], []);
    order.push("first judged");
  });
  await taken.promise;
  const second = await db.asService((tx) => componentsToJudge(tx, 10));
  order.push("second looked");
  await first;
  expect(second).toEqual([]);
  expect(order).toEqual(["first judged", "second looked"]);
});
