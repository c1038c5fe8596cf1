import { ssvcClassOf } from "@zerotrace/core/severity/ssvc-class";
import { FINDING_FIELDS } from "@zerotrace/core/query/language/index";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { findingRoutes } from "./index.ts";
import { fieldsWithoutSql } from "./query-sql.ts";

let api: TestApi;
let company: TestCompany;

interface Given {
  readonly advisory: string;
  readonly package: string;
  readonly source?: string;
  readonly ecosystem?: string;
  readonly severity?: "critical" | "high" | "medium" | "low" | "none" | "unknown";
  readonly risk?: number;
  readonly cvss?: number;
  readonly epss?: number;
  readonly kev?: string;
  readonly fixed?: string;
  readonly status?: string;
  readonly seenDaysAgo?: number;
  readonly assets?: number;
  readonly aliases?: string[];
}

const RANKS = ["unknown", "none", "low", "medium", "high", "critical"];
const GIVEN: readonly Given[] = [
  {
    advisory: "CVE-1",
    package: "libssl3",
    source: "openssl",
    severity: "critical",
    risk: 95,
    cvss: 9.8,
    epss: 0.9,
    kev: "2026-01-02",
    fixed: "3.0.17",
    aliases: ["GHSA-aaaa-bbbb-cccc"],
    assets: 212,
  },
  { advisory: "CVE-2", package: "bash", severity: "high", risk: 70, cvss: 7, fixed: "5.2", seenDaysAgo: 3 },
  { advisory: "CVE-3", package: "lodash", ecosystem: "npm", severity: "low", risk: 12, epss: 0.5, seenDaysAgo: 40 },
  { advisory: "CVE-4", package: "zip", severity: "medium", risk: 40, status: "fixed", seenDaysAgo: 400 },
  { advisory: "CVE-5", package: "100%_odd", severity: "unknown", risk: 1, ecosystem: "Debian:11" },
];

/** What its names lead to: a component and an advisory that have them. */
const insertNames = (at: number, f: Given): Promise<unknown> =>
  api.db.asService(async (tx) => {
    await tx.query(
      `with p as (insert into package (ecosystem, name) values ($2, $3) on conflict do nothing)
       insert into component (id, ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl)
       overriding system value values ($1, $2, $3, '1.0', '', $4, '', 1, '1.0', '')`,
      [at + 1, f.ecosystem ?? "Debian:12", f.package, f.source ?? ""],
    );
    await tx.query(
      `insert into advisory (id, name, aliases, summary, severity, attributes_hash) overriding system value
       values ($1, $2, $3, '', 'low', '')`,
      [at + 1, f.advisory, f.aliases ?? []],
    );
  });

const insertFinding = (at: number, f: Given): Promise<unknown> =>
  api.db.withCompany(company.id, (tx) =>
    tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source,
         version, purl, fixed_in, severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, status, asset_count,
         first_seen_at, fixed_at)
       values ($1, $2, $2, $3, $4, '', $5, $6, $7, '1.0', '', $8, $9, $10, $11, $12, $13, $14, '', 'r', $15::text, $16,
         now() - make_interval(days => $17), case when $15::text = 'fixed' then now() end)`,
      [
        company.id,
        at + 1,
        f.advisory,
        f.aliases ?? [],
        f.ecosystem ?? "Debian:12",
        f.package,
        f.source ?? null,
        f.fixed ?? null,
        f.severity,
        RANKS.indexOf(f.severity ?? "unknown") + 1,
        f.cvss ?? null,
        f.epss ?? null,
        f.kev ?? null,
        f.risk,
        f.status ?? "open",
        f.assets ?? 1,
        f.seenDaysAgo ?? 0,
      ],
    ),
  );

const insertAsset = async (name: string, kind: string, labels: string[], components: number[]): Promise<string> =>
  api.db.withCompany(company.id, async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels)
       values ($1, $2, $3, $3, '', 'Debian:12', '{}', '', $4) returning id`,
      [company.id, kind, name, labels],
    );
    const id = row?.id ?? "";
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       values ($1, $2, 'dpkg', 'ok', $3::int[], now())`,
      [company.id, id, components],
    );
    return id;
  });

let web: string;
beforeAll(async () => {
  api = await startApi(() =>
    findingRoutes({
      explain: async () => [],
      explanation: async () => null,
      enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
    }),
  );
  company = await api.company();
  for (const [at, f] of GIVEN.entries()) {
    await insertNames(at, f);
    await insertFinding(at, f);
  }
  web = await insertAsset("web-1", "host", ["prod", "site:berlin"], [1, 2]);
  await insertAsset("shop", "repository", ["lab"], [3]);
});
afterAll(() => api.close());

const ask = (query: string, of = company) =>
  api.call("GET", `/api/v1/findings?query=${encodeURIComponent(query)}&sort=risk`, { token: of.reader });
const names = async (query: string): Promise<string> => {
  const { status, body } = await ask(query);
  expect(status, `${query}: ${JSON.stringify(body)}`).toBe(200);
  return body.rows.map((r: { advisory: string }) => r.advisory.slice(4)).join("");
};

test("every field that a query may name has its condition", () => {
  expect(fieldsWithoutSql(FINDING_FIELDS)).toEqual([]);
});

test("a query finds by what findings are", async () => {
  const expected: Record<string, string> = {
    "": "1235",
    "severity>=high": "12",
    "severity:critical,low": "13",
    "severity<medium": "35",
    "kev:true": "1",
    "kev:false": "235",
    "kev:true,false": "1235",
    "fix:yes": "12",
    "-fix:yes": "35",
    "risk>=70": "12",
    "risk:70": "2",
    "epss>=50%": "13",
    "-epss>0.1": "25",
    "cvss>7": "1",
    "-cvss>7": "235",
    "assets>100": "1",
    "package:openssl": "1",
    "package:lib*": "1",
    "package:100%_*": "5",
    "advisory:ghsa-aaaa*": "1",
    "advisory:CVE-2,CVE-3": "23",
    "ecosystem:Debian": "125",
    "ecosystem:Debian:11,npm": "35",
    "package:libssl3": "1",
    "source:libssl3": "",
    "source:openssl fix:yes ecosystem:Debian:12": "1",
    "-source:openssl,bash severity>=low": "3",
    "ecosystem:debian:11,NPM": "35",
    "-ecosystem:DEBIAN": "3",
    "seen:7d": "125",
    "-seen:1w": "3",
    "seen>2020-01-01": "1235",
    "seen<2020-01-01": "",
    "status:fixed": "4",
    "status:all": "12435",
    "fixed:1d": "4",
    "vex:not_affected": "",
  };
  for (const [query, ids] of Object.entries(expected)) expect(await names(query), query).toBe(ids);
});

test("a query finds by the assets that have it", async () => {
  expect(await names("host:web-1")).toBe("12");
  expect(await names("host:WEB-*")).toBe("12");
  expect(await names("label:prod")).toBe("12");
  expect(await names("label:site:*")).toBe("12");
  expect(await names("-label:prod")).toBe("35");
  expect(await names("kind:repository")).toBe("3");
  expect(await names(`asset:${web}`)).toBe("12");
});

test("a query finds by how the assets are rated that have it", async () => {
  const rate = (name: string, criticality: string | null, exposure: string | null) =>
    api.db.withCompany(company.id, (tx) =>
      tx.query("update asset set criticality = $2, exposure = $3 where name = $1", [name, criticality, exposure]),
    );
  await rate("web-1", "critical", "internet");
  await rate("shop", "low", null);
  expect(await names("exposure:internet")).toBe("12");
  expect(await names("exposure:internal,isolated")).toBe("");
  expect(await names("-exposure:internet")).toBe("35");
  expect(await names("criticality:critical,high")).toBe("12");
  expect(await names("criticality:low -severity:high")).toBe("3");
  await rate("web-1", null, null);
  await rate("shop", null, null);
  expect(await names("exposure:internet OR criticality:low")).toBe("");
});

test("where a query asks for one asset, its risk is what the list shows there", async () => {
  await api.db.withCompany(company.id, (tx) =>
    tx.query("update asset set criticality = 'critical', exposure = 'internal' where name = 'web-1'"),
  );
  const shown = (await ask(`asset:${web}`)).body.rows.map((row: { risk: number }) => row.risk);
  expect(shown).toEqual([104, 79]);
  expect(await names(`asset:${web} risk:79`)).toBe("2");
  expect(await names(`asset:${web} risk>=79`)).toBe("12");
  expect(await names(`asset:${web} risk<=70`)).toBe("");
  expect(await names("risk<=70 risk>=70")).toBe("2");
  const of = (path: string) => api.call("GET", `/api/v1/findings${path}`, { token: company.reader });
  const there = `assetId=${web}&query=${encodeURIComponent("risk>75 -kev:true")}`;
  expect((await of(`?${there}`)).body.rows).toMatchObject([{ advisory: "CVE-2", risk: 79 }]);
  expect((await of(`/by-source?${there}`)).body.rows).toMatchObject([{ risk: 79 }]);
  expect((await of(`/by-advisory?${there}`)).body.rows).toMatchObject([{ advisory: "CVE-2", risk: 79 }]);
  const csv = await api.call("GET", `/api/v1/findings/export?format=json&${there}`, { token: company.owner });
  expect(JSON.stringify(csv.body)).toContain("79");
  await api.db.withCompany(company.id, (tx) =>
    tx.query("update asset set criticality = null, exposure = null where name = 'web-1'"),
  );
});

test("a query finds by what CISA's tree decides of the finding on the most critical asset that has it", async () => {
  const published = { exploitation: "none", automatable: "yes", technicalImpact: "total" } as const;
  const classes = [
    ssvcClassOf({ published, exploitCount: 0, vector: null }),
    ssvcClassOf({ published: { ...published, exploitation: "active" }, exploitCount: 0, vector: null }),
    ssvcClassOf({ published: null, exploitCount: 1, vector: null }),
  ];
  const said = (of: readonly (number | null)[]) =>
    api.db.asService(async (tx) => {
      for (const [at, one] of of.entries())
        await tx.query("update advisory set ssvc = $2 where id = $1", [at + 1, one]);
    });
  const rate = (name: string, criticality: string | null) =>
    api.db.withCompany(company.id, (tx) =>
      tx.query("update asset set criticality = $2 where name = $1", [name, criticality]),
    );
  await said(classes);
  // the first is in the catalog of what is exploited: active, automatable, total
  expect(await names("ssvc:act")).toBe("12");
  expect(await names("ssvc:track")).toBe("3");
  expect(await names("ssvc>=attend")).toBe("12");
  expect(await names("ssvc<attend")).toBe("3");
  expect(await names("-ssvc:act")).toBe("35");
  await rate("web-1", "low");
  await rate("shop", "critical");
  expect(await names("ssvc:attend")).toBe("12");
  expect(await names("ssvc:Track*")).toBe("3");
  expect(await names("ssvc:act OR ssvc:track")).toBe("");
  // an asset on which a decision closes the finding does not speak for it
  await api.db.withCompany(company.id, async (tx) => {
    const [asset] = await tx.query<{ id: string }>("select id from asset where name = 'shop'");
    const [{ id } = { id: "" }] = await tx.query<{ id: string }>(
      `insert into decision (company_id, kind, scope, reason, owner, created_by, needs_approval, expires_at, by_asset)
       values ($1, 'accept_risk', 'host:shop', 'r', 'o', 'o', false, now() + interval '1 day', true) returning id`,
      [company.id],
    );
    await tx.query("insert into decision_asset (company_id, decision_id, asset_id) values ($1, $2, $3)", [
      company.id,
      id,
      asset?.id,
    ]);
    await tx.query(
      `insert into decision_finding (company_id, decision_id, component_id, advisory_id, severity_rank, is_kev, in_force, closes)
       values ($1, $2, 3, 3, 3, false, true, false)`,
      [company.id, id],
    );
  });
  expect(await names("ssvc:track package:lodash")).toBe("3");
  await said([null, null, null]);
  expect(await names("ssvc:track,track*,attend,act")).toBe("");
  const wrong = await ask("kev:true ssvc:later");
  expect([wrong.status, wrong.body.detail]).toEqual([400, expect.stringContaining('At character 10 ("ssvc:later")')]);
  await api.db.withCompany(company.id, (tx) => tx.query("delete from decision_finding"));
  await rate("web-1", null);
  await rate("shop", null);
});

test("parts join as they are written, and words look into names", async () => {
  expect(await names("(kev:true OR package:lodash) -severity:low")).toBe("1");
  expect(await names("openssl | bash")).toBe("12");
  expect(await names("ghsa-aaaa")).toBe("1");
  expect(await names("100%_odd")).toBe("5");
  expect(await names("-(openssl | bash | kev:true)")).toBe("35");
});

test("a mistake is a 400 that shows where it is, and no value reaches the statement as text", async () => {
  const wrong = await ask("kev:true sevrity:high");
  expect([wrong.status, wrong.body.field]).toEqual([400, "query"]);
  expect(wrong.body.detail).toContain('At character 10 ("sevrity:high"): There is no field "sevrity"');
  for (const query of [`package:"x' or 1=1 --"`, `"'; drop table finding; --"`, `host:"$1"`, "label:a'b"])
    expect(await names(query), query).toBe("");
});

test("a query of another company finds nothing of this one", async () => {
  const other = await api.company();
  for (const query of ["", "status:all", "host:web-1", "label:prod", `asset:${web}`])
    expect((await ask(query, other)).body.rows, query).toEqual([]);
});
