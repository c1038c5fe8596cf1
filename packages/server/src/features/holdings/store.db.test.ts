import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { createHoldingsStore } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  other = await api.company();
});
afterAll(() => api.close());

/** Has an asset hold this, in two sources. */
const report = async (of: TestCompany, name: string, first: number[], second: number[]): Promise<void> => {
  await api.db.withCompany(of.id, (tx) =>
    tx.query(
      `with a as (
         insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, component_count)
         values ($1, 'host', $2, $2, 'x', 'Debian:12', '{}', '', 3)
         on conflict do nothing returning id),
       one as (select id from a union select id from asset where company_id = $1 and name = $2)
       insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       select $1, one.id, s.source, 'ok', s.ids::int[], now() from one, (values ('a', $3), ('b', $4)) s(source, ids)
       on conflict (company_id, asset_id, source) do update set component_ids = excluded.component_ids`,
      [of.id, name, `{${first.join(",")}}`, `{${second.join(",")}}`],
    ),
  );
};
const namesOf = async (ids: readonly string[]): Promise<string[]> =>
  (await api.owner.query<{ name: string }>("select name from asset where id = any($1) order by name", [ids])).rows.map(
    ({ name }) => name,
  );

test("a company's holdings are those of its inventories, as they are after each doubt and within some seconds, and of nobody else", async () => {
  let nowMs = 0;
  const store = createHoldingsStore(api.db, () => nowMs);
  const holders = async (component: number, of = company): Promise<string[]> => {
    const holdings = await store.of(of.id);
    return holdings === null ? ["nobody knows"] : await namesOf(holdings.idsOf(holdings.holders([component])));
  };
  await report(company, "web", [1, 2], [2, 3]);
  await report(company, "db", [3], []);
  await report(other, "theirs", [1], [3]);
  expect([await holders(1), await holders(2), await holders(3), await holders(4)]).toEqual([
    ["web"],
    ["web"],
    ["db", "web"],
    [],
  ]);
  expect(await holders(3, other)).toEqual(["theirs"]);

  await report(company, "db", [1, 4], []);
  expect(await holders(4)).toEqual([]);
  store.doubt(company.id);
  expect([await holders(1), await holders(3), await holders(4)]).toEqual([["db", "web"], ["web"], ["db"]]);

  await api.owner.query(
    "delete from inventory where company_id = $1 and asset_id in (select id from asset where name = 'web')",
    [company.id],
  );
  nowMs = 6_000;
  expect([await holders(1), await holders(3)]).toEqual([["db"], []]);
});
