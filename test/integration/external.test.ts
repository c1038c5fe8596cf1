import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbedded } from "../../packages/server/src/platform/db/index.ts";
import { choosePlace } from "../../packages/server/src/platform/db/embedded-place.ts";
import { debian, freshDir, record, startLive } from "../support/live.ts";

const FEEDS = { Debian: [record("DSA-EXTERNAL", "Debian:12", "openssl", "3.0.0-2")] };
const PASSWORD = "a password with spaces: ü@/?";

let dataDir: string;
let feeds: string;
let cluster: Awaited<ReturnType<typeof startEmbedded>>;
let url: string;
let server: { host: string; port: number };

/** A PostgreSQL as an administrator hands it over: a database, and a user with a password who owns that alone. */
beforeAll(async () => {
  dataDir = await freshDir();
  feeds = await freshDir();
  cluster = await startEmbedded({ dataDir, log: () => undefined });
  const { host, port, superuser } = cluster.connection;
  server = { host, port };
  const admin = new Client({ host, port, user: superuser, database: "postgres" });
  await admin.connect();
  await admin.query(`create role security login createrole password '${PASSWORD}'`);
  await admin.query("create database security owner security");
  const { clusterDirectory } = await choosePlace(dataDir, () => undefined);
  const access = join(clusterDirectory, "pg_hba.conf");
  const before = await readFile(access, "utf8");
  await writeFile(access, "local security security scram-sha-256\n");
  await appendFile(access, before);
  await admin.query("select pg_reload_conf()");
  await admin.end();
  const place = `host=${encodeURIComponent(host)}&port=${port}`;
  url = `postgres://security:${encodeURIComponent(PASSWORD)}@localhost/security?${place}`;
});
afterAll(async () => {
  await cluster.stop();
  for (const dir of [dataDir, feeds]) await rm(dir, { recursive: true, force: true });
});

test("on a database of one's own, whose user is no superuser, inventories are judged, companies apart, and a restart keeps all", async () => {
  const config = { databaseUrl: url };
  const home = await freshDir();
  let live = await startLive(FEEDS, { dataDir: home, feeds, config });
  const host = await live.host("web-1");
  expect((await host.report({ dpkg: [debian("openssl", "3.0.0-1")] })).status).toBe(202);
  await live.server.settled();
  expect(await live.findings()).toMatchObject([{ advisory: "DSA-EXTERNAL", status: "open" }]);

  const client = new Client({ ...server, user: "security", password: PASSWORD, database: "security" });
  await client.connect();
  await client.query("set role zerotrace_app");
  const seen = async (companyId: number): Promise<number> => {
    await client.query("select set_config('app.company_id', $1, false)", [String(companyId)]);
    return (await client.query("select * from finding")).rows.length;
  };
  expect([await seen(live.server.companyId), await seen(live.server.companyId + 1_000)]).toEqual([1, 0]);
  await client.end();

  await live.stop();
  live = await startLive(null, { dataDir: home, feeds, config });
  expect(await live.findings()).toMatchObject([{ advisory: "DSA-EXTERNAL", status: "open" }]);
  expect((await live.call("GET", "/health/ready")).status).toBe(200);
  await live.stop();
  await rm(home, { recursive: true, force: true });
});

test("a wrong password is said, with nothing of the right one", async () => {
  const wrong = url.replace(encodeURIComponent(PASSWORD), "wrong");
  await expect(startLive(FEEDS, { feeds, config: { databaseUrl: wrong } })).rejects.toMatchObject({
    message: expect.not.stringContaining("wrong@"),
  });
});
