import { AppError } from "@zerotrace/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi } from "../../../../../test/support/api.ts";
import { type HealthDeps, healthRoutes } from "./index.ts";

let api: TestApi;
const metrics = { text: async () => "zerotrace_up 1\n" };
const checks = {
  feeds: async () => ({ status: "missing", detail: "no advisories yet" }) as const,
  queue: async () => ({ status: "ok", detail: "running" }) as const,
};
const at = (path: string, over: Partial<HealthDeps>, db: HealthDeps["db"]) =>
  healthRoutes({ db, metrics, version: "1.2.3", checks, ...over }).map((endpoint) => ({
    ...endpoint,
    route: { ...endpoint.route, path: path + endpoint.route.path },
  }));

beforeAll(async () => {
  api = await startApi(({ db }) => {
    const lost: HealthDeps["db"] = {
      ...db,
      ping: () => Promise.reject(new AppError("DATABASE_UNAVAILABLE", "secret-host refused")),
    };
    const silent = { queue: () => new Promise<never>(() => undefined) };
    return [
      ...at("", {}, db),
      ...at("/lost", { db: lost }, db),
      ...at("/silent", { checks: silent, answerMs: 200 }, db),
    ];
  });
});
afterAll(() => api.close());

test("the server is alive, and degraded but ready while there are no advisories", async () => {
  expect((await api.call("GET", "/health/live")).body).toEqual({ status: "ok", version: "1.2.3" });
  const first = await api.call("GET", "/health/ready");
  expect([first.status, first.body.status]).toEqual([200, "degraded"]);
  expect(first.body.dependencies).toEqual([
    { name: "database", status: "ok", detail: "answers" },
    { name: "feeds", status: "missing", detail: "no advisories yet" },
    { name: "queue", status: "ok", detail: "running" },
  ]);
});

test("a lost database and a silent queue answer 503 in the same shape and say nothing of the inside", async () => {
  const [lost, silent] = await Promise.all([
    api.call("GET", "/lost/health/ready"),
    api.call("GET", "/silent/health/ready"),
  ]);
  expect([lost.status, lost.body.status]).toEqual([503, "down"]);
  expect(lost.body.dependencies[0]).toEqual({ name: "database", status: "down", detail: "does not answer" });
  expect([silent.status, silent.body.dependencies[1]?.status]).toEqual([503, "down"]);
});

test("metrics are for this machine and for tokens of the company that runs the platform that may read jobs", async () => {
  const local = await api.call("GET", "/metrics");
  expect([local.status, local.body]).toEqual([200, "zerotrace_up 1\n"]);
  expect(local.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const proxied = await api.call("GET", "/metrics", { headers: { "x-forwarded-for": "203.0.113.9" } });
  expect(proxied.status).toBe(401);
  const { id, reader } = await api.company();
  const other = await api.company();
  await api.db.asService((tx) => tx.query("update company set is_provider = (id = $1)", [id]));
  expect((await api.call("GET", "/metrics", { token: reader })).status).toBe(200);
  expect((await api.call("GET", "/metrics", { token: other.owner })).status).toBe(403);
  const narrow = await api.apiToken(id, ["assets:read"]);
  expect((await api.call("GET", "/metrics", { token: narrow })).status).toBe(403);
});
