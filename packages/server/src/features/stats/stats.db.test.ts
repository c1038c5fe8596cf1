import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { assetForInventory } from "../assets/index.ts";
import { recordAssetDays, recordDay, statRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;

beforeAll(async () => {
  api = await startApi(() => statRoutes({ offlineAfterSeconds: 90, pendingJobs: async () => 3 }));
  company = await api.company();
});
afterAll(() => api.close());

const NOTHING = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };
const stats = async (of: TestCompany) => (await api.call("GET", "/api/v1/stats", { token: of.reader })).body;

const finding = (
  n: number,
  f: { package: string; source?: string; severity: string; fix?: boolean; status?: string },
) =>
  api.db.withCompany(company.id, (tx) =>
    tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source,
         version, purl, fixed_in, severity, severity_rank, kev_added_at, risk, urgency, record_id, status, asset_count)
       values ($1, $2, $2, 'CVE', '{}', '', 'Debian:12', $3, $4, '1', '', $5, $6, 0, $7, 50, '', 'r', $8, 1)`,
      [
        company.id,
        n,
        f.package,
        f.source ?? null,
        f.fix ? "2" : null,
        f.severity,
        n === 1 ? "2026-01-01" : null,
        f.status ?? "open",
      ],
    ),
  );

test("a company without anything has zeros and today", async () => {
  const empty = await stats(await api.company());
  expect(empty).toMatchObject({ assetCount: 0, agentCount: 0, findings: NOTHING, findingCount: 0, risk: 0 });
  expect(empty.coverage).toEqual({ covered: 0, notCovered: 0, unparsable: 0 });
  expect(empty.trend).toEqual([
    { day: new Date().toISOString().slice(0, 10), risk: 0, findings: NOTHING, findingCount: 0 },
  ]);
});

test("totals are those of the open findings and the assets, the trend is 30 days with today as it is now", async () => {
  await finding(1, { package: "libssl3", source: "openssl", severity: "critical", fix: true });
  await finding(2, { package: "openssl", source: "openssl", severity: "unknown" });
  await finding(3, { package: "bash", severity: "high", fix: true });
  await finding(4, { package: "zlib1g", severity: "high", status: "fixed" });
  await api.db.withCompany(company.id, async (tx) => {
    for (const [name, risk, seconds] of [
      ["a", 88.84, 0],
      ["b", 12, 500],
    ])
      await tx.query(
        `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version, component_count, covered,
           not_covered, unparsable, risk, last_seen_at)
         values ($1, $2, $2, '', '', '{}', '', 100, 80, 15, 5, $3, now() - make_interval(secs => $4))`,
        [company.id, name, risk, seconds],
      );
    await tx.query(
      `insert into credential (company_id, kind, hash, subject, permissions, asset_id)
       select company_id, 'device', decode(md5(id::text), 'hex'), '', '{}', id from asset where company_id = $1`,
      [company.id],
    );
    await tx.query(
      `insert into daily_stat select $1, (now() at time zone 'UTC')::date - n, 10, n, 0, 0, 0, 0, 1
       from generate_series(1, 40) n`,
      [company.id],
    );
  });
  await api.db.withCompany(company.id, (tx) => recordDay(tx, company.id));
  await finding(5, { package: "curl", severity: "low" });
  await api.db.withCompany(company.id, (tx) => recordDay(tx, company.id));

  const body = await stats(company);
  expect(body).toMatchObject({
    assetCount: 2,
    agentCount: 2,
    agentsOnline: 1,
    componentCount: 200,
    findings: { ...NOTHING, critical: 1, high: 1, low: 1, unknown: 1 },
    findingCount: 4,
    packageCount: 3,
    kevCount: 1,
    fixableCount: 2,
    risk: 88.8,
    coverage: { covered: 160, notCovered: 30, unparsable: 10 },
    pendingJobs: 3,
  });
  expect(body.trend).toHaveLength(30);
  expect(body.trend[0]).toMatchObject({ findings: { critical: 29 }, findingCount: 30 });
  expect(body.trend[29]).toMatchObject({ risk: 88.8, findingCount: 4 });
  const [today] = await api.db.withCompany(company.id, (tx) =>
    tx.query("select * from daily_stat where company_id = $1 order by day desc limit 1", [company.id]),
  );
  expect(today).toMatchObject({ critical: 1, high: 1, low: 1, unknown: 1 });
});

test("no figure is another company's", async () => {
  expect((await stats(await api.company())).findingCount).toBe(0);
});

test("the figures of a day are written while a report holds the asset: neither waits for the other", async () => {
  const own = await api.company();
  const [asset] = await api.db.withCompany(own.id, (tx) =>
    tx.query<{ id: string }>(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
       values ($1, 'h', 'm', '', '', '{}', '') returning id`,
      [own.id],
    ),
  );
  const id = asset?.id ?? "";
  await api.db.withCompany(own.id, async (holding) => {
    await assetForInventory(holding, own.id, id);
    await api.db.withCompany(own.id, async (tx) => {
      await tx.query("set local lock_timeout = '2s'");
      await recordAssetDays(tx, own.id, [id]);
    });
  });
  const days = await api.db.withCompany(own.id, (tx) =>
    tx.query("select day from asset_day where asset_id = $1", [id]),
  );
  expect(days).toHaveLength(1);
});
