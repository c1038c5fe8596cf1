import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { dashboardRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let clock = 0;

const RANKS = ["unknown", "none", "low", "medium", "high", "critical"];
const DAY_MS = 86_400_000;
const dayAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

interface Given {
  readonly package: string;
  readonly severity: string;
  readonly risk: number;
  readonly seenDaysAgo: number;
  readonly fixedDaysAgo?: number;
  readonly ecosystem?: string;
}
/** The number in the list is the component's. */
const GIVEN: readonly Given[] = [
  { package: "openssl", severity: "critical", risk: 90, seenDaysAgo: 40 },
  { package: "openssl", severity: "high", risk: 70, seenDaysAgo: 3 },
  { package: "bash", severity: "high", risk: 60, seenDaysAgo: 3 },
  { package: "lodash", severity: "low", risk: 10, seenDaysAgo: 1, ecosystem: "npm" },
  { package: "zip", severity: "critical", risk: 80, seenDaysAgo: 100, fixedDaysAgo: 2 },
];
/** Assets with the components that they have. */
const ASSETS = [
  { name: "web-1", labels: "{prod,web}", components: [0, 1, 2], counts: [1, 2, 0], risk: 95 },
  { name: "db-1", labels: "{prod}", components: [0, 3], counts: [1, 0, 1], risk: 90 },
  { name: "lab-1", labels: "{}", components: [3], counts: [0, 0, 1], risk: 10 },
] as const;

const insert = (at: number, f: Given): Promise<unknown> =>
  api.db.withCompany(company.id, (tx) =>
    tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, version, purl,
         severity, severity_rank, risk, urgency, record_id, status, asset_count, first_seen_at, fixed_at)
       values ($1, $2, $2, $3, '{}', '', $4, $5, '1', '', $6, $7, $8, '', 'r', $9, 1, now() - make_interval(days => $10),
         now() - make_interval(days => $11::int))`,
      [
        company.id,
        at + 1,
        `CVE-${at + 1}`,
        f.ecosystem ?? "Debian:12",
        f.package,
        f.severity,
        RANKS.indexOf(f.severity) + 1,
        f.risk,
        f.fixedDaysAgo === undefined ? "open" : "fixed",
        f.seenDaysAgo,
        f.fixedDaysAgo ?? null,
      ],
    ),
  );

beforeAll(async () => {
  api = await startApi(() => dashboardRoutes({ offlineAfterSeconds: 60, now: () => clock }));
  company = await api.company();
  other = await api.company();
  for (const [at, given] of GIVEN.entries()) await insert(at, given);
  await api.db.withCompany(company.id, async (tx) => {
    for (const { name, labels, components, counts, risk } of ASSETS) {
      const [asset] = await tx.query<{ id: string }>(
        `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, critical, high, low,
           risk, component_count, covered, not_covered)
         values ($1, 'host', $2, $2, '', 'Debian:12', '{}', '', $3, $4, $5, $6, $7, 10, 9, 1) returning id`,
        [company.id, name, labels, ...counts, risk],
      );
      for (const source of ["dpkg", "files"]) {
        await tx.query(
          `insert into inventory (company_id, asset_id, source, status, digest, component_ids, taken_at)
           values ($1, $2, $3, 'ok', '', $4, now())`,
          [company.id, asset?.id, source, components.map((c) => c + 1)],
        );
      }
    }
    await tx.query(
      `insert into daily_stat (company_id, day, risk, critical, high, medium, low, none, unknown)
       values ($1, $2::date, 97, 5, 4, 0, 0, 0, 0), ($1, $3::date, 96, 3, 4, 0, 0, 0, 0)`,
      [company.id, dayAgo(60), dayAgo(3)],
    );
  });
});
afterAll(() => api.close());

const figures = async (query: string, token = company.reader) => {
  clock += 120_000;
  const answer = await api.call("GET", `/api/v1/figures?${query}`, { token });
  expect([answer.status, answer.body.message ?? ""]).toEqual([200, ""]);
  return answer.body;
};
const valuesOf = (body: { rows: { name: string; value: number }[] }): Record<string, number> =>
  Object.fromEntries(body.rows.map(({ name, value }) => [name, value]));

test("one number counts findings or sums their risks, of any query and of one company", async () => {
  expect(await figures("shape=total")).toMatchObject({ total: 4, risk: 90, rows: [] });
  expect(await figures("shape=total&measure=risk&query=severity:high")).toMatchObject({ total: 130, risk: 70 });
  expect(await figures("shape=total&query=status:fixed")).toMatchObject({ total: 1 });
  expect(await figures("shape=total", other.reader)).toMatchObject({ total: 0, risk: 0 });
  const wrong = await api.call("GET", "/api/v1/figures?query=severity:terrible", { token: company.reader });
  expect(wrong.body).toMatchObject({ code: "BAD_REQUEST", field: "query" });
});

test("groups come largest first, with all of them in the total, and at most as many as were asked for", async () => {
  const byPackage = await figures("shape=groups&group=package&rows=2");
  expect(byPackage).toMatchObject({ total: 4, risk: 90, groupCount: 3 });
  expect(byPackage.rows.map((r: { key: string }) => r.key)).toEqual(["openssl", "bash"]);
  expect(valuesOf(await figures("shape=groups&group=ecosystem&measure=risk"))).toEqual({ "Debian:12": 220, npm: 10 });
  const severities = (await figures("shape=groups&group=severity")).rows.map((r: { key: string }) => r.key);
  expect(severities).toEqual(["critical", "high", "low"]);
  const days = await figures("shape=groups&group=day&days=5");
  expect(days.rows.map((r: { value: number }) => r.value)).toEqual([0, 2, 0, 1, 0]);
});

test("an asset's findings count once for each asset that the query asks for, however many sources report them", async () => {
  const all = { "web-1": 3, "db-1": 2, "lab-1": 1 };
  expect(valuesOf(await figures("shape=groups&group=asset"))).toEqual(all);
  expect(valuesOf(await figures("shape=groups&group=asset&query=risk>=0"))).toEqual(all);
  expect(valuesOf(await figures("shape=groups&group=asset&query=severity>=high"))).toEqual({ "web-1": 3, "db-1": 1 });
  expect(valuesOf(await figures("shape=groups&group=asset&query=label:web"))).toEqual({ "web-1": 3 });
  expect(valuesOf(await figures("shape=groups&group=asset&query=label:web risk>=0"))).toEqual({ "web-1": 3 });
  const sums = { "web-1": 220, "db-1": 100, "lab-1": 10 };
  expect(valuesOf(await figures("shape=groups&group=asset&measure=risk"))).toEqual(sums);
  expect(valuesOf(await figures("shape=groups&group=label"))).toEqual({ prod: 5, web: 3, "": 1 });
  expect(valuesOf(await figures("shape=groups&group=label&query=risk>=0"))).toEqual({ prod: 5, web: 3, "": 1 });
});

test("what is accepted on one asset alone is not counted there", async () => {
  await api.db.withCompany(company.id, async (tx) => {
    const [decision] = await tx.query<{ id: string }>(
      `insert into decision (company_id, kind, by_asset, needs_approval, scope, reason, owner, created_by, expires_at)
       values ($1, 'accept_risk', true, false, '', 'x', 'x', 'x', now() + interval '1 day') returning id`,
      [company.id],
    );
    await tx.query(
      `insert into decision_finding (company_id, decision_id, component_id, advisory_id, severity_rank, is_kev, in_force, closes)
       values ($1, $2, 1, 1, 5, false, true, false)`,
      [company.id, decision?.id],
    );
    await tx.query(
      `insert into decision_asset (company_id, decision_id, asset_id)
       select $1, $2, id from asset where company_id = $1 and name = 'db-1'`,
      [company.id, decision?.id],
    );
  });
  const body = await figures("shape=groups&group=asset&query=risk>=0");
  expect(valuesOf(body)).toEqual({ "web-1": 3, "db-1": 1, "lab-1": 1 });
  await api.owner.query("delete from decision_asset where company_id = $1", [company.id]);
});

test("a heat map holds the values of each group by severity or by day", async () => {
  const heat = await figures("shape=cells&group=package&across=severity");
  expect(heat.columns).toEqual(["critical", "high", "medium", "low", "unknown"]);
  expect(heat.rows.map((r: { key: string }) => r.key)).toEqual(["openssl", "bash", "lodash"]);
  expect(heat.cells[0]).toEqual([1, 1, 0, 0, 0]);
  const labels = await figures("shape=cells&group=label&across=severity");
  expect([labels.rows[0].key, labels.cells[0]]).toEqual(["prod", [2, 2, 0, 1, 0]]);
  const days = await figures("shape=cells&group=package&across=day&days=4");
  expect(days.cells[0]).toEqual([1, 0, 0, 0]);
});

test("the course of severities is the recorded one, and that of any other query is told from when findings came and went", async () => {
  const values = (body: { rows: { value: number }[] }) => body.rows.map(({ value }) => value);
  expect(values(await figures("shape=course&days=5"))).toEqual([9, 7, 7, 7, 4]);
  expect(values(await figures("shape=course&days=5&query=severity:critical"))).toEqual([5, 3, 3, 3, 1]);
  expect(values(await figures("shape=course&days=5&query=risk>=0"))).toEqual([2, 4, 3, 4, 4]);
  expect(values(await figures("shape=course&days=3&measure=risk&query=package:zip"))).toEqual([0, 0, 0]);
});

test("the number of all that is open is the one that is kept, where one is and no decision closes any of it", async () => {
  await api.owner.query(
    `insert into company_total (company_id, critical, high, medium, low, "none", unknown, finding_count, package_count, kev_count,
       fixable_count, coverage) values ($1, 7, 5, 0, 0, 0, 0, 12, 1, 0, 0, '[]')`,
    [company.id],
  );
  expect(await figures("shape=total")).toMatchObject({ total: 12, risk: 90 });
  expect(await figures("shape=total&query=severity:high")).toMatchObject({ total: 5, risk: 70 });
  expect(await figures("shape=total&query=kev:true")).toMatchObject({ total: 0 });
  await api.owner.query("delete from company_total where company_id = $1", [company.id]);
});

test("what no source was read for is said to be unknown, and never counted as none", async () => {
  const read = async (query: string) => (await figures(`shape=total&query=${encodeURIComponent(query)}`)).unknown;
  expect(await read("kev:true")).toEqual(["kev"]);
  expect(await read("-kev:true epss>0.5")).toEqual(["kev", "epss"]);
  expect(await read("severity:critical")).toEqual([]);
  const sources = [
    { feed: "kev", recordCount: 1 },
    { feed: "epss", recordCount: 0 },
  ];
  await api.owner.query("insert into feed_generation (index_file, meta) values ('x', $1)", [{ sources }]);
  expect(await read("kev:true epss>0.5")).toEqual(["epss"]);
  await api.owner.query("delete from feed_generation");
});

test("numbers, severities, ecosystems and packages are as the sums of fixes tell them, where they tell what is asked", async () => {
  const parts = [
    ["npm", "a", true, 6, false, 3, 81],
    ["npm", "b", false, 6, true, 2, 90],
    ["PyPI", "b", true, 4, false, 10, 40],
  ];
  await api.owner.query(
    `insert into fix (company_id, ecosystem, package, has_fix, finding_count, asset_count, kev_count, critical, high, medium, low,
       "none", unknown, weight, max_risk, advisories)
     values ($1, 'npm', 'a', true, 3, 1, 0, 3, 0, 0, 0, 0, 0, 1, 81, '{}')`,
    [company.id],
  );
  for (const part of parts) {
    await api.owner.query(
      `insert into fix_part (company_id, ecosystem, package, has_fix, severity_rank, is_kev, fixes, finding_count, weight, max_risk,
         advisories, since) values ($1, $2, $3, $4, $5, $6, '', $7, 1, $8, '', now())`,
      [company.id, ...part],
    );
  }
  const rows = async (query: string) =>
    (await figures(query)).rows.map(({ key, value, risk }: { key: string; value: number; risk: number }) => [
      key,
      value,
      risk,
    ]);
  expect(await figures("shape=total&query=kev:true")).toMatchObject({ total: 2, risk: 90 });
  expect(await rows("shape=groups&group=severity")).toEqual([
    ["critical", 5, 90],
    ["medium", 10, 40],
  ]);
  expect(await rows("shape=groups&group=package&query=fix:yes")).toEqual([
    ["b", 10, 40],
    ["a", 3, 81],
  ]);
  expect(await figures("shape=groups&group=ecosystem&rows=1")).toMatchObject({ total: 15, risk: 90, groupCount: 2 });
  expect(await figures("shape=cells&group=package&across=severity&rows=1")).toMatchObject({
    cells: [[2, 0, 10, 0, 0]],
  });
  // of words, risk and days the sums know nothing: counted
  expect((await figures("shape=total&query=package:b")).total).toBe(0);
  await api.owner.query("delete from fix where company_id = $1", [company.id]);
  await api.owner.query("delete from fix_part where company_id = $1", [company.id]);
});

test("an answer is kept for a moment, by who sees which assets", async () => {
  const before = await figures("shape=total&query=risk:1");
  await insert(10, { package: "curl", severity: "low", risk: 1, seenDaysAgo: 200 });
  const again = await api.call("GET", "/api/v1/figures?shape=total&query=risk:1", { token: company.reader });
  expect([before.total, again.body.total]).toEqual([0, 0]);
  expect((await figures("shape=total&query=risk:1")).total).toBe(1);
  await api.owner.query("delete from finding where company_id = $1 and package = 'curl'", [company.id]);
});

test("the page for a board has the goal, what moved, and what is overdue", async () => {
  await api.owner.query(
    `insert into company_setting (company_id, name, value, changed_by) values ($1, 'goal.risk', '40', 'x'),
       ($1, 'goal.day', '"2027-03-31"', 'x'), ($1, 'goal.overdue_days', '30', 'x')`,
    [company.id],
  );
  const { body } = await api.call("GET", "/api/v1/executive?days=30", { token: company.reader });
  expect(body).toMatchObject({
    risk: 95,
    goal: { risk: 40, day: "2027-03-31", overdueDays: 30 },
    fixed: { count: 1, findings: { critical: 1 } },
    opened: { count: 3 },
    overdue: { count: 1, oldestDays: 40 },
    assetCount: 3,
    coverage: { covered: 27, notCovered: 3, unparsable: 0 },
    open: { critical: 1, high: 2, low: 1 },
  });
  expect(body.trend).toHaveLength(30);
  expect(body.trend[0]).toMatchObject({ risk: 97, critical: 5 });
  expect(body.trend.at(-1)).toMatchObject({ risk: 95, critical: 1, findingCount: 4 });
  const none = (await api.call("GET", "/api/v1/executive", { token: other.reader })).body;
  expect(none).toMatchObject({
    goal: { risk: null, day: null, overdueDays: 14 },
    overdue: { count: 0, oldestDays: null },
  });
});
