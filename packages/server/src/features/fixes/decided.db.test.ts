import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { refreshRulings } from "../decisions/index.ts";
import { filterOf, informed, led } from "../findings/index.ts";
import { createHoldingsStore } from "../holdings/index.ts";
import { writeRandomFindings } from "../tallies/fixtures.ts";
import { createTallyStore } from "../tallies/index.ts";
import { countAssetsOf } from "./assets-sql.ts";
import { refreshFixes } from "./index.ts";
import { rememberedFixes, rememberedPage } from "./memory.ts";
import { type FixKey, fixAssets, fixesPage } from "./sql.ts";

/** Scopes that name assets, one within the other, and some for everybody. */
const SCOPES = [
  "host:h50000-1*",
  "label:dmz severity>=medium",
  "label:prod package:src1",
  "-label:prod risk>=50",
  "label:lab",
  "package:bin2",
];
const WHOLE = { limit: 1_000, after: null };

let api: TestApi;
let company: TestCompany;

const service = <T>(run: (tx: Parameters<typeof refreshRulings>[0]) => Promise<T>): Promise<T> =>
  api.db.asServiceFor(company.id, run);
const own = (text: string, ...values: unknown[]) => service((tx) => tx.query<any>(text, [company.id, ...values]));
const refresh = async (components: readonly number[] | null): Promise<void> => {
  await service((tx) => refreshRulings(tx, company.id, { components }));
  await service((tx) => refreshFixes(tx, company.id, { components, holders: null, holderCounts: null }));
};

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  await writeRandomFindings(api, company, 5);
  for (const scope of SCOPES) {
    await own(
      `insert into decision (company_id, kind, scope, by_asset, reason, owner, created_by, needs_approval, expires_at)
       values ($1, 'accept_risk', $2, $3, 'test', 'test', 'test', false, now() + interval '9 days')`,
      scope,
      scope !== "package:bin2",
    );
  }
  await refresh(null);
});
afterAll(() => api.close());

interface Pair {
  readonly fix: string;
  readonly key: FixKey;
  readonly advisory: number;
  readonly version: string;
  readonly risk: number;
  readonly assets: readonly string[];
}
const nameOf = ({ ecosystem, package: name, hasFix }: FixKey): string => `${ecosystem}/${name}/${hasFix}`;

/** What is open on which assets, one by one, from the inventories and the decisions alone. `labels`: of assets with one of these. */
const openPairs = async (labels: readonly string[] | null = null): Promise<Pair[]> => {
  const rows = await own(
    `select f.ecosystem, coalesce(f.source, f.package) as package, f.fixed_in is not null as "hasFix", f.advisory_id as advisory,
       f.version, f.risk, array(
         select i.asset_id::text from inventory i join asset a on a.company_id = i.company_id and a.id = i.asset_id
         where i.company_id = $1 and f.component_id = any(i.component_ids) and ($2::text[] is null or a.labels && $2)
           and not exists (
             select 1 from decision_finding d left join decision_asset o on o.company_id = $1 and o.decision_id = d.decision_id
               and o.asset_id = i.asset_id
             join decision x on x.company_id = $1 and x.id = d.decision_id
             where d.company_id = $1 and d.component_id = f.component_id and d.advisory_id = f.advisory_id and d.in_force
               and (not x.by_asset or o.asset_id is not null)) order by 1) as assets
     from finding f where f.company_id = $1 and f.status = 'open'`,
    labels,
  );
  return rows.filter((row) => row.assets.length > 0).map((row) => ({ ...row, key: row, fix: nameOf(row) }) as Pair);
};

/** Fixes as they are added up from these: assets each once; the weight by the most assets of each version of each advisory. */
const addedUp = (pairs: readonly Pair[]) =>
  [...Map.groupBy(pairs, ({ fix }) => fix)]
    .map(([fix, of]) => {
      const most = new Map<string, number>();
      for (const { advisory, version, risk, assets } of of) {
        const at = `${advisory} ${version}`;
        most.set(at, Math.max(most.get(at) ?? 0, risk * assets.length));
      }
      const weight = most.values().reduce((sum, one) => sum + one, 0);
      const assets = [...new Set(of.flatMap((one) => one.assets))].sort();
      return { fix, findingCount: of.length, assets, weight: Math.round(weight * 10) };
    })
    .toSorted((a, b) => (a.fix < b.fix ? -1 : 1));

const shown = (rows: readonly (FixKey & { findingCount: number; assetCount: number; weight: number })[]) =>
  rows
    .map((row) => ({
      fix: nameOf(row),
      findingCount: row.findingCount,
      assetCount: row.assetCount,
      weight: Math.round(row.weight * 10),
    }))
    .toSorted((a, b) => (a.fix < b.fix ? -1 : 1));
const counted = (all: ReturnType<typeof addedUp>) =>
  all.map(({ assets, ...one }) => ({ ...one, assetCount: assets.length }));

const check = async (): Promise<number> => {
  const expected = addedUp(await openPairs());
  const everything = filterOf({ status: "open" });
  const memory = { tallies: createTallyStore(api.db), holdings: createHoldingsStore(api.db) };
  await api.db.withCompany(company.id, async (tx) => {
    const filter = await informed(tx, company.id, everything);
    for (const summed of [true, false]) {
      expect(shown(await fixesPage(tx, company.id, filter, { ...WHOLE, summed }))).toEqual(counted(expected));
    }
    const remembered = await rememberedFixes(tx, company.id, filter, memory);
    expect(remembered && shown(await rememberedPage(tx, company.id, remembered, WHOLE))).toEqual(counted(expected));
    for (const { fix, assets } of expected) {
      const [ecosystem = "", name = "", hasFix] = fix.split("/");
      const key = { ecosystem, package: name, hasFix: hasFix === "true" };
      const rows = await fixAssets(tx, company.id, key, { ...WHOLE, left: false });
      expect(rows.map(({ id }) => id).sort(), fix).toEqual(assets);
    }
  });
  return expected.reduce((sum, { assets }) => sum + assets.length, 0);
};

test("fixes, their assets and their risk are of what is open where no decision stands, from sums, findings and memory alike", async () => {
  const before = await own("select count(*)::int as n from finding where company_id = $1 and status = 'open'");
  const left = await check();
  expect(left).toBeGreaterThan(50);
  expect((await openPairs()).length).toBeLessThan(before[0].n);
  const partly = await own(
    "select count(*)::int as n from decision_finding where company_id = $1 and not closes and decided_count > 0",
  );
  expect(partly[0].n).toBeGreaterThan(50);
});

test("a filter leaves of decided findings what it leaves of others", async () => {
  const memory = { tallies: createTallyStore(api.db), holdings: createHoldingsStore(api.db) };
  for (const query of ["label:prod", "-label:prod severity>=high", "src1", "label:dmz fix:yes"]) {
    const asked = await led(api.db, memory.holdings, company.id, filterOf({ status: "open", query }));
    await api.db.withCompany(company.id, async (tx) => {
      const filter = await informed(tx, company.id, asked);
      const remembered = await rememberedFixes(tx, company.id, filter, memory);
      const plain = await fixesPage(tx, company.id, filter, { ...WHOLE, summed: false });
      expect(plain.length, query).toBeGreaterThan(2);
      expect(remembered && shown(await rememberedPage(tx, company.id, remembered, WHOLE)), query).toEqual(shown(plain));
    });
  }
});

test("who sees some assets only is told of what is open on these", async () => {
  const expected = addedUp(await openPairs(["dmz"]));
  await api.db.withCompany(
    company.id,
    async (tx) => {
      const filter = await informed(tx, company.id, filterOf({ status: "open" }));
      const rows = await fixesPage(tx, company.id, filter, { ...WHOLE, summed: false });
      const told = new Map(shown(rows).map((one) => [one.fix, one]));
      for (const { fix, assets, weight } of expected) {
        expect(told.get(fix), fix).toMatchObject({ assetCount: assets.length, weight });
      }
      const keys = rows.map(({ ecosystem, package: name, hasFix }) => ({ ecosystem, package: name, hasFix }));
      expect(await countAssetsOf(tx, company.id, keys)).toEqual(rows.map(({ assetCount }) => assetCount));
    },
    ["dmz"],
  );
});

test("labels that change, inventories that change and decisions that end are followed, step by step as anew", async () => {
  const steps: [string, readonly number[] | null][] = [
    ["update asset set labels = '{dmz}' where company_id = $1 and name like 'h50000-2%'", []],
    ["update asset set labels = '{}' where company_id = $1 and name like 'h50000-5%'", []],
    ["update decision set revoked_at = now(), revoked_by = 'test' where company_id = $1 and scope = 'label:lab'", []],
    ["update decision set revoked_at = now(), revoked_by = 'x' where company_id = $1 and scope = 'host:h50000-1*'", []],
    ["update finding set severity_rank = 6, severity = 'critical' where company_id = $1 and advisory_id % 3 = 0", null],
    ["update decision set revoked_at = now(), revoked_by = 'x' where company_id = $1 and revoked_at is null", []],
  ];
  let before = -1;
  for (const [text, components] of steps) {
    await own(text);
    await refresh(components);
    const now = await check();
    expect(now, text).not.toBe(before);
    before = now;
    const kept = await own("select * from fix where company_id = $1 and finding_count > 0 order by 1, 2, 3, 4");
    await own("delete from fix where company_id = $1");
    await own("delete from fix_part where company_id = $1");
    await refresh(null);
    expect(await own("select * from fix where company_id = $1 and finding_count > 0 order by 1, 2, 3, 4")).toEqual(
      kept,
    );
  }
});
