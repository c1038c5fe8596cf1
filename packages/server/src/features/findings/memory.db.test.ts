import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { refreshFixes } from "../fixes/index.ts";
import { createHoldingsStore } from "../holdings/index.ts";
import { writeRandomFindings } from "../tallies/fixtures.ts";
import { createTallyStore } from "../tallies/index.ts";
import { sourceCandidates } from "./by-source-memory.ts";
import { countSources, findingsBySource, type SourceRecord } from "./by-source-sql.ts";
import { led } from "./leads.ts";
import { remembered } from "./memory.ts";
import { pageCandidates } from "./page-memory.ts";
import { filterOf } from "./rules.ts";
import { countFindings, findingsPage, informed } from "./sql.ts";

let api: TestApi;
let company: TestCompany;

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  await writeRandomFindings(api, company, 5);
  await api.db.asServiceFor(company.id, (tx) =>
    refreshFixes(tx, company.id, { components: null, holders: null, holderCounts: null }),
  );
});
afterAll(() => api.close());

const assetIds = async (): Promise<string[]> =>
  (
    await api.owner.query<{ id: string }>("select id from asset where company_id = $1 order by id limit 6", [
      company.id,
    ])
  ).rows.map(({ id }) => id);

test("rows by source are the same when memory says which findings they may be of, page by page", async () => {
  const holdings = createHoldingsStore(api.db);
  const tallies = createTallyStore(api.db);
  const queries = ["", "label:prod", "-label:dmz severity>=medium", "src1", "kev:true", "package:bin2 fix:yes"];
  const asked = [
    ...queries.map((query) => ({ query })),
    ...(await assetIds()).map((assetId) => ({ assetId, query: "" })),
  ];
  for (const one of asked) {
    const found = await led(api.db, holdings, company.id, filterOf({ status: "open", ...one }));
    for (const perPackage of [null, 2]) {
      await api.db.withCompany(company.id, async (tx) => {
        const filter = await informed(tx, company.id, found);
        const known = await remembered(tx, company.id, filter, tallies);
        if (known === null) throw new Error("nothing is remembered");
        const all = await findingsBySource(tx, company.id, filter, {
          limit: 10_000,
          after: null,
          perPackage,
          among: null,
        });
        const count = await countSources(tx, company.id, filter, perPackage);
        const paged: SourceRecord[] = [];
        for (let after: SourceRecord["sortKey"] | null = null; ;) {
          const page = { limit: 7, perPackage };
          const among = sourceCandidates(known, { ...page, belowRisk: after?.[0] ?? null });
          expect(among?.count, JSON.stringify(one)).toBe(count);
          const rows: SourceRecord[] = await findingsBySource(tx, company.id, filter, { ...page, after, among });
          paged.push(...rows);
          const last = rows.at(-1);
          if (last === undefined) break;
          after = last.sortKey;
        }
        expect(paged, JSON.stringify(one)).toEqual(all);
      });
    }
  }
});

test("a page of the riskiest findings, and how many there are, are the same when memory says which they may be", async () => {
  const holdings = createHoldingsStore(api.db);
  const tallies = createTallyStore(api.db);
  let among = 0;
  for (const query of [
    "",
    "label:prod",
    "-label:dmz fix:yes",
    "severity>=high label:prod",
    "src1 kev:true",
    "risk>50",
  ]) {
    const found = await led(api.db, holdings, company.id, filterOf({ status: "open", query }));
    await api.db.withCompany(company.id, async (tx) => {
      const filter = await informed(tx, company.id, found);
      const known = await remembered(tx, company.id, filter, tallies);
      if (known === null) throw new Error("nothing is remembered");
      const count = await countFindings(tx, company.id, filter);
      for (let after: [number, string] | null = null; ;) {
        const page = { sort: "risk", limit: 13, after } as const;
        const candidates = pageCandidates(known, { limit: page.limit, belowRisk: after?.[0] ?? null });
        expect(candidates.count, query).toBe(count);
        const rows: Awaited<ReturnType<typeof findingsPage>> = await findingsPage(tx, company.id, filter, {
          ...page,
          among: candidates.among,
        });
        expect(rows, query).toEqual(await findingsPage(tx, company.id, filter, page));
        among += candidates.among?.components.length ?? 0;
        const last = rows.at(-1);
        if (last === undefined) break;
        after = [last.risk, last.id];
      }
    });
  }
  expect(among).toBeGreaterThan(500);
});

test("what some assets do not have is what is left when all that they have is taken away", async () => {
  // so many components that some assets hold more than are listed
  const first = 900_000;
  await api.owner.query(
    `with a as (
       insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, component_count)
       select $1, 'host', 'much-' || n, 'much-' || n, 'x', 'Debian:12', '{}', '', '{much}', 400 from generate_series(1, 30) n returning id)
     insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
     select $1, a.id, 's', 'ok', array(select generate_series(50000, 50040) union all select generate_series($2::int, $2::int + 400)), now()
     from a`,
    [company.id, first],
  );
  const holdings = createHoldingsStore(api.db);
  const tallies = createTallyStore(api.db);
  await tallies.of(company.id, true);
  let told = 0;
  for (const query of [
    "-label:much",
    "-label:much severity>=medium",
    "-label:much -package:bin3",
    "-label:much status:all",
  ]) {
    const plain = filterOf({ status: "open", query });
    const rest = await led(api.db, holdings, company.id, plain, tallies);
    const leads = await led(api.db, holdings, company.id, plain);
    await api.db.withCompany(company.id, async (tx) => {
      const answer = async (filter: typeof plain) => ({
        ids: (await findingsPage(tx, company.id, filter, { sort: "risk", limit: 2_000, after: null })).map(
          ({ id }) => id,
        ),
        count: await countFindings(tx, company.id, filter),
      });
      const found = await answer(rest);
      expect(found, query).toEqual(await answer(leads));
      expect(found, query).toEqual(await answer(plain));
      told += found.count;
    });
    expect(
      [...(rest.leads?.keys() ?? [])].some((key) => typeof key === "object" && key.kind === "not"),
      query,
    ).toBe(!query.includes("status"));
  }
  expect(told).toBeGreaterThan(50);
});
