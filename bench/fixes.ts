/**
 * Promise: the fixes of a company with millions of findings are listed within 50 ms of the server, filtered or not, from sums
 * that a change renews in proportion to the fixes that it concerns; beside it the same list grouped from the findings themselves.
 */
import { parseArgs } from "node:util";
import { fixesPage } from "../packages/server/src/features/fixes/sql.ts";
import { refreshFixes } from "../packages/server/src/features/fixes/index.ts";
import { filterOf } from "../packages/server/src/features/findings/index.ts";
import {
  overdueFixes,
  speedByLabel,
  speedByOwner,
  speedBySeverity,
} from "../packages/server/src/features/fixes/performance-sql.ts";
import { SLA_OTHERWISE } from "../packages/core/src/fix/sla.ts";
import type { Tx } from "../packages/server/src/platform/db/index.ts";
import { Pool } from "pg";
import { migrate, openDatabase } from "../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../packages/server/src/platform/queue/index.ts";
import { administer, connectionsIn, startOwn } from "../test/support/postgres.ts";
import { median, round, say } from "./measure.ts";

const { values } = parseArgs({
  options: {
    packages: { type: "string", default: "2000" },
    versions: { type: "string", default: "25" },
    advisories: { type: "string", default: "20" },
    rounds: { type: "string", default: "5" },
  },
});
const [PACKAGES, VERSIONS, ADVISORIES, ROUNDS] = [
  Number(values.packages),
  Number(values.versions),
  Number(values.advisories),
  Number(values.rounds),
];
/** Components that a change concerns. */
const TOUCHED = 200;
const PAGE = { limit: 51, after: null };

const FINDINGS = `
  insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source, version, purl,
    fixed_in, severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, status, asset_count, first_seen_at,
    fixed_at)
  select $1, p * $3 + v, p * $4 + a, 'CVE-2026-' || (p * $4 + a), '{}', 'A weakness', 'Debian:' || 11 + p % 3, 'lib' || p, 'src' || p,
    '1.' || v, 'pkg:deb/debian/lib' || p || '@1.' || v, case when a % 5 > 0 then '2.' || a end,
    (array['unknown', 'none', 'low', 'medium', 'high', 'critical'])[r.rank], r.rank, 7, 0.1,
    case when a % 40 = 0 then current_date - 20 end, 1 + (p * 7 + a * 13) % 99, '', 'r',
    case when v = 0 then 'fixed' else 'open' end, 1 + (p + v) % 400, now() - make_interval(days => (p + a) % 300),
    case when v = 0 then now() - make_interval(days => p % 80) end
  from generate_series($5::int, $6::int) p, generate_series(0, $2 - 1) v, generate_series(0, $4 - 1) a,
    lateral (select (1 + (p + a) % 6)::smallint as rank) r`;

const own = await startOwn();
await administer(own.cluster, "create database fixes");
const connections = connectionsIn(own.cluster, "fixes");
await migrate(connections.owner);
await migrateQueue(connections.owner);
const owner = new Pool(connections.owner);
const db = openDatabase({ app: connections.app, service: connections.service, onError: () => undefined });
try {
  const [{ id: companyId }] = (await owner.query("insert into company (name) values ('fixes') returning id")).rows;
  const step = 100;
  for (let from = 1; from <= PACKAGES; from += step) {
    await db.asServiceFor(companyId, (tx) =>
      tx.query(FINDINGS, [companyId, VERSIONS, VERSIONS, ADVISORIES, from, Math.min(PACKAGES, from + step - 1)]),
    );
  }
  await owner.query("analyze");
  const inCompany = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => db.withCompany(companyId, run);
  const asService = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => db.asServiceFor(companyId, run);

  const timed = async (name: string, run: () => Promise<unknown>, rounds = ROUNDS): Promise<void> => {
    const times: number[] = [];
    for (let n = 0; n < rounds; n += 1) {
      const from = performance.now();
      await run();
      times.push(performance.now() - from);
    }
    say(`${name}: ${round(median(times))} ms (median of ${rounds})`);
  };
  const filter = (query: string) => ({ ...filterOf({ status: "open", query }), mayBeClosed: false });
  const list = (query: string, summed: boolean) => () =>
    inCompany((tx) => fixesPage(tx, companyId, filter(query), { ...PAGE, summed }));
  say(`${PACKAGES * VERSIONS * ADVISORIES} findings of ${PACKAGES} packages`);
  await timed(
    "sums of everything",
    () => asService((tx) => refreshFixes(tx, companyId, { components: null, holders: null, holderCounts: null })),
    1,
  );
  await owner.query("analyze");
  await timed("first page from sums", list("", true));
  await timed(
    "first page of severity>=high kev:false fix:yes from sums",
    list("severity>=high kev:false fix:yes", true),
  );
  await timed("first page grouped from findings", list("", false), 1);
  await timed("first page of a package, grouped from findings", list("package:src7", false));
  const components = Array.from({ length: TOUCHED }, (_, n) => n * 11 + 1);
  await timed(`sums of what ${TOUCHED} components concern, nothing changed`, () =>
    asService((tx) => refreshFixes(tx, companyId, { components, holders: null, holderCounts: null })),
  );
  await timed("sums of one component", () =>
    asService((tx) => refreshFixes(tx, companyId, { components: [51], holders: null, holderCounts: null })),
  );
  const of = { from: new Date(Date.now() - 90 * 86_400_000), sla: SLA_OTHERWISE };
  await timed("how long fixes took in 90 days, by severity", () =>
    inCompany((tx) => speedBySeverity(tx, companyId, of)),
  );
  await timed("by person", () => inCompany((tx) => speedByOwner(tx, companyId, of)));
  await timed("by label", () => inCompany((tx) => speedByLabel(tx, companyId, of)));
  await timed("what is overdue", () =>
    inCompany((tx) => overdueFixes(tx, companyId, { sla: SLA_OTHERWISE, filter: filter(""), summed: true })),
  );
} finally {
  await Promise.all([db.close(), owner.end()]);
  await own.stop();
}
