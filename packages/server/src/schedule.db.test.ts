import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import type { SigningKeys } from "./features/access-tokens/index.ts";
import { loadConfig } from "./platform/config/index.ts";
import { keyringPath, localMasterKeys } from "./platform/crypto/index.ts";
import { createLog } from "./platform/log/index.ts";
import { createMetrics } from "./platform/metrics/index.ts";
import { listAllJobs } from "./platform/queue/index.ts";
import { startSchedule } from "./schedule.ts";

test("a start asks for feeds that are missing and for each company's old rows to go", async () => {
  const base = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "zt-schedule-"));
  await base.owner.query("insert into company (name) values ('one'), ('other')");
  const stop = await startSchedule(loadConfig({ env: {}, flags: { dataDir } }).config, {
    canary: { request: async () => undefined },
    db: base.db,
    accessTokens: { keys: { keepFresh: async () => undefined } as unknown as SigningKeys },
    metrics: createMetrics({ version: "0" }),
    log: createLog({ level: "silent", version: "0", to: "stdout" }),
    masterKeys: localMasterKeys({ path: keyringPath(dataDir) }),
    sync: { state: () => ({ syncing: false, progress: null, lastError: null, lastSuccessAt: null }) },
  });
  await stop();
  const jobs = await base.db.asService((tx) => listAllJobs(tx));
  expect(jobs.map(({ task, companyId }) => `${task} ${companyId}`).sort()).toEqual([
    "feeds-sync 0",
    "rekey 1",
    "rekey 2",
    "retention 1",
    "retention 2",
  ]);
  await base.close();
  await rm(dataDir, { recursive: true });
});
