import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { findingRoutes } from "../findings/index.ts";
import { assetRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;

const noKnowledge = {
  explain: async () => [],
  explanation: async () => null,
  enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
};
/** More than an export reads at a time. */
const MANY = 1_203;

const seed = (to: TestCompany, count: number): Promise<void> =>
  api.db.asServiceFor(to.id, async (tx) => {
    await tx.query(
      `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, risk)
       select $1, 'host', '=host-' || n, 'm' || n, '', 'Debian:12', '{}', '', '{prod}', n % 7 from generate_series(1, $2) n`,
      [to.id, count],
    );
    await tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package,
         version, purl, fixed_in, severity, severity_rank, risk, urgency, record_id, status, asset_count)
       select $1, n, n, 'CVE-' || n, '{}', '', 'Debian:12', 'p' || n, '1', '', '2', case n % 2 when 0 then 'high' else 'low' end, case n % 2 when 0 then 5 else 3 end, n % 5, '', 'r', 'open', 1
       from generate_series(1, $2) n`,
      [to.id, count],
    );
  });

beforeAll(async () => {
  api = await startApi(() => [
    ...assetRoutes({ offlineAfterSeconds: 90, authorities: async () => () => ({ authority: "none", sources: [] }) }),
    ...findingRoutes(noKnowledge),
  ]);
  company = await api.company();
  other = await api.company();
  await seed(company, MANY);
  await seed(other, 1);
});
afterAll(() => api.close());

const lines = async (path: string, token = company.owner): Promise<string[]> => {
  const { status, body } = await api.call("GET", path, { token });
  expect(status).toBe(200);
  return String(body).trimEnd().split(/\r?\n/);
};

test.each(["findings", "assets"])(
  "an export of %s has every row of the filter once, in the list's order, and of no other company",
  async (noun) => {
    const csv = await lines(`/api/v1/${noun}/export`);
    expect(new Set(csv).size).toBe(MANY + 1);
    expect(await lines(`/api/v1/${noun}/export`, other.owner)).toHaveLength(2);
    const at = csv[0]?.split(",").indexOf("risk") ?? -1;
    const risks = csv.slice(1).map((line) => Number(line.split(",")[at]));
    expect(risks).toEqual(risks.toSorted((a, b) => b - a));
    const json = (await lines(`/api/v1/${noun}/export?format=json`)).map((line) => JSON.parse(line) as { id: string });
    const first = (await api.call("GET", `/api/v1/${noun}?limit=100`, { token: company.owner })).body;
    expect(json.slice(0, 100).map(({ id }) => id)).toEqual(first.rows.map(({ id }: { id: string }) => id));
  },
);

test("an export holds exactly what is filtered and sorted", async () => {
  const filtered = await lines("/api/v1/findings/export?query=severity%3Ahigh&sort=package");
  expect(filtered).toHaveLength(1 + Math.floor(MANY / 2));
  expect(filtered[1]).toContain("p10,");
  expect(await lines("/api/v1/assets/export?q=host-12&sort=name")).toHaveLength(1 + 15);
  expect(await lines("/api/v1/assets/export?label=lab")).toHaveLength(1);
  expect(await lines("/api/v1/components/export")).toHaveLength(1);
  expect((await api.call("GET", "/api/v1/findings/export?query=x%3A", { token: company.owner })).status).toBe(400);
});

test("a workbook says what it is; a name that begins like a formula stays a name", async () => {
  const { status, headers } = await api.call("GET", "/api/v1/assets/export?format=xlsx", { token: company.owner });
  expect([status, headers.get("content-disposition")]).toEqual([200, 'attachment; filename="assets.xlsx"']);
  expect((await lines("/api/v1/assets/export?q=host-7&sort=name"))[1]).toContain(",'=host-7,");
});

test("who may see findings but no reports exports nothing", async () => {
  for (const noun of ["findings", "assets", "components"]) {
    expect((await api.call("GET", `/api/v1/${noun}/export`, { token: company.reader })).status).toBe(403);
  }
});
