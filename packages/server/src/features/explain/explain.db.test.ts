import { createIndexBuilder, explainComponent, openIndex, parseOsvRecord } from "@zerotrace/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { vexRoutes } from "../vex/index.ts";
import { explainRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;

const index = () => {
  const builder = createIndexBuilder();
  const record = (id: string, ecosystem: string, name: string, fixed: string): void =>
    builder.add(
      parseOsvRecord({
        id,
        modified: "2026-01-01T00:00:00Z",
        affected: [
          { package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }] },
        ],
      }),
    );
  record("CVE-2026-1", "PyPI", "cryptography", "42.0.0");
  record("DEBIAN-CVE-2026-1", "Debian:12", "python-cryptography", "38.0.4-3");
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};

beforeAll(async () => {
  const given = index();
  api = await startApi(() => [
    ...explainRoutes({ explanation: async (question) => explainComponent(given, question) }),
    ...vexRoutes({ onChanged: async () => undefined }),
  ]);
  company = await api.company();
});
afterAll(() => api.close());

const explain = async (query: Record<string, string>, of = company) =>
  await api.call("GET", `/api/v1/explain?${new URLSearchParams(query).toString()}`, { token: of.reader });
const PURL = "pkg:pypi/cryptography@38.0.4";
const DEB = "pkg:deb/debian/python-cryptography@38.0.4-3?distro=debian-12";

test("any package is explained, with its advisory by any name, and with the package that holds it", async () => {
  expect((await explain({ purl: PURL, advisory: "cve-2026-1" })).body).toMatchObject({
    verdict: "affected",
    rule: "range",
    answer: "Affected: CVE-2026-1 affects cryptography 38.0.4; fixed in 42.0.0",
    stepCount: 1,
  });
  const inside = (await explain({ purl: PURL, inside: DEB })).body;
  expect(inside).toMatchObject({ verdict: "not_affected", judged: { name: "python-cryptography" } });
  expect(await explain({ purl: "pkg:pypi/cryptography" })).toMatchObject({ status: 400, body: { field: "purl" } });
  expect((await explain({ purl: "cryptography" })).status).toBe(400);
});

test("what the inventory knows to lie in a system's package is explained by it, for that company alone", async () => {
  const [component] = await api.db.asService((tx) =>
    tx.query<{ id: number }>(
      `with p as (insert into package (ecosystem, name) values ('Debian:12', 'python-cryptography') returning id)
       insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl,
         owner_ecosystem, owner_name, owner_version)
       select 'PyPI', 'cryptography', '38.0.4', '', '', '', id, '38.0.4-3', '', 'Debian:12', 'python-cryptography', '38.0.4-3'
       from p returning id`,
    ),
  );
  const owner = await api.company();
  await api.db.withCompany(owner.id, async (tx) => {
    const [asset] = await tx.query<{ id: string }>(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
       values ($1, 'a', 'a', '', '', '{}', '') returning id`,
      [owner.id],
    );
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       values ($1, $2, 'python-site', 'ok', array[$3::int], now())`,
      [owner.id, asset?.id, component?.id],
    );
  });
  expect((await explain({ purl: PURL }, owner)).body.verdict).toBe("not_affected");
  expect((await explain({ purl: PURL })).body.verdict).toBe("affected");
});

test("a VEX statement of the company decides, and of no other", async () => {
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    author: "Example",
    timestamp: "2026-01-01T00:00:00Z",
    statements: [{ vulnerability: { name: "CVE-2026-1" }, products: [{ "@id": PURL }], status: "fixed" }],
  };
  const other = await api.company();
  await api.call("POST", "/api/v1/vex", { token: other.owner, body: { name: "v", document } });
  expect((await explain({ purl: PURL }, other)).body).toMatchObject({ verdict: "not_affected", rule: "vex" });
  const own = (await explain({ purl: PURL })).body;
  expect(own.rule).toBe("range");
  expect(own.risks[0]).toMatchObject({
    advisory: "CVE-2026-1",
    sentence: expect.any(String),
    ssvc: { isDerived: true },
  });
  expect((await explain({ purl: PURL }, other)).body.risks).toEqual([]);
});
