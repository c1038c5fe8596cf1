import type { SourceReport } from "@zerotrace/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import type { Generation } from "./features/feeds/index.ts";
import { createLog } from "./platform/log/index.ts";
import { createMetrics } from "./platform/metrics/index.ts";
import { watchSources } from "./watch-sources.ts";

let base: Awaited<ReturnType<typeof testDatabase>>;
const metrics = createMetrics({ version: "0" });
beforeAll(async () => {
  base = await testDatabase();
  await base.owner.query("insert into company (name) values ('one'), ('other')");
});
afterAll(() => base.close());

const source = (feed: string, dataAt: string): SourceReport => ({
  feed,
  location: `/feeds/${feed}`,
  dataAt,
  readAt: dataAt,
  recordCount: 1,
  badCount: 0,
  bad: [],
  covers: [],
  notCovered: [],
  origins: [],
});
const look = (now: string, ...sources: SourceReport[]) =>
  watchSources(
    { db: base.db, metrics, log: createLog({ level: "silent", version: "0", to: "stdout" }), syncHours: 6 },
    { id: 1, meta: { sources } } as unknown as Generation,
    new Date(now),
  );
/** What was told since it was asked last: rows of the audit trail cannot be deleted. */
let toldCount = 0;
const told = async () => {
  const { rows } = await base.owner.query("select company_id, action, target from audit_event order by id, company_id");
  const audits = rows.slice(toldCount);
  toldCount = rows.length;
  const { rows: events } = await base.owner.query("select summary from outbox order by id");
  await base.owner.query("truncate outbox");
  return {
    audits: audits.map((a) => `${a.company_id} ${a.action} ${a.target}`).sort(),
    events: events.map((e) => e.summary),
  };
};

test("a source that becomes stale is told once to every company, and again when it is fresh", async () => {
  await look("2026-03-01T12:00:00Z", source("osv", "2026-03-01T00:00:00Z"), source("kev", "2026-02-25T00:00:00Z"));
  expect(await told()).toEqual({ audits: [], events: [] });
  await look("2026-03-04T00:00:00Z", source("osv", "2026-03-01T00:00:00Z"), source("kev", "2026-02-25T00:00:00Z"));
  const { audits, events } = await told();
  expect(audits).toEqual(["1 feed.stale osv", "2 feed.stale osv"]);
  expect(events).toEqual(Array.from({ length: 2 }, () => ({ stale: "osv", fresh: null })));
  expect(await metrics.text()).toContain('zerotrace_feed_stale{feed="osv"} 1');
  expect(await metrics.text()).toContain('zerotrace_feed_data_age_seconds{feed="osv"} 259200');
  await look("2026-03-05T00:00:00Z", source("osv", "2026-03-01T00:00:00Z"));
  expect(await told()).toEqual({ audits: [], events: [] });
  await look("2026-03-05T00:00:00Z", source("osv", "2026-03-04T23:00:00Z"));
  expect((await told()).audits).toEqual(["1 feed.fresh osv", "2 feed.fresh osv"]);
});
