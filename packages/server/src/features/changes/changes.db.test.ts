import { READ_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { findingRoutes } from "../findings/index.ts";
import { changeRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let moves: { days: string[]; moves: { day: string; cveId: string; before: number | null; score: number }[] };
const HOUR_MS = 3_600_000;

const noKnowledge = {
  explain: async () => [],
  explanation: async () => null,
  enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
};

beforeAll(async () => {
  api = await startApi(() => [
    ...changeRoutes({
      offlineAfterSeconds: 90,
      syncHours: 6,
      epss: { moves: async () => moves },
      pendingJobs: async () => 0,
    }),
    ...findingRoutes(noKnowledge),
  ]);
});
afterAll(() => api.close());
beforeEach(async () => {
  company = await api.company();
  moves = { days: [], moves: [] };
});

const sql = (text: string, values: unknown[] = []) =>
  api.db.withCompany(company.id, (tx) => tx.query<{ id: string }>(text, [company.id, ...values]));

interface Given {
  component?: number;
  advisory?: string;
  rank?: number;
  kev?: string;
  status?: string;
  seen?: string;
  fixed?: string;
  reopened?: string;
  assets?: number;
}
const NAMES = ["", "unknown", "none", "low", "medium", "high", "critical"];
let count = 0;
const finding = ({ component = 1, advisory = "CVE-2026-1000", rank = 5, assets = 3, ...f }: Given) =>
  sql(
    `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, version, purl,
       fixed_in, severity, severity_rank, kev_added_at, risk, urgency, record_id, status, asset_count, first_seen_at, fixed_at,
       reopened_at)
     values ($1, $2, $3, $4, '{}', 'what it is', 'Debian:12', 'xz', '1', '', '2', $5, $6, $7, 50, '', 'r', $8, $9,
       coalesce($10::timestamptz, now()), $11, $12)`,
    [
      component,
      (count += 1),
      advisory,
      NAMES[rank],
      rank,
      f.kev ?? null,
      f.status ?? (f.fixed ? "fixed" : "open"),
      assets,
      f.seen ?? null,
      f.fixed ?? null,
      f.reopened ?? null,
    ],
  );
const asset = async (
  name: string,
  given: { labels?: string[]; components?: number[]; seen?: string; last?: string },
) => {
  const [row] = await sql(
    `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version, labels, first_seen_at, last_seen_at,
       inventory_at)
     values ($1, $2, $2, 'Debian 12', 'Debian:12', '{}', '', $3, coalesce($4::timestamptz, now()), coalesce($5::timestamptz, now()), now())
     returning id`,
    [name, given.labels ?? [], given.seen ?? null, given.last ?? null],
  );
  await sql(
    `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at) values ($1, $2, 'dpkg', 'ok', $3::int[], now())`,
    [row?.id, `{${(given.components ?? []).join(",")}}`],
  );
  return row?.id ?? "";
};
const delta = (assetId: string, at: string, added: number[], removed: number[]) =>
  sql(
    `insert into inventory_delta (company_id, asset_id, source, at, added, removed) values ($1, $2, 'dpkg', $3, $4::int[], $5::int[])`,
    [assetId, at, `{${added.join(",")}}`, `{${removed.join(",")}}`],
  );

const changes = async (query: Record<string, string> = {}, token = company.owner) => {
  const answer = await api.call("GET", `/api/v1/changes?${new URLSearchParams(query).toString()}`, { token });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const section = (body: { days: { day: string; sections: { kind: string }[] }[] }, day: string, kind: string): any =>
  body.days.find((one) => one.day === day)?.sections.find((one) => one.kind === kind);
const total = (body: { totals: { kind: string; count: number }[] }, kind: string) =>
  body.totals.find((one) => one.kind === kind)?.count;
const listed = async (query: string, token = company.owner): Promise<number> =>
  (await api.call("GET", `/api/v1/findings?${new URLSearchParams({ query }).toString()}`, { token })).body.count;
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();
const scopedToken = async (labels: string[]): Promise<string> => {
  const { secret, hash } = newToken("api", company.id);
  await api.db.withCompany(company.id, (tx) =>
    insertCredential(tx, {
      companyId: company.id,
      kind: "api",
      hash,
      subject: "token:scoped",
      permissions: [...READ_PERMISSIONS, "audit:read"],
      labels,
    }),
  );
  return secret;
};

test("findings are of the day of the caller's clock in which they opened, were fixed or came back, also where it has 25 hours", async () => {
  const window = { from: "2025-10-25", until: "2025-10-28", zone: "Europe/Berlin" };
  await finding({ seen: "2025-10-25T21:59:59Z" });
  await finding({ seen: "2025-10-25T22:00:00Z", rank: 6 });
  await finding({ seen: "2025-10-26T22:59:59Z", component: 2 });
  await finding({ seen: "2025-10-26T23:00:00Z", advisory: "CVE-2026-2" });
  await finding({ seen: "2025-01-01T00:00:00Z", fixed: "2025-10-26T22:30:00Z" });
  await finding({ seen: "2025-01-01T00:00:00Z", reopened: "2025-10-27T22:59:00Z" });
  const body = await changes(window);
  expect(body.days.map(({ day }: { day: string }) => day)).toEqual(["2025-10-27", "2025-10-26", "2025-10-25"]);
  expect(section(body, "2025-10-25", "opened").count).toBe(1);
  const opened = section(body, "2025-10-26", "opened");
  expect(opened).toMatchObject({ count: 2, isExact: true, moreCount: 0 });
  expect(opened.entries).toMatchObject([
    { name: "CVE-2026-1000", findingCount: 2, severity: "critical", packages: ["xz"] },
  ]);
  expect(opened.query).toBe("seen>=2025-10-25T22:00Z seen<2025-10-26T23:00Z status:all");
  expect(await listed(opened.query)).toBe(2);
  expect(await listed(opened.entries[0].query)).toBe(2);
  expect(section(body, "2025-10-26", "fixed").count).toBe(1);
  expect(await listed(section(body, "2025-10-26", "fixed").query)).toBe(1);
  expect(section(body, "2025-10-27", "reopened").count).toBe(1);
  expect([total(body, "opened"), total(body, "fixed"), total(body, "reopened")]).toEqual([4, 1, 1]);
  expect(body.matter).toMatchObject({ count: 1, isExact: true });
  const utc = await changes({ ...window, zone: "UTC" });
  expect(section(utc, "2025-10-25", "opened").count).toBe(2);
});

test("the worst of a day stand first, no more than asked for, and the rest is counted", async () => {
  for (let n = 0; n < 7; n += 1) await finding({ advisory: `CVE-2026-${10 + n}`, rank: 3, component: n });
  await finding({ advisory: "CVE-2026-99", rank: 4, kev: "2020-01-01" });
  const body = await changes({ groups: "3", from: hoursAgo(1) });
  const { entries, moreCount, count: all } = body.days[0].sections.find((s: { kind: string }) => s.kind === "opened");
  expect(entries.map(({ name }: { name: string }) => name)).toEqual(["CVE-2026-99", "CVE-2026-10", "CVE-2026-11"]);
  expect([moreCount, all, body.matter.count]).toEqual([5, 8, 1]);
  expect(await listed(body.matter.query)).toBe(1);
});

test("what was fixed says on how many assets, by what went from their inventories", async () => {
  const [a, b] = [await asset("a", { components: [2] }), await asset("b", { components: [2] })];
  await finding({ component: 1, seen: hoursAgo(500), fixed: hoursAgo(1), assets: 0 });
  await finding({ component: 7, seen: hoursAgo(500), fixed: hoursAgo(1), assets: 0, advisory: "CVE-2026-7" });
  for (const id of [a, b]) await delta(id, hoursAgo(1.1), [2], [1]);
  const body = await changes({ from: hoursAgo(2) });
  const fixed = body.days
    .flatMap((d: { sections: any[] }) => d.sections)
    .find((s: { kind: string }) => s.kind === "fixed");
  expect(fixed.entries.map((e: { name: string; assetCount: number }) => [e.name, e.assetCount])).toEqual([
    ["CVE-2026-1000", 2],
    ["CVE-2026-7", null],
  ]);
});

test("KEV and EPSS are told where they touch open findings, and not where nobody is concerned any more", async () => {
  const today = new Date().toISOString().slice(0, 10);
  await finding({ seen: hoursAgo(900), kev: today, advisory: "CVE-2026-5" });
  await finding({ seen: hoursAgo(900), kev: today, advisory: "CVE-2026-6", fixed: hoursAgo(800) });
  const move = (cveId: string) => ({ day: today, cveId, before: 0.02, score: 0.61 });
  moves = { days: [today, "2026-01-01"], moves: [move("CVE-2026-5"), move("CVE-2026-6"), move("CVE-2026-404")] };
  const body = await changes();
  expect(section(body, today, "kev").entries).toMatchObject([{ name: "CVE-2026-5", isKev: true, at: null }]);
  expect(section(body, today, "epss").entries).toMatchObject([
    { name: "CVE-2026-5", epss: 0.61, epssBefore: 0.02, says: "EPSS 2 % -> 61 %: what it is", findingCount: 1 },
  ]);
  expect(await listed(section(body, today, "kev").query)).toBe(1);
  expect(body.basis.epssFrom).toBe("2026-01-01");
});

test("assets, inventories, agents, decisions and feeds have their day, and every entry leads somewhere", async () => {
  const old = await asset("old", { seen: hoursAgo(900), last: hoursAgo(0.5) });
  const fresh = await asset("fresh", {});
  const many = Array.from({ length: 30 }, (_, n) => n + 1);
  await delta(old, hoursAgo(0.2), many, [99]);
  await delta(fresh, hoursAgo(0.2), many, []);
  await sql(
    `insert into credential (company_id, kind, hash, subject, permissions, asset_id, revoked_at)
     values ($1, 'device', decode(md5($2::text), 'hex'), 'd', '{}', $2::uuid, now()),
       ($1, 'device', decode(md5($2::text || 'new'), 'hex'), 'd', '{}', $2::uuid, null)`,
    [old],
  );
  // nobody waits for one that was revoked
  const gone = await asset("gone", { seen: hoursAgo(900), last: hoursAgo(0.5) });
  await sql(
    `insert into credential (company_id, kind, hash, subject, permissions, asset_id, created_at, revoked_at)
     values ($1, 'device', decode(md5($2::text), 'hex'), 'd', '{}', $2::uuid, now() - interval '9 days', now() - interval '8 days')`,
    [gone],
  );
  await sql(
    `insert into audit_event (company_id, actor, action, target, detail, ip) values
       ($1, 'kim', 'decision.create', 't', '{"reason": "not reachable"}', ''), ($1, 'kim', 'settings.change', 't', '{}', '')`,
  );
  await sql(
    `with made as (
       insert into decision (company_id, kind, scope, by_asset, reason, owner, created_by, needs_approval, expires_at)
       values ($1, 'accept_risk', 'advisory:CVE-2026-9 label:lab', true, 'r', 'o', 'kim', false, now() + interval '1 day') returning id)
     insert into audit_event (company_id, at, actor, action, target, detail, ip)
     select $1, now() - interval '1 minute', 'kim', 'decision.create', id::text, '{"findingCount": 1}', '' from made`,
  );
  await api.db.asService((tx) =>
    tx.query(
      `insert into feed_generation (meta, index_file) values ('{"recordCount": 10}', 'f'), ('{"recordCount": 14}', 'g')`,
    ),
  );
  const body = await changes({ from: hoursAgo(1) });
  const entries = (kind: string) =>
    body.days.flatMap((d: any) => d.sections.filter((s: any) => s.kind === kind).flatMap((s: any) => s.entries));
  const said = (kind: string) => entries(kind).map((e: { name: string; says: string }) => `${e.name}: ${e.says}`);
  expect(said("asset_new")).toEqual(["fresh: host, Debian 12"]);
  expect(said("asset_silent")).toEqual(["old: last heard of then, silent since"]);
  expect(said("inventory")).toEqual(["old: 30 components added, 1 removed"]);
  expect(said("agent").sort()).toEqual(["old: enrolled", "old: enrolled", "old: revoked"]);
  expect(said("decision")).toEqual([
    "decision.create: kim: not reachable",
    "decision.create: kim: advisory:CVE-2026-9 label:lab",
  ]);
  expect(
    said("feed")
      .slice(0, 2)
      .map((s: string) => s.replace(/\d+: /, ": ")),
  ).toEqual(["generation : 14 records (+4 records), by sync", "generation : 10 records, the first, by sync"]);
  for (const day of body.days)
    for (const one of day.sections.flatMap((s: any) => [s, ...s.entries])) expect(one.query ?? one.path).toMatch(/./);
  expect(body.basis).toMatchObject({ assetCount: 3, silentCount: 1, isStale: false, pendingJobs: 0 });
});

test("a viewer does not see the trail, another company sees nothing, and nobody without the permission anything", async () => {
  await finding({});
  await asset("mine", {});
  const body = await changes({}, company.reader);
  expect(body.hidden).toEqual([{ kind: "decision", why: "permission" }]);
  expect(total(body, "opened")).toBe(1);
  const other = await api.company();
  const theirs = await changes({}, other.owner);
  expect(theirs.totals.filter((t: { kind: string; count: number }) => t.kind !== "feed" && t.count > 0)).toEqual([]);
  expect(theirs.basis).toMatchObject({ assetCount: 0, newestInventoryAt: null });
  const token = await api.apiToken(company.id, ["assets:read"]);
  expect((await api.call("GET", "/api/v1/changes", { token })).status).toBe(403);
});

test("who sees some assets only sees their changes, counted over these, and is told what cannot be told", async () => {
  await asset("web", { labels: ["prod"], components: [1] });
  await asset("web-2", { labels: ["prod"], components: [1] });
  await asset("db", { components: [1, 2] });
  await finding({ component: 1, assets: 3 });
  await finding({ component: 2, assets: 1, advisory: "CVE-2026-2" });
  await finding({ component: 3, fixed: hoursAgo(0.1), advisory: "CVE-2026-3", assets: 0 });
  const body = await changes({ from: hoursAgo(1) }, await scopedToken(["prod"]));
  const opened = body.days.flatMap((d: any) => d.sections).find((s: any) => s.kind === "opened");
  expect(opened.entries.map((e: any) => [e.name, e.assetCount])).toEqual([["CVE-2026-1000", 2]]);
  expect(total(body, "asset_new")).toBe(2);
  expect(body.basis.assetCount).toBe(2);
  expect(body.hidden).toEqual([
    { kind: "fixed", why: "labels" },
    { kind: "decision", why: "labels" },
  ]);
  expect(JSON.stringify(body)).not.toMatch(/CVE-2026-[23]|"db"/);
});

test("what a decision closes is new and does not matter", async () => {
  await finding({ component: 4, rank: 6 });
  expect((await changes()).matter.count).toBe(1);
  const [decision] = await sql(
    `insert into decision (company_id, kind, scope, by_asset, reason, owner, created_by, needs_approval, expires_at)
     values ($1, 'accept_risk', '', false, 'r', 'o', 'kim', false, now() + interval '1 day') returning id`,
  );
  await sql(
    `insert into vex_effect (company_id, component_id, advisory_id, decision_id, status, closes)
     values ($1, 4, $2, $3, 'accepted', true)`,
    [count, decision?.id],
  );
  const body = await changes();
  expect([body.matter.count, total(body, "opened"), await listed(body.matter.query)]).toEqual([0, 1, 0]);
});
