import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { advisoryRoutes, getAdvisoryDocs } from "./index.ts";

const ENRICHMENT = {
  cwes: [{ id: "CWE-79", name: "Cross-site Scripting" }],
  ssvc: { exploitation: "poc", automatable: "yes", technicalImpact: "total" },
  exploits: ["https://exploits.example/1"],
} as const;

let api: TestApi;
let company: TestCompany;

beforeAll(async () => {
  api = await startApi(() =>
    advisoryRoutes(
      { enrichmentOf: async () => ENRICHMENT },
      { course: async ([cveId = null]) => ({ cveId, days: [{ day: "2026-01-01", score: 0.1 }] }) },
    ),
  );
  company = await api.company();
  await api.db.asService(async (tx) => {
    const put = (name: string, aliases: string[]) =>
      tx.query(
        `insert into advisory (name, aliases, summary, severity, cvss, kev_added_at, published_at, attributes_hash)
         values ($1, $2, 'Bad things', 'high', 7.5, '2026-02-03', '2026-01-02T03:04:05Z', '')`,
        [name, aliases],
      );
    for (let i = 1; i <= 5; i += 1) await put(`CVE-2026-000${i}`, [`DEBIAN-CVE-2026-000${i}`]);
    await put("CVE-2025-1111", ["GHSA-abcd-efgh-ijkl"]);
    await put("GHSA-zzzz-2222-3333", []);
    const record = (id: string, feed: string, doc: string) =>
      tx.query("insert into advisory_record (id, feed, hash, doc) values ($1, $2, '', $3)", [id, feed, doc]);
    const references = [
      { type: "WEB", url: "https://example.org/a" },
      { type: "WEB", url: "javascript:alert(1)" },
      { type: "FIX", url: "https://example.org/a" },
    ];
    await record("CVE-2026-0001", "osv", JSON.stringify({ id: "CVE-2026-0001", details: "Long words.", references }));
    const derived = { id: "DEBIAN-CVE-2026-0001", details: "x", database_specific: { derived_from: "changelogs" } };
    await record("DEBIAN-CVE-2026-0001", "debian-archive", JSON.stringify(derived));
    await record("CVE-2026-0002", "osv", "not json");
  });
  await api.db.withCompany(company.id, (tx) =>
    tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, version,
         purl, severity, severity_rank, risk, urgency, record_id, status, asset_count)
       values ($1, 1, 1, 'CVE-2026-0001', '{}', '', 'Debian:12', 'p', '1', '', 'high', 4, 50, '', 'r', 'open', 1)`,
      [company.id],
    ),
  );
});
afterAll(() => api.close());

const get = (path: string, token = company.reader) => api.call("GET", `/api/v1/advisories${path}`, { token });
const ids = (answer: { body: { rows: { id: string }[] } }) => answer.body.rows.map((row) => row.id);

test("a search finds names that begin with it and exact aliases, in any case, and takes no wildcard", async () => {
  expect(ids(await get("?q=cve-2026"))).toEqual([1, 2, 3, 4, 5].map((i) => `CVE-2026-000${i}`));
  expect(ids(await get("?q=ghsa-ABCD-efgh-ijkl"))).toEqual(["CVE-2025-1111"]);
  expect(ids(await get("?q=debian-cve-2026-0003"))).toEqual(["CVE-2026-0003"]);
  expect(ids(await get("?q=GHSA-ZZZZ"))).toEqual(["GHSA-zzzz-2222-3333"]);
  expect(ids(await get("?q=%25"))).toEqual([]);
  expect(ids(await get("?q=CVE_2026"))).toEqual([]);
});

const pagesOf = async (query: string): Promise<string[]> => {
  const seen: string[] = [];
  let cursor = "";
  for (let pages = 0; pages < 9; pages += 1) {
    const answer = await get(`?limit=2${query}${cursor}`);
    seen.push(...ids(answer));
    if (answer.body.next === null) break;
    cursor = `&cursor=${answer.body.next}`;
  }
  return seen;
};

test("all advisories come newest published first, without a date last, each once; those of a search by name", async () => {
  const dates = [
    ["CVE-2026-0002", "2026-03-01T00:00:00.000001Z"],
    ["CVE-2026-0003", "2026-03-01T00:00:00.000002Z"],
    ["CVE-2025-1111", "2026-04-01"],
    ["CVE-2026-0004", null],
    ["GHSA-zzzz-2222-3333", null],
  ];
  await api.db.asService(async (tx) => {
    for (const [name, at] of dates) await tx.query("update advisory set published_at = $2 where name = $1", [name, at]);
  });
  expect(await pagesOf("")).toEqual([
    "CVE-2025-1111",
    "CVE-2026-0003",
    "CVE-2026-0002",
    "CVE-2026-0005",
    "CVE-2026-0001",
    "GHSA-zzzz-2222-3333",
    "CVE-2026-0004",
  ]);
  expect(await pagesOf("&q=CVE-2026")).toEqual([1, 2, 3, 4, 5].map((i) => `CVE-2026-000${i}`));
  const { body } = await get("");
  expect([body.count, body.countIsExact]).toEqual([7, true]);
  expect((await get("?cursor=@@")).status).toBe(400);
  expect((await get(`?q=CVE&cursor=${(await get("?limit=2")).body.next}`)).status).toBe(400);
});

test("a page of the newest reads its index and no more", async () => {
  const plan = await api.db.asService(async (tx) => {
    await tx.query("set local enable_seqscan = off");
    return tx.query<Record<string, string>>(
      `explain select name from advisory
       where (coalesce(published_at, '-infinity'::timestamptz), name) < (coalesce('2026-01-01'::timestamptz, '-infinity'), 'x')
       order by coalesce(published_at, '-infinity'::timestamptz) desc, name desc limit 2`,
    );
  });
  const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(text).toMatch(/Index (Only )?Scan using advisory_newest/);
  expect(text).not.toContain("Sort");
});

test("one advisory is found by any of its names, with its records and the caller's findings only", async () => {
  for (const name of ["CVE-2026-0001", "cve-2026-0001", "DEBIAN-CVE-2026-0001"]) {
    const { body } = await get(`/${name}`);
    expect(body).toMatchObject({
      id: "CVE-2026-0001",
      kevAddedAt: "2026-02-03",
      cvss: 7.5,
      findingCount: 1,
      enrichment: ENRICHMENT,
    });
    expect(body.records.map((r: { id: string; feed: string }) => [r.id, r.feed])).toEqual([
      ["CVE-2026-0001", "osv"],
      ["DEBIAN-CVE-2026-0001", "debian-archive"],
    ]);
    expect(body.records[0].doc.details).toBe("Long words.");
  }
  const other = await api.company();
  expect((await get("/CVE-2026-0001", other.reader)).body.findingCount).toBe(0);
  expect((await get("/CVE-2026-0002")).body.records[0].doc).toBe(null);
  const missing = await get("/CVE-1999-0001");
  expect([missing.status, missing.body.code]).toEqual([404, "NOT_FOUND"]);
});

test("an advisory's documents give the longest text, safe links once, and where each record is from", async () => {
  const docs = await getAdvisoryDocs(api.db, company.id, "CVE-2026-0001");
  expect(docs.details).toBe("Long words.");
  expect(docs.references).toEqual([{ type: "WEB", url: "https://example.org/a" }]);
  expect(docs.feedOf.get("DEBIAN-CVE-2026-0001")).toEqual({ feed: "debian-archive", origin: "changelogs" });
  const none = await getAdvisoryDocs(api.db, company.id, "CVE-1999-0001");
  expect([none.details, none.references, none.feedOf.size]).toEqual(["", [], 0]);
});

test("advisories are for those who may read findings", async () => {
  const narrow = await api.apiToken(company.id, ["assets:read"]);
  expect((await get("", narrow)).status).toBe(403);
});

test("the EPSS course of an advisory is had by any of its names", async () => {
  const course = (id: string) => api.call("GET", `/api/v1/advisories/${id}/epss`, { token: company.reader });
  expect((await course("debian-cve-2026-0001")).body).toEqual({
    cveId: "CVE-2026-0001",
    days: [{ day: "2026-01-01", score: 0.1 }],
  });
  expect((await course("CVE-1999-9999")).status).toBe(404);
});
