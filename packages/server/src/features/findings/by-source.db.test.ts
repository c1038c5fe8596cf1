import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { fixRoutes } from "../fixes/index.ts";
import { findingRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;

interface Given {
  package: string;
  advisory: string;
  source?: string;
  risk?: number;
  epss?: number;
  fixed?: string | null;
  severity?: string;
}

beforeAll(async () => {
  api = await startApi(() => [
    ...findingRoutes({
      explain: async () => [],
      explanation: async () => null,
      enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
    }),
    ...fixRoutes({ onClaimed: async () => {} }),
  ]);
  company = await api.company();
  const given: Given[] = [
    ...["1", "2", "3"].flatMap((n) =>
      ["linux-perf", "linux-libc-dev"].map((name) => ({ package: name, source: "linux", advisory: `CVE-${n}` })),
    ),
    { package: "bash", advisory: "CVE-4", severity: "high" },
    { package: "zip", advisory: "CVE-5", epss: 0.25 },
    { package: "jq", advisory: "CVE-6", risk: 90, fixed: null },
  ];
  await api.db.asService((tx) =>
    tx.query("insert into package (id, ecosystem, name) overriding system value values (1, 'Debian:12', 'x')"),
  );
  for (const [at, f] of given.entries()) {
    await api.db.asService((tx) =>
      tx.query(
        `insert into component (id, ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl)
         overriding system value values ($1::int, 'Debian:12', $2, $1::int::text, '', $3, '', 1, '1', '')`,
        [at + 1, f.package, f.source ?? ""],
      ),
    );
    await api.db.withCompany(company.id, (tx) =>
      tx.query(
        `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source,
           version, purl, fixed_in, severity, severity_rank, epss, risk, urgency, record_id, status, asset_count)
         values ($1, $2, $2, $3, '{}', '', 'Debian:12', $4, $5, '1', '', $6, $7::text,
           array_position(array['unknown', 'none', 'low', 'medium', 'high', 'critical'], $7), $8, $9, '', 'r', 'open', 1)`,
        [
          company.id,
          at + 1,
          f.advisory,
          f.package,
          f.source ?? null,
          f.fixed === undefined ? "2" : f.fixed,
          f.severity ?? "unknown",
          f.epss ?? null,
          f.risk ?? 25.5,
        ],
      ),
    );
  }
});
afterAll(() => api.close());

const get = async (path: string, of = company) => (await api.call("GET", path, { token: of.reader })).body;
const names = (rows: { source: string | null; package: string }[]) => rows.map((r) => r.source ?? r.package);

test("one row for each source package and advisory, by risk, then EPSS; equals take turns", async () => {
  const { rows, count } = await get("/api/v1/findings/by-source");
  expect(names(rows).slice(0, 2)).toEqual(["jq", "zip"]);
  expect(names(rows).slice(2, 4).toSorted()).toEqual(["bash", "linux"]);
  expect(names(rows).slice(4)).toEqual(["linux", "linux"]);
  expect(count).toBe(6);
  expect(rows[4]).toMatchObject({
    packages: ["linux-libc-dev", "linux-perf"],
    findingCount: 2,
    package: "linux-libc-dev",
  });
});

test("pages continue where the last one ended, and one source package can be bounded", async () => {
  const all = (await get("/api/v1/findings/by-source")).rows.map((r: { id: string }) => r.id);
  const ids: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { rows: { id: string }[]; next: string | null } = await get(
      `/api/v1/findings/by-source?limit=2${from}`,
    );
    ids.push(...page.rows.map((r) => r.id));
    cursor = page.next;
  }
  expect(ids).toEqual(all);
  const bounded = await get("/api/v1/findings/by-source?perPackage=1");
  expect(names(bounded.rows).toSorted()).toEqual(["bash", "jq", "linux", "zip"]);
  expect(bounded.count).toBe(4);
});

test("fixes are those of the filter, with shares of its risk", async () => {
  expect(names((await get("/api/v1/fixes")).rows).toSorted()).toEqual(["bash", "jq", "linux", "zip"]);
  const filtered = await get("/api/v1/fixes?severity=high");
  expect(filtered.rows).toHaveLength(1);
  expect(filtered.rows[0]).toMatchObject({ package: "bash", riskShare: 1 });
  expect((await get("/api/v1/fixes?fix=no")).rows).toMatchObject([{ package: "jq", fixedIn: null }]);
  expect((await get("/api/v1/fixes?q=libc-dev")).rows).toMatchObject([{ package: "linux", findingCount: 3 }]);
});

test("another company sees none of it", async () => {
  const other = await api.company();
  expect((await get("/api/v1/findings/by-source", other)).rows).toEqual([]);
  expect((await get("/api/v1/fixes", other)).rows).toEqual([]);
});
