import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { filterOf, type FindingFilter, informed, led } from "../findings/index.ts";
import { createHoldingsStore } from "../holdings/index.ts";
import { createTallyStore } from "../tallies/index.ts";
import { writeRandomFindings } from "../tallies/fixtures.ts";
import { refreshFixes } from "./index.ts";
import { rememberedFixes, rememberedPage } from "./memory.ts";
import { toFixRow } from "./rules.ts";
import { type FixPlace, type FixRecord, fixesPage, type FixTotals } from "./sql.ts";

const QUERIES = [
  ..."label:prod,label:dmz,label:lab,-label:prod,-label:dmz,host:h*,host:h30000-1*,-host:h30000-1*,label:nothing,kind:host".split(
    ",",
  ),
  ..."src1,bin2,package:src2,source:src2,-source:bin*,package:bin*,-package:src1,CVE-30000-1,advisory:CVE-30000-7,-advisory:CVE-30000-7".split(
    ",",
  ),
  "label:prod severity>=high",
  "label:dmz kev:true fix:yes",
  "label:prod (severity:critical OR kev:true)",
  "(label:dmz OR package:src3) -severity:low",
  "-(label:dmz severity:high) fix:no",
  "label:prod risk>=50",
  "ecosystem:Debian label:prod",
  "ecosystem:deb* -label:dmz",
  "CVE-30000-1 OR (label:lab kev:false)",
];

let api: TestApi;
let company: TestCompany;

const refresh = (components: readonly number[] | null) =>
  api.db.asServiceFor(company.id, (tx) =>
    refreshFixes(tx, company.id, { components, holders: null, holderCounts: null }),
  );

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  await writeRandomFindings(api, company, 3);
  await refresh(null);
});
afterAll(() => api.close());

/** As the list shows them; sums of fractions may differ in what nobody sees. */
const shown = (rows: readonly (FixRecord & FixTotals)[]) =>
  rows.map((row) => {
    const all = Math.round(row.allWeight * 10);
    const sla = { critical: 1, high: 2, medium: 3, low: 4, kev: 5 };
    return { ...toFixRow(row, { sla, total: row.allWeight, now: new Date() }), all, count: row.count };
  });

const both = async (filter: FindingFilter, memory: Parameters<typeof rememberedFixes>[3]) =>
  await api.db.withCompany(company.id, async (tx) => {
    const asked = await informed(tx, company.id, filter);
    const plain = await fixesPage(tx, company.id, asked, { limit: 1_000, after: null, summed: false });
    const all = await rememberedFixes(tx, company.id, asked, memory);
    if (all === null) return { plain: shown(plain), remembered: null, paged: null };
    const paged: (FixRecord & FixTotals)[] = [];
    for (let after: FixPlace | null = null; ;) {
      const rows = await rememberedPage(tx, company.id, all, { limit: 3, after });
      paged.push(...rows);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = [last.weight, last.ecosystem, last.package, last.hasFix];
    }
    const remembered = await rememberedPage(tx, company.id, all, { limit: 1_000, after: null });
    return { plain: shown(plain), remembered: shown(remembered), paged: shown(paged) };
  });

const stores = (nowMs?: () => number) => ({
  tallies: createTallyStore(api.db, nowMs),
  holdings: createHoldingsStore(api.db, nowMs),
});

test("fixes as they are remembered are those that are summed from findings, for every filter, in the same order, page by page", async () => {
  const memory = stores();
  let told = 0;
  for (const query of QUERIES) {
    const filter = await led(api.db, memory.holdings, company.id, filterOf({ status: "open", query }));
    const { plain, remembered, paged } = await both(filter, memory);
    expect(remembered, query).toEqual(plain);
    expect(paged, query).toEqual(plain);
    told += plain.length;
  }
  expect(told).toBeGreaterThan(100);
  const asset = await api.owner.query<{ id: string }>(
    "select id from asset where company_id = $1 order by id limit 9",
    [company.id],
  );
  for (const { id: assetId } of asset.rows) {
    const filter = await led(api.db, memory.holdings, company.id, filterOf({ status: "open", assetId, query: "" }));
    const { plain, remembered } = await both(filter, memory);
    expect(remembered).toEqual(plain);
  }
});

test("what memory cannot tell it leaves to findings: states, times, versions, and decisions on one asset alone", async () => {
  const memory = stores();
  for (const query of [
    "label:prod seen:7d",
    "version:1.1 label:prod",
    "state:open label:prod",
    "status:all label:prod",
  ]) {
    const filter = await led(api.db, memory.holdings, company.id, filterOf({ status: "open", query }));
    expect((await both(filter, memory)).remembered, query).toBeNull();
  }
  const [asset] = (
    await api.owner.query<{ id: string }>("select id from asset where company_id = $1 order by id limit 1", [
      company.id,
    ])
  ).rows;
  const filter = await led(
    api.db,
    memory.holdings,
    company.id,
    filterOf({ status: "open", assetId: asset?.id, query: "" }),
  );
  await api.owner.query(`set session_replication_role = replica;
    insert into decision_asset values (${company.id}, gen_random_uuid(), '${asset?.id}');
    reset session_replication_role`);
  expect((await both(filter, memory)).remembered).toBeNull();
  const scoped = await api.db.withCompany(
    company.id,
    (tx) => rememberedFixes(tx, company.id, filterOf({ status: "open", query: "label:prod" }), memory),
    ["prod"],
  );
  expect(scoped).toBeNull();
});

test("memory follows the sums: findings that come, go, say something else or are closed are told after the next look", async () => {
  // of few fixes each answer looks: no time passes here
  const memory = stores(() => 0);
  const changes = [
    "delete from finding where company_id = $1 and advisory_id % 5 = 1",
    "update finding set status = 'fixed', fixed_at = now() where company_id = $1 and component_id % 7 = 2 and status = 'open'",
    "update finding set fixed_in = '9.9', reopened_at = now() where company_id = $1 and fixed_in is not null and component_id % 4 = 1",
    "update finding set risk = risk / 2, severity_rank = 5, severity = 'high' where company_id = $1 and advisory_id % 6 = 2",
    "delete from vex_effect where company_id = $1 and component_id % 2 = 0",
    "delete from finding where company_id = $1 and package = 'bin2'",
  ];
  const filter = await led(api.db, memory.holdings, company.id, filterOf({ status: "open", query: "label:prod" }));
  let before = JSON.stringify((await both(filter, memory)).plain);
  for (const change of changes) {
    await api.owner.query(change, [company.id]);
    await refresh(null);
    const { plain, remembered } = await both(filter, memory);
    expect(remembered, change).toEqual(plain);
    expect(JSON.stringify(plain), change).not.toBe(before);
    before = JSON.stringify(plain);
  }
});
