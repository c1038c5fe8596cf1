import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { createHoldingsStore } from "../holdings/index.ts";
import { advisoryGroups, countAdvisories } from "./by-advisory-sql.ts";
import { led } from "./leads.ts";
import { filterOf, type FindingFilter } from "./rules.ts";
import { condition, countFindings, findingsPage } from "./sql.ts";

const NAMES = ["openssl", "libssl3", "OpenSSH", "zip", "gzip", "log4j-core", "a_b", "a%b"];
const SEVERITIES = ["unknown", "none", "low", "medium", "high", "critical"];
const QUERIES = [
  ..."openssl,SSL,zip,z,CVE-2,cve-1,ghsa-3,a_b,a%b,-openssl,zip openssl,zip | ghsa-3,nothing".split(","),
  ..."package:zip,package:lib*,package:*ZIP,-package:zip,package:nothing,advisory:CVE-3,advisory:GHSA-3".split(","),
  ..."advisory:cve-*,-advisory:CVE-3,advisory:GHSA-3 status:all,zip status:fixed,severity:high,critical zip".split(","),
  "package:openssl,zip fix:yes",
  "(package:a_b OR advisory:CVE-7) -kev:true",
  ..."label:prod,-label:prod,label:none,host:h1,host:h*,-host:h1 kev:true,label:prod label:dmz".split(","),
  "(label:dmz OR package:zip) severity>=medium",
  "kind:host -label:prod",
];

let api: TestApi;
let company: TestCompany;

/** Whole numbers below `below`: the same each time. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

const fill = async (): Promise<void> => {
  const random = randomFrom(7);
  const components = Array.from({ length: 30 }, (_, i) => [i + 1, NAMES[random(8)], random(2) ? NAMES[random(8)] : ""]);
  const advisories = Array.from({ length: 12 }, (_, i) => [
    i + 1,
    `CVE-${i}`,
    random(2) ? [`GHSA-${i}`, `X-${i}`] : [],
  ]);
  await api.db.asService(async (tx) => {
    await tx.query("insert into package (id, ecosystem, name) overriding system value values (1, 'Debian:12', 'x')");
    for (const [id, name, source] of components)
      await tx.query(
        `insert into component (id, ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl)
         overriding system value values ($1::int, 'Debian:12', $2, $1::int::text, '', $3, '', 1, '1', '')`,
        [id, name, source],
      );
    for (const row of advisories)
      await tx.query(
        `insert into advisory (id, name, aliases, summary, severity, attributes_hash) overriding system value
         values ($1, $2, $3, '', 'low', '')`,
        row,
      );
  });
  await api.db.withCompany(company.id, async (tx) => {
    // few assets and many of each label, so that both ways of finding their components are gone
    for (let n = 0; n < 60; n += 1) {
      const held = Array.from({ length: random(4) }, () => components[random(20)]?.[0]);
      await tx.query(
        `with a as (insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels)
           values ($1, 'host', $2, $2, 'x', 'Debian:12', '{}', '', $3) returning id)
         insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
         select $1, id, 's', 'ok', $4, now() from a`,
        [company.id, `h${n}`, [...(n % 2 ? ["prod"] : []), ...(n % 30 ? [] : ["dmz"])], held],
      );
    }
    for (let n = 0; n < 150; n += 1) {
      const [component, name, source] = components[random(30)] as [number, string, string];
      const [advisory, called, aliases] = advisories[random(12)] as [number, string, string[]];
      const rank = random(6);
      await tx.query(
        `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source,
           version, purl, fixed_in, severity, severity_rank, kev_added_at, risk, urgency, record_id, status, asset_count)
         values ($1, $2, $3, $4, $5, '', 'Debian:12', $6, $7, '1', '', $8, $9, $10, $11, $12, '', 'r', $13, 1)
         on conflict do nothing`,
        [company.id, component, advisory, called, aliases, name, source || null, random(2) ? "2" : null].concat(
          [SEVERITIES[rank] ?? "", rank + 1, random(4) ? null : "2026-01-01"],
          [random(5) * 20, random(4) ? "open" : "fixed"],
        ),
      );
    }
  });
};

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  await fill();
});
afterAll(() => api.close());

/** Read for the first time, so that nothing is remembered that is not so any more. */
const store = () => createHoldingsStore(api.db);

const answers = (filter: FindingFilter) =>
  api.db.withCompany(company.id, async (tx) => ({
    ids: (await findingsPage(tx, company.id, filter, { sort: "risk", limit: 500, after: null })).map(({ id }) => id),
    count: await countFindings(tx, company.id, filter),
    advisories: await countAdvisories(tx, company.id, filter),
  }));

test("what is found by what names lead to is what is found by the text of every finding, in the same order", async () => {
  const known = [{}, { q: "ssl" }, { package: "openssl" }, { advisory: "GHSA-3" }, { advisory: "CVE-3", q: "zip" }];
  const asked = [...known, ...QUERIES.map((query) => ({ query })), ...QUERIES.map((q) => ({ q }))];
  const run = async () => {
    for (const one of asked) {
      const plain = filterOf({ status: "open", ...one });
      const found = await led(api.db, store(), company.id, plain);
      expect(await answers(found), JSON.stringify(one)).toEqual(await answers(plain));
    }
  };
  await run();
  // with names kept in memory, as soon as something was published
  await api.db.asService((tx) =>
    tx.query("insert into feed_generation (index_file, meta, source_stamp) values ('x', '{}', 'x')"),
  );
  await run();
});

test("pages of advisories together are all of them, and their count is how many", async () => {
  for (const query of ["", "zip", "severity>=high", "status:all"]) {
    const filter = await led(api.db, store(), company.id, filterOf({ status: "open", query }));
    await api.db.withCompany(company.id, async (tx) => {
      const page = (limit: number, after: [number, string] | null) =>
        advisoryGroups(tx, company.id, filter, { limit, after });
      const all = await page(10_000, null);
      const paged: typeof all = [];
      for (let after: [number, string] | null = null; ;) {
        const rows = await page(2, after);
        paged.push(...rows);
        const last = rows.at(-1);
        if (last === undefined) break;
        after = [last.risk, last.advisory];
      }
      expect(paged, query).toEqual(all);
      expect(await countAdvisories(tx, company.id, filter)).toBe(all.length);
    });
  }
});

test("pages by risk are in the order of all findings, whichever severities are asked for", async () => {
  for (const query of [
    "severity:low",
    "severity>=medium",
    "severity<high kev:true",
    "severity:critical,none label:prod",
    "severity:low severity:high",
  ]) {
    const filter = await led(api.db, store(), company.id, filterOf({ status: "open", query }));
    await api.db.withCompany(company.id, async (tx) => {
      const values: unknown[] = [];
      const where = condition(company.id, filterOf({ status: "open", query }), values);
      const all = await tx.query<{ id: string }>(
        `select f.id from finding f where ${where} order by f.risk desc, f.id desc`,
        values,
      );
      const paged: string[] = [];
      for (let after: [unknown, string] | null = null; ;) {
        const rows = await findingsPage(tx, company.id, filter, { sort: "risk", limit: 4, after });
        paged.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (last === undefined) break;
        after = [last.sortValue, last.id];
      }
      expect(paged, query).toEqual(all.map(({ id }) => id));
      expect(await countFindings(tx, company.id, filter)).toBe(all.length);
    });
  }
});
