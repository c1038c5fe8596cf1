import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { refreshFindings } from "./refresh-sql.ts";

const ADVISORIES = 20;
/** Hexadecimal digits of an id that hold its time. */
const TIME_DIGITS = 12;
const TOLERANCE_MS = 60_000;

let database: TestDatabase;
let company: number;

beforeAll(async () => {
  database = await testDatabase();
  const { owner } = database;
  company = (await owner.query("insert into company (name) values ('ids') returning id")).rows[0].id;
  await owner.query("insert into package (ecosystem, name) values ('npm', 'p')");
  await owner.query(
    `insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl, verdict)
     select 'npm', 'p', i::text, '', '', '', p.id, i::text, '', 'affected' from generate_series(1, 2) i, package p`,
  );
  await owner.query(
    `insert into advisory (name, aliases, summary, severity, attributes_hash)
     select 'CVE-2026-' || 1000 + i, '{}', '', 'high', '' from generate_series(1, $1) i`,
    [ADVISORIES],
  );
  await owner.query(
    `insert into component_match (component_id, advisory_id, record_id, fixed_in, urgency, risk)
     select c.id, a.id, 'r', null, '', 50 from component c, advisory a`,
  );
});
afterAll(() => database.close());

test("findings that are opened together have ids that begin with the time, so that indexes hold them side by side", async () => {
  const [few, rest] = (await database.owner.query<{ id: number }>("select id from component order by id")).rows;
  const components = [{ componentId: few?.id ?? 0, assetCount: 1 }];
  const all = [...components, { componentId: rest?.id ?? 0, assetCount: 1 }];
  const refresh = (only: Parameters<typeof refreshFindings>[2]) =>
    database.db.asServiceFor(company, (tx) => refreshFindings(tx, company, only));
  const opened = [
    ...(await refresh({ components, matches: [] })).opened,
    ...(await refresh({ components: all, matches: [], isAll: true })).opened,
  ];
  expect(opened).toHaveLength(2 * ADVISORIES);
  expect(new Set(opened.map(({ id }) => id)).size).toBe(2 * ADVISORIES);
  const times = opened.map(({ id }) => Number.parseInt(id.replaceAll("-", "").slice(0, TIME_DIGITS), 16));
  for (const time of times) expect(Math.abs(Date.now() - time)).toBeLessThan(TOLERANCE_MS);
});
