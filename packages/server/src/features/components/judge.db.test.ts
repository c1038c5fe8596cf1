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

test("judging again writes and names the matches that differ, and those of advisories that say something else", async () => {
  const { db, owner } = database;
  const ids = await db.asService((tx) =>
    internComponents(
      tx,
      ["1", "2"].map((version) => ({
        component: { ecosystem: "npm", name: "twice", version },
        packageEcosystem: "npm",
        packageName: "twice",
        judgedVersion: version,
        purl: `pkg:npm/twice@${version}`,
      })),
    ),
  );
  const [a, b, c] = (
    await owner.query(
      `insert into advisory (name, aliases, summary, severity, attributes_hash)
       select 'CVE-2026-' || i, '{}', '', 'high', '' from generate_series(1, 3) i returning id`,
    )
  ).rows.map((row: { id: number }) => row.id);
  const [one, two] = ids as [number, number];
  const verdicts = ids.map((id) => ({ id, verdict: "affected", reason: null }));
  const match = (componentId: number, n: number, fixedIn: string) => ({
    componentId,
    advisory: `CVE-2026-${n}`,
    recordId: "r",
    fixedIn,
    urgency: "",
    risk: 1,
  });
  const judge = async (matches: ReturnType<typeof match>[], changedAdvisories: number[] = []) => {
    const { changed } = await db.asService((tx) => writeJudgements(tx, 1, verdicts, matches, changedAdvisories));
    return changed.map((m) => `${m.componentId} ${m.advisoryId}`).sort();
  };
  const first = [match(one, 1, "2"), match(one, 2, "2"), match(two, 1, "3")];
  expect(await judge(first)).toEqual([`${one} ${a}`, `${one} ${b}`, `${two} ${a}`].sort());
  expect(await judge(first)).toEqual([]);
  expect(await judge(first, [a as number])).toEqual([`${one} ${a}`, `${two} ${a}`].sort());
  expect(await judge([match(one, 1, "2"), match(one, 3, "9"), match(two, 1, "4")])).toEqual(
    [`${one} ${b}`, `${one} ${c}`, `${two} ${a}`].sort(),
  );
  const stored = await owner.query(
    "select component_id, advisory_id, fixed_in from component_match where component_id = any($1)",
    [ids],
  );
  expect(stored.rows.map((row) => `${row.component_id} ${row.advisory_id} ${row.fixed_in}`).sort()).toEqual(
    [`${one} ${a} 2`, `${one} ${c} 9`, `${two} ${a} 4`].sort(),
  );
  expect(await judge([])).toHaveLength(3);
});
