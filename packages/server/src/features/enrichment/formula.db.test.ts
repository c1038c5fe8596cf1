import { createHash } from "node:crypto";
import { INDEX_FORMAT, riskOf, SEVERITIES } from "@zerotrace/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { refreshFixes } from "../fixes/index.ts";
import { keepTotals } from "../stats/index.ts";
import { FORMULA, recompute } from "./recompute.ts";

/*
 * What an older version wrote is computed anew after an upgrade where FORMULA is another one, and judged anew where INDEX_FORMAT is. Where one
 * of these tests fails, what is written from the same data is other than before: raise the one that it names, then record what is said now.
 */
const RISK = { format: 7, says: "fb60cf10839e62a1" };
const WRITTEN = { formula: "1", says: "47f2bf313a1d8050" };

const COMPONENTS = 24;
const ADVISORIES = 18;
const ASSETS = 6;

const digestOf = (rows: unknown): string =>
  createHash("sha256").update(JSON.stringify(rows)).digest("hex").slice(0, 16);

let database: TestDatabase;
let company: number;

/** Everything by its number, so that every run has the same: versions of packages, findings with and without a fix, exploited ones. */
const fill = async (): Promise<void> => {
  const { owner } = database;
  company = (await owner.query("insert into company (name) values ('formula') returning id")).rows[0].id;
  await owner.query("insert into package (ecosystem, name) select 'npm', 'p' || i from generate_series(0, 3) i");
  await owner.query(
    `insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl, verdict, verdict_reason)
     select 'npm', p.name || '-' || (i / 4) % 2, (i / 8)::text, '', p.name, '', p.id, i::text, '', case when i % 5 = 0 then 'unknown' else 'affected' end,
       case when i % 5 = 0 then 'no_feed' end
     from generate_series(1, $1) i join package p on p.name = 'p' || i % 4 order by i`,
    [COMPONENTS],
  );
  await owner.query(
    `insert into advisory (name, aliases, summary, severity, epss, kev_added_at, attributes_hash)
     select 'CVE-2026-' || 1000 + i, '{}', '', ($2::text[])[1 + i % 6], i / 50.0, case when i % 4 = 0 then date '2026-01-01' + i end, ''
     from generate_series(1, $1) i order by i`,
    [ADVISORIES, SEVERITIES],
  );
  await owner.query(
    `insert into component_match (component_id, advisory_id, record_id, fixed_in, urgency, risk)
     select c.id, a.id, 'r', case when a.id % 3 > 0 then (a.id % 5)::text end, '', (a.id * 7 + length(c.version)) % 100
     from component c, advisory a where c.verdict = 'affected' and (c.id + a.id) % 3 < 2`,
  );
  const sums = SEVERITIES.map((s) => `${s} = (select count(*) from m where m.id = c.id and severity = '${s}')`);
  await owner.query(
    `with m as (select m.component_id as id, a.severity, m.risk, m.fixed_in, a.kev_added_at from component_match m join advisory a on a.id = m.advisory_id)
     update component c set ${sums.join(", ")}, kev_count = (select count(m.kev_added_at) from m where m.id = c.id),
       max_risk = coalesce((select max(m.risk) from m where m.id = c.id), 0), fixable = (select count(m.fixed_in) from m where m.id = c.id)`,
  );
  await owner.query(
    `with held as (
       insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
       select $1, 'host-' || i, 'host-' || i, '', '', '{}', '' from generate_series(1, $2) i returning id, right(name, 1)::int as n)
     insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
     select $1, id, 'npm', 'ok', array(select c.id from component c where c.id % 7 <> n order by 1), now() from held`,
    [company, ASSETS],
  );
  await owner.query(
    `with d as (
       insert into vex_document (company_id, name, format, own_id, author, statement_count, problem_count, problems, digest, added_by)
       values ($1, 'd', 'openvex', 'd', '', 1, 0, '{}', 'd', '') returning id)
     insert into vex_statement (company_id, document_id, vulnerability, aliases, status, justification, note, author, products)
     select $1, id, 'CVE-2026-1007', '{}', 'not_affected', '', '', '', '[{"purl":"pkg:npm/p0","versions":null,"subcomponents":[]}]' from d`,
    [company],
  );
};

beforeAll(async () => {
  database = await testDatabase();
  await fill();
});
afterAll(() => database.close());

/** What is written of a company, but ids, times and marks. */
const written = async (): Promise<unknown> => {
  const ask = async (sql: string) => (await database.owner.query(sql, [company])).rows;
  return [
    await ask(`select component_id, advisory, aliases, package, source, version, fixed_in, severity, severity_rank, epss, kev_added_at::text, risk,
      status, asset_count from finding where company_id = $1 order by component_id, advisory`),
    await ask(`select name, component_count, critical, high, medium, low, none, unknown, kev_count, risk, covered, not_covered, unparsable
      from asset where company_id = $1 order by name`),
    await ask(`select package, has_fix, fixed_in, finding_count, advisory_count, asset_count, kev_count, critical, high, medium, low, none, unknown,
      weight, max_risk, advisories from fix where company_id = $1 order by 1, 2`),
    await ask(`select package, has_fix, severity_rank, is_kev, fixes, finding_count, advisory_count, weight, max_risk, advisories
      from fix_part where company_id = $1 order by 1, 2, 3, 4`),
    await ask(`select critical, high, medium, low, none, unknown, finding_count, package_count, kev_count, fixable_count, advisory_count, coverage
      from company_total where company_id = $1`),
  ];
};

test("what is written from the same inventories, verdicts and decisions has FORMULA as its name", async () => {
  await database.db.asServiceFor(company, async (tx) => {
    const { fleet } = await recompute(tx, company, { fleet: null, judged: { end: 0, since: null } });
    await refreshFixes(tx, company, {
      components: null,
      holders: null,
      holderCounts: (groups) => fleet?.holderCounts(groups) ?? [],
    });
    await keepTotals(tx, company, fleet?.coverage() ?? null);
  });
  const rows = await written();
  expect((rows as unknown[][]).every((one) => one.length > 0)).toBe(true);
  expect({ formula: FORMULA, says: digestOf(rows) }).toEqual(WRITTEN);
});

test("the risk of a match has INDEX_FORMAT as its name: another format has everything judged again", () => {
  const scores = [null, { score: 0 }, { score: 3.7 }, { score: 9.8 }];
  const chances = [null, { score: 0.01 }, { score: 0.6 }];
  const risks = SEVERITIES.flatMap((severity) =>
    scores.flatMap((cvss) =>
      chances.flatMap((epss) =>
        [true, false].flatMap((kev) =>
          [true, false].map((fixAvailable) => riskOf({ severity, cvss, epss, kev, fixAvailable }).risk),
        ),
      ),
    ),
  );
  expect({ format: INDEX_FORMAT, says: digestOf(risks) }).toEqual(RISK);
});
