import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { filterOf, informed, led } from "../findings/index.ts";
import { refreshFixes } from "../fixes/index.ts";
import { createHoldingsStore } from "../holdings/index.ts";
import { writeRandomFindings } from "../tallies/fixtures.ts";
import { createTallyStore } from "../tallies/index.ts";
import { assetGroups, type Counted, type GroupRecord, ownGroups, totalOf } from "./figures-sql.ts";
import { assetGroupsRemembered, groupsRemembered, totalRemembered } from "./memory.ts";
import { partsOf } from "./rules.ts";

let api: TestApi;
let company: TestCompany;

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  await writeRandomFindings(api, company, 9);
  await api.db.asServiceFor(company.id, (tx) =>
    refreshFixes(tx, company.id, { components: null, holders: null, holderCounts: null }),
  );
});
afterAll(() => api.close());

/** Sums of fractions may differ in what nobody sees. */
const near = (n: number): number => Math.round(n * 100) / 100;
const shown = (groups: readonly GroupRecord[] | null) =>
  groups?.map(({ value, total, risk, top, cells, ...group }) => ({
    ...group,
    numbers: [value, total, risk, top].map(near),
    cells: Object.fromEntries(Object.entries(cells).map(([key, n]) => [key, near(n)] as const)),
  }));
const inOrder = (groups: readonly GroupRecord[] | null) => shown(groups)?.toSorted((a, b) => (a.key < b.key ? -1 : 1));

const QUERIES = [
  "",
  "label:prod",
  "-label:dmz severity>=medium",
  "kev:true OR src1",
  "host:h90000-1* fix:yes",
  "risk>=30",
];

test("figures from memory are those that are counted from findings, in every group, measure and column", async () => {
  const memory = { tallies: createTallyStore(api.db), holdings: createHoldingsStore(api.db) };
  for (const query of QUERIES) {
    const plain = filterOf({ status: "open", query });
    const asking = await led(api.db, memory.holdings, company.id, plain, memory.tallies);
    await api.db.withCompany(company.id, async (tx) => {
      const filter = await informed(tx, company.id, asking);
      for (const measure of ["findings", "risk"] as const) {
        for (const across of [null, "severity"] as const) {
          const asked: Counted = { filter, measure, rows: 1_000, across, since: null };
          const says = `${query} ${measure} ${across}`;
          const total = await totalRemembered(tx, company.id, asked, memory);
          const counted = await totalOf(tx, company.id, asked);
          expect([near(total?.total ?? -1), near(total?.risk ?? -1)], says).toEqual([
            near(counted.total),
            near(counted.risk),
          ]);
          for (const group of ["severity", "ecosystem", "package", "advisory"] as const) {
            const found = await groupsRemembered(tx, company.id, group, { asked, memory });
            expect(inOrder(found), `${says} ${group}`).toEqual(inOrder(await ownGroups(tx, company.id, group, asked)));
            const few = await groupsRemembered(tx, company.id, group, { asked: { ...asked, rows: 3 }, memory });
            expect(shown(few), `${says} ${group}`).toEqual(shown(found)?.slice(0, 3));
          }
          const { assets, rest } = partsOf(filter.query);
          const ofRest = { ...asked, filter: { ...filter, query: rest } };
          for (const group of ["asset", "label", "kind"] as const) {
            const found = await assetGroupsRemembered(tx, company.id, group, { asked: ofRest, memory, assets });
            const read = await assetGroups(tx, company.id, group, ofRest, assets);
            expect(inOrder(found), `${says} ${group}`).toEqual(inOrder(read));
            expect(read.length, says).toBeGreaterThan(0);
          }
        }
      }
    });
  }
});

test("days are counted from findings, as are groups of assets where a decision stands on some alone", async () => {
  const memory = { tallies: createTallyStore(api.db), holdings: createHoldingsStore(api.db) };
  const filter = filterOf({ status: "open", query: "" });
  const asked: Counted = { filter, measure: "findings", rows: 10, across: null, since: null };
  await api.owner.query(`set session_replication_role = replica;
    insert into decision_asset values (${company.id}, gen_random_uuid(), gen_random_uuid());
    reset session_replication_role`);
  await api.db.withCompany(company.id, async (tx) => {
    const told = { asked, memory };
    expect(await groupsRemembered(tx, company.id, "day", told)).toBeNull();
    expect(
      await groupsRemembered(tx, company.id, "package", { ...told, asked: { ...asked, across: "day" } }),
    ).toBeNull();
    expect(await assetGroupsRemembered(tx, company.id, "asset", { ...told, assets: null })).toBeNull();
  });
});
