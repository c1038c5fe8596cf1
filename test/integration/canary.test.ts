import type { Client } from "pg";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, type Live, record, startLive } from "../support/live.ts";

let live: Live;
let service: Client;
let owner: Client;

beforeAll(async () => {
  live = await startLive({ npm: [record("CVE-2026-0002", "npm", "left", "2.0.0")] });
  [service, owner] = [await live.sql("zerotrace_service"), await live.sql("zerotrace")];
  await live.server.settled();
});
afterAll(async () => {
  await Promise.all([service.end(), owner.end()]);
  await live.stop();
});

interface Run {
  readonly ok: boolean;
  readonly faults: string[];
  readonly question_count: number;
  readonly ran_at: Date;
}

const last = async (): Promise<Run | undefined> => (await owner.query<Run>("select * from canary_run")).rows[0];

/** Orders the job as the schedule does and waits for its result. */
const check = async (): Promise<Run> => {
  const before = (await last())?.ran_at.getTime() ?? 0;
  const payload = "jsonb_build_object('companyId', (select id from company where canary = 'spy'))";
  await service.query(`select public.enqueue_job('canary', ${payload}, null, 0, null, 3, 'canary')`);
  await eventually(async () => ((await last())?.ran_at.getTime() ?? 0) > before, "a check", 30_000);
  return (await last()) as Run;
};

const isolation = async () => {
  const { dependencies } = (await live.call("GET", "/health/ready")).body;
  return dependencies.find(({ name }: { name: string }) => name === "isolation");
};
const metric = async (): Promise<string> => {
  const text: string = (await live.call("GET", "/metrics")).body;
  return /^zerotrace_isolation_canary_ok (\d)$/m.exec(text)?.[1] ?? "";
};

test("the canary asks every route that reads as another company and finds nothing", async () => {
  const run = await check();
  expect([run.ok, run.faults]).toEqual([true, []]);
  expect(run.question_count).toBeGreaterThan(60);
  expect(await isolation()).toMatchObject({ status: "ok" });
  expect(await metric()).toBe("1");
});

test("the same objects serve the next check: nothing piles up", async () => {
  const count = async () =>
    (await owner.query(`select (select count(*) from asset)::int as a, (select count(*) from vex_document)::int as v`))
      .rows;
  const before = await count();
  expect((await check()).ok).toBe(true);
  expect(await count()).toEqual(before);
});

test("a policy that lets another company's rows through turns the canary red, and the provider's trail says so", async () => {
  await owner.query("alter policy company_only on asset using (true)");
  const run = await check();
  expect([run.ok, run.faults]).toEqual([false, ["the table asset shows rows of another company"]]);
  expect(await metric()).toBe("0");
  await eventually(async () => (await isolation()).status === "failed", "the health page");
  const trail = (await live.call("GET", "/api/v1/audit?action=isolation.alert")).body.rows;
  expect(trail).toMatchObject([{ actor: "server", target: "canary", detail: { faults: run.faults } }]);
  const log = await readFile(join(live.dataDir, "zerotrace.log"), "utf8");
  expect(log).toContain("isolation canary: something of one company reaches another");
});

test("the canary companies are in no list and no count of the platform", async () => {
  const { rows } = await owner.query("select count(*)::int as n from company where canary is not null");
  expect(rows).toEqual([{ n: 2 }]);
  expect((await live.call("GET", "/api/v1/companies")).body).toMatchObject({ count: 1, rows: [{ isProvider: true }] });
});
