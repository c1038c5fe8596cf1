import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { createTogether, type Database } from "./index.ts";

let base: TestDatabase;
let one = 0;
let other = 0;
const sent: string[] = [];

/** The database, and what is sent to it. */
const watched = (): Database => ({
  ...base.db,
  withCompany: (companyId, run, labels) =>
    base.db.withCompany(
      companyId,
      (tx) =>
        run({
          ...tx,
          query: (text, values) => {
            sent.push(text);
            return tx.query(text, values);
          },
        }),
      labels,
    ),
});

beforeAll(async () => {
  base = await testDatabase();
  const made = await base.owner.query("insert into company (name) values ('one'), ('other') returning id");
  [one, other] = made.rows.map((row: { id: number }) => row.id) as [number, number];
  await base.owner.query(
    `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
     select c, 'a' || n, 'a' || n, '', '', '{}', '' from unnest($1::int[]) c, generate_series(1, 5) n`,
    [[one, other]],
  );
});
afterAll(() => base.close());

const READ = `select name, labels, first_seen_at as at, $2::text as own from asset where company_id = $1 and name >= $2
  order by name desc limit $3 -- the newest first`;

test("readers that ask the same at once are answered by one statement, each with its own rows in their order and types", async () => {
  const together = createTogether(watched());
  const read = (companyId: number, from: string, limit: number) =>
    together.db.withCompany(companyId, async (tx) => {
      const rows = await tx.query<{ name: string; at: Date; labels: string[]; own: string }>(READ, [
        companyId,
        from,
        limit,
      ]);
      const [again] = await tx.prepared<{ n: number }>("n", "select count(*)::int as n from asset where name > $1", [
        from,
      ]);
      return { rows, left: again?.n };
    });
  sent.length = 0;
  const [a, b, c, d] = await Promise.all([
    read(one, "a1", 2),
    read(one, "a4", 9),
    read(one, "a9", 9),
    read(other, "a5", 9),
  ]);
  await together.end();
  expect(sent).toHaveLength(4);
  expect(a?.rows.map(({ name }) => name)).toEqual(["a5", "a4"]);
  expect([a?.left, b?.left, c?.left, d?.left]).toEqual([4, 1, 0, 0]);
  expect(b?.rows[0]).toEqual({ name: "a5", at: expect.any(Date), labels: [], own: "a4" });
  expect(c?.rows).toEqual([]);
  expect(d?.rows).toHaveLength(1);
});

test("a statement that fails fails for all, and is told at the end; what a reader throws by itself is its own", async () => {
  const own = createTogether(base.db);
  const [told, thrown] = await Promise.allSettled([
    own.db.withCompany(one, (tx) => tx.query("select 1 as n")),
    own.db.withCompany(one, async (tx) => {
      await tx.query("select 1 as n");
      throw new Error("mine");
    }),
  ]);
  expect(told).toEqual({ status: "fulfilled", value: [{ n: 1 }] });
  expect(thrown).toMatchObject({ status: "rejected", reason: { message: "mine" } });
  await own.end();
  const failing = createTogether(base.db);
  const all = await Promise.allSettled(
    ["1", "x"].map((text) => failing.db.withCompany(one, (tx) => tx.query("select $1::text::int as n", [text]))),
  );
  expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(failing.end()).rejects.toThrow();
});

test("what writes is sent by itself", async () => {
  const together = createTogether(watched());
  sent.length = 0;
  const label = (name: string) =>
    together.db.withCompany(one, (tx) =>
      tx.query("update asset set labels = array[name] where name = $1 returning labels", [name]),
    );
  expect(await Promise.all([label("a1"), label("a2")])).toEqual([[{ labels: ["a1"] }], [{ labels: ["a2"] }]]);
  await together.end();
  expect(sent).toHaveLength(2);
});
