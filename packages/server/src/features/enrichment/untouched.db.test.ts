import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import type { MatchPool } from "../components/index.ts";
import { createEnrichment, type Enrichment, type EnrichmentOrder } from "./index.ts";

let database: TestDatabase;
let company: number;
let enrichment: Enrichment;

const GENERATION = 1;
const pool: MatchPool = {
  load: async () => undefined,
  generation: () => GENERATION,
  judge: async (components) => components.map(({ id }) => ({ id, verdict: "not_affected", reason: null, matches: [] })),
  close: async () => undefined,
};

/** Which row holds today's figures: each computation writes another. */
const written = async (): Promise<string> =>
  JSON.stringify((await database.owner.query("select xmin::text, ctid::text, day::text from daily_stat")).rows);

/** Whether the company was computed by an order. */
const computes = async (order: Omit<EnrichmentOrder, "companyId">): Promise<boolean> => {
  const before = await written();
  await enrichment.run({ companyId: company, ...order });
  return (await written()) !== before;
};

const judgeAnew = (component: string) =>
  database.owner.query("update component set judged_generation = null where version = $1", [component]);

beforeAll(async () => {
  database = await testDatabase();
  const { owner, db } = database;
  [{ id: company }] = (await owner.query("insert into company (name) values ('untouched') returning id")).rows;
  await owner.query("insert into feed_generation (meta, index_file) values ($1, 'none')", [{ sources: [] }]);
  await owner.query("insert into package (ecosystem, name) values ('npm', 'p')");
  await owner.query(
    `insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl)
     select 'npm', 'p', v, '', '', '', p.id, v, '' from package p, unnest(array['held', 'other']) v`,
  );
  const asset = `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
    values ($1, 'host', 'host', '', '', '{}', '') returning id`;
  const [{ id }] = (await owner.query(asset, [company])).rows;
  await owner.query(
    `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
     select $1, $2, 'npm', 'ok', array[id], now() from component where version = 'held'`,
    [company, id],
  );
  enrichment = createEnrichment({ db, pool, feedsDir: "", metrics: { match: () => undefined } });
});
afterAll(() => database.close());

test("a publication computes a company once it judged something that it holds, and no other company", async () => {
  expect(await computes({ feedChanged: true })).toBe(true);
  expect(await computes({ feedChanged: true })).toBe(false);
  await judgeAnew("other");
  expect(await computes({ feedChanged: true })).toBe(false);
  await judgeAnew("held");
  expect(await computes({ feedChanged: true })).toBe(true);
  expect(await computes({})).toBe(true);
});
