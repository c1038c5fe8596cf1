import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi } from "../../../../../test/support/api.ts";
import { type FeedSync, feedRoutes } from "./index.ts";

let api: TestApi;
beforeAll(async () => {
  const sync: FeedSync = {
    run: async () => null,
    state: () => ({ syncing: false, progress: null, lastError: null, lastSuccessAt: null }),
  };
  api = await startApi(() => feedRoutes({ sync, syncHours: 6, dataDir: "/nowhere", trust: { file: "", keys: [] } }));
});
afterAll(() => api.close());

test("the coverage of an asset is its company's to see; for anyone else there is no such asset", async () => {
  const [own, other] = [await api.company(), await api.company()];
  const id = await api.db.withCompany(own.id, async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
       values ($1, 'one', 'one', '', '', '{}', '') returning id`,
      [own.id],
    );
    return row?.id as string;
  });
  const path = `/api/v1/coverage?assetId=${id}`;
  expect(await api.call("GET", path, { token: own.reader })).toMatchObject({ status: 200, body: { rows: [] } });
  expect(await api.call("GET", path, { token: other.owner })).toMatchObject({
    status: 404,
    body: { code: "NOT_FOUND" },
  });
  expect((await api.call("GET", "/api/v1/coverage", { token: other.reader })).status).toBe(200);
});
