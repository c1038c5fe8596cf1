import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { markAllDirty } from "../assets/index.ts";
import { refreshCompany, signedIn, writeAsset, writeMatches } from "../decisions/fixtures.ts";
import { decisionRoutes } from "../decisions/index.ts";
import { countAssetsOf } from "./assets-sql.ts";
import { fixRoutes, noteOverdueFixes, refreshFixes } from "./index.ts";

const OPENSSL = { ecosystem: "Debian:12", package: "openssl", hasFix: true };

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let ids: Record<string, number>;
let one: string;
let claimed = 0;

beforeAll(async () => {
  api = await startApi(() => [
    ...fixRoutes({ onClaimed: async () => void (claimed += 1) }),
    ...decisionRoutes({ version: "1.0.0", onChanged: markAllDirty }),
  ]);
  ids = await writeMatches(api);
  await api.owner.query("update component_match set fixed_in = '1.1' where component_id <> $1", [ids["zip"]]);
});
afterAll(() => api.close());

/** What the job does of all, or of what some components concern. */
const refresh = async (of = company, components: number[] | null = null): Promise<number> => {
  await refreshCompany(api, of);
  return await api.db.asServiceFor(of.id, (tx) =>
    refreshFixes(tx, of.id, { components, holders: null, holderCounts: null }),
  );
};
beforeEach(async () => {
  company = await api.company();
  other = await api.company();
  const at = (...names: string[]) => names.map((name) => ids[name] as number);
  one = await writeAsset(api, company, { name: "one", labels: ["lab"], components: at("openssl", "bash") });
  await writeAsset(api, company, { name: "two", components: at("openssl", "zip") });
  await refresh();
});

const ask = (path: string, token = company.reader) => api.call("GET", `/api/v1/fixes${path}`, { token });
const list = async (query = "") => (await ask(`?query=${encodeURIComponent(query)}`)).body;
const idOf = async (name: string): Promise<string> =>
  (await list()).rows.find((row: { package: string }) => row.package === name).id;
const change = (id: string, body: object, token = company.owner) =>
  api.call("PATCH", `/api/v1/fixes/${id}`, { token, body });
const own = (text: string, ...values: unknown[]) =>
  api.db.asServiceFor(company.id, (tx) => tx.query(text, [company.id, ...values]));
/** The newest inventory of an asset, reported now. */
const report = async (asset: string, components: number[], of = company): Promise<void> => {
  await own("update inventory set component_ids = $3 where company_id = $1 and asset_id = $2", asset, components);
  await own("update asset set inventory_at = clock_timestamp() where company_id = $1 and id = $2", asset);
  await refresh(of, Object.values(ids));
};

test("findings are grouped by what closes them, most risk removed first, page by page, the same from sums and from findings", async () => {
  const summed = await list();
  expect(summed.rows).toMatchObject([
    { package: "openssl", fixedIn: "1.1", findingCount: 2, assetCount: 2, maxRisk: 90, riskShare: 0.6471 },
    { package: "zip", fixedIn: null, findingCount: 1, assetCount: 1, command: "" },
    { package: "bash", fixedIn: "1.1", findingCount: 1, severities: { medium: 1 }, riskShare: 0.1471 },
  ]);
  expect(summed).toMatchObject({ count: 3, totalRisk: 340, next: null });
  for (const query of ["fix:yes", "severity>=high", "-severity:low kev:false", "ecosystem:Debian"]) {
    const fromSums = await list(query);
    await own("delete from fix where company_id = $1");
    expect(await list(query)).toEqual(fromSums);
    await refresh();
  }
  expect((await list("severity:low")).rows).toMatchObject([{ package: "openssl", findingCount: 1 }]);
  expect((await list("openssl host:two")).rows).toMatchObject([{ package: "openssl", findingCount: 2 }]);
  const first = (await ask("?limit=2")).body;
  expect(first.count).toBe(3);
  const rest = (await ask(`?limit=2&cursor=${encodeURIComponent(first.next)}`)).body;
  expect([...first.rows, ...rest.rows].map((row) => row.package)).toEqual(["openssl", "zip", "bash"]);
});

test("an asset with several versions needs a fix once, and findings and advisories are counted apart", async () => {
  const later = (await own(
    `with c as (
       insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl, verdict)
       select ecosystem, name, $2::text, arch, source_name, source_version, package_id, $2, purl, verdict from component
       where id = $3 and $1 > 0 returning id),
     m as (
       insert into component_match (component_id, advisory_id, record_id, urgency, risk, fixed_in)
       select c.id, m.advisory_id, m.record_id, m.urgency, m.risk, m.fixed_in from c, component_match m
       where m.component_id = $3 returning 1)
     select id from c`,
    "1.0.1",
    ids["openssl"],
  )) as { id: number }[];
  const both = [ids["openssl"], later[0]?.id] as number[];
  for (const holderCounts of [null, (groups: readonly (readonly number[])[]) => groups.map(() => 2)]) {
    await own("update inventory set component_ids = $3 where company_id = $1 and asset_id = $2", one, both);
    await refreshCompany(api, company);
    const touched = { components: both, holders: null, holderCounts };
    await api.db.asServiceFor(company.id, (tx) => refreshFixes(tx, company.id, touched));
    const openssl = {
      package: "openssl",
      findingCount: 4,
      advisoryCount: 2,
      assetCount: 2,
      severities: { critical: 2 },
    };
    expect((await list()).rows[0]).toMatchObject(openssl);
    expect((await list("openssl")).rows[0]).toMatchObject(openssl);
    expect((await list("severity:low")).rows[0]).toMatchObject({ findingCount: 2, advisoryCount: 1, assetCount: 2 });
    const id = await idOf("openssl");
    expect((await ask(`/${id}`)).body).toMatchObject(openssl);
    expect((await ask(`/${id}/assets?limit=1`)).body).toMatchObject({
      rows: [{ versions: ["1.0", "1.0.1"] }],
      count: 2,
    });
  }
  // who sees some assets only is told of these
  const seen = await api.db.withCompany(company.id, (tx) => countAssetsOf(tx, company.id, [{ ...OPENSSL }]), ["lab"]);
  expect(seen).toEqual([1]);
});

test("sums of what changed are those of everything summed anew, and nothing is written twice", async () => {
  await own("update inventory set component_ids = $3 where company_id = $1 and asset_id = $2", one, [ids["bash"]]);
  expect(await refresh(company, [ids["openssl"] as number])).toBe(1);
  expect(await refresh(company, [ids["openssl"] as number])).toBe(0);
  const now = (await list()).rows;
  expect(now[0]).toMatchObject({ package: "openssl", assetCount: 1 });
  await own("delete from fix where company_id = $1");
  await own("delete from fix_part where company_id = $1");
  await refresh();
  expect((await list()).rows).toEqual(now);
});

test("what a decision hides is not to be fixed while it stands", async () => {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const body = { kind: "accept_risk", scope: "package:openssl", reason: "Behind a wall", expiresAt };
  const { id } = (await api.call("POST", "/api/v1/decisions", { token: company.owner, body })).body;
  await refresh(company, []);
  expect((await list()).rows.map((row: { package: string }) => row.package)).toEqual(["zip", "bash"]);
  await api.call("POST", `/api/v1/decisions/${id}/revoke`, { token: company.owner });
  await refresh(company, []);
  expect((await list()).rows).toHaveLength(3);
});

test("a fix has its commands and the assets that need it; where none exists it says so and what else can be done", async () => {
  const openssl = (await ask(`/${await idOf("openssl")}`)).body;
  expect(openssl).toMatchObject({ installed: ["openssl"], alternatives: [], isOverdue: false, dueInDays: 7 });
  expect(openssl.commands.map(({ id }: { id: string }) => id)).toEqual(["apt", "ansible", "image"]);
  const zip = (await ask(`/${await idOf("zip")}`)).body;
  expect([zip.commands, zip.alternatives.length > 0]).toEqual([[], true]);
  const assets = (await ask(`/${await idOf("openssl")}/assets?limit=1`)).body;
  expect(assets).toMatchObject({ rows: [{ name: "one", versions: ["1.0"] }], count: 2 });
  expect((await ask(`/${await idOf("openssl")}/assets?limit=1&cursor=${assets.next}`)).body.rows).toMatchObject([
    { name: "two" },
  ]);
});

test("who looks changes nothing, another company's fix is not there, and every change is on record", async () => {
  const id = await idOf("openssl");
  expect((await change(id, { state: "planned" }, company.reader)).status).toBe(403);
  expect((await change(id, { state: "planned" }, other.owner)).status).toBe(404);
  expect((await ask(`/${id}`, other.reader)).status).toBe(404);
  expect((await ask(`/${id}/assets`, other.reader)).status).toBe(404);
  expect((await ask("/nonsense")).status).toBe(404);
  const cookie = await signedIn(api, company);
  const [person] = await own("select person_id as id from membership where company_id = $1");
  const assigneeId = (person as { id: string }).id;
  expect(cookie).not.toBe("");
  expect((await change(id, { assigneeId: crypto.randomUUID() })).body).toMatchObject({ field: "assigneeId" });
  const changed = await change(id, { state: "planned", assigneeId, dueOn: "2020-01-31", note: "Next window" });
  expect(changed.body).toMatchObject({ isOverdue: true, work: { state: "planned", assignee: { id: assigneeId } } });
  expect((await list()).rows[0]).toMatchObject({ isOverdue: true, work: { dueOn: "2020-01-31", note: "Next window" } });
  const trail = (await own(
    "select target, before, after from audit_event where company_id = $1 and action = 'fix.change'",
  )) as object[];
  expect(trail).toEqual([
    {
      target: id,
      before: { state: "open", assigneeId: null, dueOn: null, note: "" },
      after: { state: "planned", assigneeId, dueOn: "2020-01-31", note: "Next window" },
    },
  ]);
  expect((await ask(`/work?assigneeId=${assigneeId}`)).body).toMatchObject({
    rows: [{ package: "openssl" }],
    count: 1,
  });
  expect((await ask("/work", other.reader)).body.rows).toEqual([]);
});

test("what is given to somebody is in work and found so, and a day plans it", async () => {
  await signedIn(api, company);
  const [person] = (await own("select person_id as id from membership where company_id = $1")) as { id: string }[];
  const [openssl, bash] = [await idOf("openssl"), await idOf("bash")];
  expect((await change(bash, { dueOn: "2030-01-31" })).body.work.state).toBe("planned");
  expect((await change(openssl, { assigneeId: person?.id, dueOn: null, note: "" })).body.work.state).toBe("in_work");
  expect((await ask("/work?state=in_work")).body).toMatchObject({ rows: [{ package: "openssl" }], count: 1 });
  expect((await ask("/work?state=planned")).body).toMatchObject({ rows: [{ package: "bash" }], count: 1 });
  expect((await list()).rows[0]).toMatchObject({ package: "openssl", work: { state: "in_work" } });
  expect((await change(openssl, { state: "open" })).body.work.state).toBe("open");
  expect((await change(openssl, { assigneeId: person?.id, note: "Later" })).body.work.state).toBe("open");
  expect((await change(openssl, { assigneeId: null })).body.work.state).toBe("open");
});

test("webhooks hear whose a fix is, and of each day once that it is over", async () => {
  await own(
    `insert into webhook (company_id, name, url, kinds, query, secret, created_by)
     values ($1, 'chat', 'https://x', '{fix.assigned,fix.overdue}', '', '', 'x')`,
  );
  await signedIn(api, company);
  const [person] = (await own("select person_id as id, email from membership where company_id = $1")) as {
    id: string;
    email: string;
  }[];
  const id = await idOf("openssl");
  const told = async () =>
    (await own("delete from webhook_event where company_id = $1 returning kind, detail")) as { kind: string }[];
  const overdue = async () => {
    await noteOverdueFixes(api.db, [company.id, other.id], new Date());
    return await told();
  };
  await change(id, { note: "Nobody yet" });
  await change(id, { assigneeId: person?.id });
  await change(id, { assigneeId: person?.id, note: "Again" });
  const fix = { fixId: id, package: "openssl", fixedIn: "1.1", assignee: { email: person?.email } };
  expect(await told()).toMatchObject([{ kind: "fix.assigned", detail: { ...fix, assignedBy: expect.any(String) } }]);
  expect(await overdue()).toEqual([]);
  await change(id, { dueOn: "2026-01-31" });
  expect(await overdue()).toMatchObject([{ kind: "fix.overdue", detail: { ...fix, dueOn: "2026-01-31" } }]);
  expect(await overdue()).toEqual([]);
  await change(id, { dueOn: "2026-02-28" });
  expect(await overdue()).toMatchObject([{ detail: { dueOn: "2026-02-28" } }]);
  await change(id, { dueOn: "2026-03-31", state: "done" });
  expect(await overdue()).toEqual([]);
  await own("delete from webhook where company_id = $1");
});

test("done is what the next inventories say: waiting, not fixed, verified, and came back", async () => {
  const id = await idOf("bash");
  claimed = 0;
  expect((await change(id, { state: "done" })).body.work).toMatchObject({ verification: "waiting" });
  expect(claimed).toBe(1);
  await refresh(company, []);
  const now = async () => (await ask(`/${id}`)).body;
  expect((await now()).work).toMatchObject({ verification: "waiting", waitingCount: 1, notFixedCount: 0 });
  const both = [ids["openssl"], ids["bash"]] as number[];
  await report(one, both);
  expect((await now()).work).toMatchObject({ verification: "not_fixed", notFixedCount: 1, leftFindingCount: 1 });
  expect((await ask(`/${id}/assets?left=true`)).body.rows).toMatchObject([{ name: "one" }]);
  await report(one, [ids["openssl"] as number]);
  expect(await now()).toMatchObject({
    findingCount: 0,
    fixedIn: "1.1",
    work: { verification: "verified", claimedVersion: "1.1" },
  });
  await report(one, both);
  expect((await now()).work).toMatchObject({ verification: "came_back", leftFindingCount: 1 });
  expect((await change(id, { state: "in_work" })).body.work).toMatchObject({ verification: null, claimedAt: null });
});

test("how long fixes took is told by severity, label and person, with what was in time and what is late", async () => {
  const id = await idOf("bash");
  await signedIn(api, company, "viewer");
  const [person] = (await own("select person_id as id, name from membership where company_id = $1")) as {
    id: string;
    name: string;
  }[];
  await change(id, { assigneeId: person?.id });
  await own("update finding set first_seen_at = now() - interval '100 days' where company_id = $1");
  await own(
    `insert into inventory_delta (company_id, asset_id, source, added, removed) values ($1, $2, 'dpkg', '{}', $3)`,
    one,
    [ids["bash"]],
  );
  await report(one, [ids["openssl"] as number]);
  await refresh();
  const told = (await ask("/performance?days=30")).body;
  const speed = { fixedCount: 1, medianDays: 100, meanDays: 100, withinSla: 0 };
  expect(told).toMatchObject({
    sla: { critical: 7, kev: 3 },
    company: speed,
    bySeverity: [{ name: "medium", ...speed }],
    byLabel: [{ name: "lab", ...speed }],
    byOwner: [{ name: person?.name, ...speed }],
    overdue: { fixes: 2, critical: 1, high: 1, medium: 0 },
  });
  expect((await ask("/performance", other.reader)).body).toMatchObject({ company: { fixedCount: 0, withinSla: null } });
});
