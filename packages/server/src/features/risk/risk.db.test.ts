import { assetPoints, CRITICALITIES, EXPOSURES } from "@zerotrace/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { assetLabelRoutes, assetRoutes } from "../assets/index.ts";
import { refreshCompany, writeAsset, writeMatches } from "../decisions/fixtures.ts";
import { findingRoutes } from "../findings/index.ts";
import { statRoutes } from "../stats/index.ts";
import { rateAssets, riskRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let ids: Record<string, number>;
let assets: Record<string, string>;
const rated: string[][] = [];

beforeAll(async () => {
  api = await startApi(() => [
    ...riskRoutes({ onRated: async (_tx, _companyId, changed) => void rated.push([...changed]) }),
    ...assetRoutes({ offlineAfterSeconds: 90, authorities: async () => () => ({ authority: "none", sources: [] }) }),
    ...assetLabelRoutes(async (tx, companyId, changed) => void (await rateAssets(tx, companyId, changed))),
    ...findingRoutes({
      explain: async () => [],
      explanation: async () => null,
      enrichmentOf: async () => ({
        cwes: [],
        ssvc: { exploitation: "active", automatable: "yes", technicalImpact: "total" },
        exploits: [],
      }),
    }),
    ...statRoutes({ offlineAfterSeconds: 90, pendingJobs: async () => 0 }),
  ]);
  ids = await writeMatches(api);
});
afterAll(() => api.close());

const at = (...names: string[]): number[] => names.map((name) => ids[name] as number);
beforeEach(async () => {
  company = await api.company();
  other = await api.company();
  assets = {
    web: await writeAsset(api, company, { name: "web-1", labels: ["prod"], components: at("bash") }),
    lab: await writeAsset(api, company, { name: "lab-1", labels: ["lab"], components: at("openssl", "zip") }),
    bare: await writeAsset(api, company, { name: "bare", components: [] }),
  };
  await refreshCompany(api, company);
});

const rule = (name: string, condition: string, criticality: string | null, exposure: string | null = null) => ({
  name,
  condition,
  criticality,
  exposure,
});
const RULES = [
  rule("production", "label:prod", "critical", "internet"),
  rule("web", "host:web-*", "low"),
  rule("rest", "-label:prod", "normal", "isolated"),
];
const put = (rules: readonly unknown[], token = company.owner) =>
  api.call("PUT", "/api/v1/risk/rules", { token, body: { rules } });
const asset = async (name: string) =>
  (await api.call("GET", `/api/v1/assets/${assets[name]}`, { token: company.reader })).body;
const rate = (id: string, body: object, token = company.owner) =>
  api.call("PUT", `/api/v1/assets/${id}/rating`, { token, body });

test("the preview says in numbers what the rules do, they do just that, and the order of risk follows", async () => {
  const before = await api.call("GET", "/api/v1/assets", { token: company.reader });
  expect(before.body.rows.map((a: { name: string; risk: number }) => [a.name, a.risk])).toEqual([
    ["lab-1", 90],
    ["web-1", 50],
    ["bare", 0],
  ]);
  const preview = await api.call("POST", "/api/v1/risk/rules/preview", {
    token: company.reader,
    body: { rules: RULES },
  });
  expect(preview.body).toMatchObject({ assetCount: 3, changedCount: 3, handCount: 0, riskBefore: 90, riskAfter: 92.4 });
  expect(preview.body.criticality).toEqual(
    expect.arrayContaining([
      { value: "critical", count: 1, becoming: 1 },
      { value: "normal", count: 2, becoming: 2 },
    ]),
  );
  expect(preview.body.rules).toEqual([
    { matchedCount: 1, decidesCount: 1 },
    { matchedCount: 1, decidesCount: 0 },
    { matchedCount: 2, decidesCount: 2 },
  ]);
  expect((await asset("web")).risk).toBe(50);

  const done = await put(RULES);
  expect(done.body).toMatchObject({ changedCount: 3, rules: RULES });
  expect(rated.at(-1)).toHaveLength(3);
  expect(await asset("web")).toMatchObject({
    risk: 62,
    rating: {
      criticality: { value: "critical", from: "rule", rule: "production" },
      exposure: { value: "internet", from: "rule", rule: "production" },
      points: 12,
    },
  });
  // Nothing is open there: nothing is at risk, whatever it is worth.
  expect(await asset("bare")).toMatchObject({ risk: 0, rating: { points: 2.4 } });
  const stats = await api.call("GET", "/api/v1/stats", { token: company.reader });
  expect(stats.body.risk).toBe(92.4);
  expect((await put([])).body.changedCount).toBe(3);
  expect(await asset("web")).toMatchObject({ risk: 50, rating: { criticality: { value: null, from: null } } });
});

test("for each of the two the first rule that sets it wins, and what is set by hand wins over rules", async () => {
  await put([rule("reach", "host:web-*", null, "internal"), ...RULES]);
  expect((await asset("web")).rating).toMatchObject({
    exposure: { value: "internal", rule: "reach" },
    criticality: { value: "critical", rule: "production" },
  });
  const set = await rate(assets["web"] as string, { criticality: "low" });
  expect(set.body).toMatchObject({
    criticality: { value: "low", from: "hand" },
    exposure: { from: "rule" },
    points: 3,
  });
  await put([rule("all", "kind:host", "high", "internet")]);
  expect((await asset("web")).rating.criticality).toEqual({ value: "low", from: "hand", rule: null });
  const preview = await api.call("POST", "/api/v1/risk/rules/preview", {
    token: company.reader,
    body: { rules: [rule("all", "kind:host", "critical")] },
  });
  expect(preview.body).toMatchObject({ handCount: 1, rules: [{ matchedCount: 3, decidesCount: 2 }] });
  await rate(assets["web"] as string, { criticality: null });
  expect((await asset("web")).rating.criticality).toEqual({ value: "high", from: "rule", rule: "all" });
});

test("an asset that gets another label is rated by the rules at once", async () => {
  await put([rule("production", "label:prod", "critical")]);
  const path = `/api/v1/assets/${assets["lab"]}/labels`;
  await api.call("PUT", path, { token: company.owner, body: { labels: ["prod"] } });
  expect(await asset("lab")).toMatchObject({ risk: 96, rating: { criticality: { value: "critical" } } });
  await api.call("PUT", path, { token: company.owner, body: { labels: [] } });
  expect(await asset("lab")).toMatchObject({ risk: 90, rating: { criticality: { value: null } } });
});

test("the database adds the points that core says, for every rating", async () => {
  for (const exposure of [null, ...EXPOSURES]) {
    for (const criticality of [null, ...CRITICALITIES]) {
      await rate(assets["web"] as string, { exposure, criticality });
      expect((await asset("web")).risk).toBeCloseTo(50 + assetPoints({ exposure, criticality }), 5);
    }
  }
});

test("what-if: the risk, counts and assets after some fixes are what the company has when they are done", async () => {
  await api.db.asServiceFor(company.id, (tx) =>
    tx.query(
      "update finding set fixed_in = case advisory when 'CVE-2026-1' then '1.2' else '1.4' end where company_id = $1 and package = 'openssl'",
      [company.id],
    ),
  );
  await rate(assets["web"] as string, { exposure: "internet", criticality: "critical" });
  const ask = (body: object) => api.call("POST", "/api/v1/risk/what-if", { token: company.reader, body });
  const one = await ask({ keys: ["Debian:12/openssl/1.2"] });
  expect(one.body).toMatchObject({
    before: { risk: 90, findingCount: 4, assetCount: 2, findings: { critical: 1, high: 1, medium: 1, low: 1 } },
    after: { risk: 70, findingCount: 3, assetCount: 2, findings: { critical: 0 } },
    closedCount: 1,
    touchedCount: 1,
    riskShare: 0.3913,
    keys: [{ key: "Debian:12/openssl/1.2", closedCount: 1 }],
  });
  const two = await ask({ query: "package:openssl,zip" });
  expect(two.body).toMatchObject({
    after: { risk: 62, findingCount: 1, assetCount: 1 },
    closedCount: 3,
    riskShare: 0.7826,
    keys: [],
  });
  expect((await ask({ query: "kev:true" })).body).toMatchObject({ closedCount: 0, riskShare: 0, after: { risk: 90 } });

  await api.db.asServiceFor(company.id, (tx) =>
    tx.query("update inventory set component_ids = '{}' where company_id = $1 and asset_id = $2", [
      company.id,
      assets["lab"],
    ]),
  );
  await api.db.asServiceFor(company.id, (tx) =>
    tx.query("update asset set dirty = true where company_id = $1", [company.id]),
  );
  await refreshCompany(api, company);
  const stats = await api.call("GET", "/api/v1/stats", { token: company.reader });
  expect(stats.body).toMatchObject({ risk: two.body.after.risk, findingCount: two.body.after.findingCount });
});

test("a finding says its risk on the worst asset in a sentence, in terms and as CISA's decision; on one asset the list says it too", async () => {
  await put([rule("production", "label:prod", "critical", "internet")]);
  const list = await api.call("GET", `/api/v1/findings?query=asset:${assets["web"]}`, { token: company.reader });
  expect(list.body.rows).toMatchObject([{ advisory: "CVE-2026-3", risk: 62 }]);
  const all = await api.call("GET", "/api/v1/findings?query=package:bash", { token: company.reader });
  expect(all.body.rows).toMatchObject([{ risk: 50 }]);
  const { assessment } = (await api.call("GET", `/api/v1/findings/${all.body.rows[0].id}`, { token: company.reader }))
    .body;
  expect(assessment).toMatchObject({
    sentence:
      "Medium severity, nothing is known of exploitation, on 1 asset (1 facing the internet, 1 rated critical), no fix is known, open here since today.",
    ssvc: { decision: "act", isDerived: false, mission: { value: "high", from: "asset" } },
    worstAsset: { name: "web-1", criticality: "critical", exposure: "internet" },
    assets: { count: 1, internet: 1, internal: 0, isolated: 0, critical: 1 },
  });
  expect(assessment.terms.map((t: { name: string; value: number }) => [t.name, t.value])).toEqual(
    expect.arrayContaining([
      ["exposure", 6],
      ["criticality", 6],
    ]),
  );
  const hidden = await api.call("GET", `/api/v1/findings/${all.body.rows[0].id}`, { token: other.reader });
  expect(hidden.status).toBe(404);
});

test("mistakes are shown at their place: conditions, names, keys", async () => {
  const wrong = await put([rule("a", "label:prod web", "high")]);
  expect([wrong.status, wrong.body.detail]).toEqual([
    400,
    expect.stringMatching(/Rule "a", at character 12 \("web"\)/),
  ]);
  expect((await put([rule("a", "label:x", "high"), rule("a", "label:y", "low")])).status).toBe(400);
  expect((await put([rule("a", "label:x", null)])).status).toBe(400);
  for (const body of [{ keys: ["nonsense"] }, { keys: ["npm/lodash/"] }, {}, { keys: ["a/b/c"], query: "x" }]) {
    expect((await api.call("POST", "/api/v1/risk/what-if", { token: company.reader, body })).status).toBe(400);
  }
});

test("another company sees and changes nothing, a reader changes nothing, and every change is in the trail", async () => {
  await put(RULES);
  expect((await api.call("GET", "/api/v1/risk/rules", { token: other.reader })).body.rules).toEqual([]);
  expect((await rate(assets["web"] as string, { criticality: "low" }, other.owner)).status).toBe(404);
  expect((await put([], other.owner)).body.changedCount).toBe(0);
  expect((await asset("web")).rating.criticality.value).toBe("critical");
  expect((await put([], company.reader)).status).toBe(403);
  expect((await rate(assets["web"] as string, { criticality: "low" }, company.reader)).status).toBe(403);
  await rate(assets["web"] as string, { criticality: "low" });
  const trail = await api.audits(company.id);
  expect(trail).toMatchObject([
    { action: "risk_rule.change", detail: { ruleCount: 3, changedCount: 3 } },
    { action: "asset.rate", target: assets["web"], detail: { name: "web-1" } },
  ]);
});
