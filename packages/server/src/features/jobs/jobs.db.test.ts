import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi } from "../../../../../test/support/api.ts";
import { enqueue, listJobs } from "../../platform/queue/index.ts";
import { jobRoutes } from "./index.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi(({ db }) =>
    jobRoutes({
      listJobs: async (companyId) =>
        (await db.withCompany(companyId, (tx) => listJobs(tx, companyId))).map((job) => ({
          id: job.id,
          task: job.task,
          state: job.state,
          attempts: job.attempts,
          maxAttempts: job.maxAttempts,
          lastError: job.lastError,
          runAt: job.runAt.toISOString(),
        })),
    }),
  );
});
afterAll(() => api.close());

test("a company sees its own jobs and no other's, and only with the permission", async () => {
  const company = await api.company();
  const other = await api.company();
  const id = await api.db.withCompany(company.id, (tx) =>
    enqueue(tx, { task: "enrich", payload: { companyId: company.id } }),
  );
  const { body } = await api.call("GET", "/api/v1/jobs", { token: company.reader });
  expect(body.rows).toEqual([
    { id, task: "enrich", state: "waiting", attempts: 0, maxAttempts: 8, runAt: expect.any(String), lastError: null },
  ]);
  expect((await api.call("GET", "/api/v1/jobs", { token: other.reader })).body.rows).toEqual([]);
  const narrow = await api.apiToken(company.id, ["assets:read"]);
  expect((await api.call("GET", "/api/v1/jobs", { token: narrow })).status).toBe(403);
});
