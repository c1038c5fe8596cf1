import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import { CHANNELS } from "@zerotrace/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "pg";
import { WebSocket } from "ws";
import { insertCredential, newToken } from "../../packages/server/src/platform/auth/index.ts";
import { openDatabase } from "../../packages/server/src/platform/db/index.ts";
import { eventually, FACTS, full, type Live, npm, record, startLive } from "../support/live.ts";
import { postmasterOf } from "../support/postmaster.ts";

// Company A is the default one; B has an asset, findings, tokens and jobs of its own. A's owner may do everything in A.
let live: Live;
let ownerOfA: string;
let ownerOfB: string;
let b: { companyId: number; assetId: string; agentId: string; findingId: string; tokenId: string };
const SECRET = "only-company-b-has-this";

const apiToken = async (companyId: number): Promise<{ id: string; secret: string }> => {
  const { host, port } = await postmasterOf(live.dataDir);
  const as = (user: string) => ({ host, port, user, database: "zerotrace" });
  const db = openDatabase({ app: as("zerotrace_app"), service: as("zerotrace_service"), onError: () => undefined });
  const { secret, hash } = newToken("api", companyId);
  const { id } = await db.withCompany(companyId, (tx) =>
    insertCredential(tx, { companyId, kind: "api", hash, subject: "owner", permissions: OWNER_PERMISSIONS }),
  );
  await db.close();
  return { id, secret };
};

beforeAll(async () => {
  live = await startLive({
    npm: [record("CVE-2026-0002", "npm", "left", "2.0.0"), record("CVE-2026-0003", "npm", SECRET, "2.0.0")],
  });
  const service = await live.sql("zerotrace_service");
  const made = await service.query<{ id: number }>("insert into company (name) values ('B') returning id");
  await service.end();
  const companyId = made.rows[0]?.id as number;
  const token = await apiToken(companyId);
  ownerOfB = token.secret;
  ownerOfA = (await apiToken(live.server.companyId)).secret;
  const hostOfA = await live.host("a");
  await hostOfA.report({ npm: [npm("left", "1.0.0")] });
  const enrollment = await live.call("POST", "/api/v1/tokens", {
    token: ownerOfB,
    body: { kind: "enrollment", label: "b" },
  });
  const facts = { ...FACTS, hostname: SECRET };
  const enrolled = await live.call("POST", "/api/v1/agents/enroll", {
    body: { token: enrollment.body.secret, agentVersion: "1", facts },
  });
  await live.call("PUT", "/api/v1/inventory", {
    token: enrolled.body.credential,
    body: { takenAt: new Date().toISOString(), facts, sources: full({ npm: [npm(SECRET, "1.0.0")] }) },
  });
  const findingsOfB = async () => (await live.call("GET", "/api/v1/findings", { token: ownerOfB })).body.rows;
  await eventually(async () => (await findingsOfB()).length === 1, "B's finding", 30_000);
  await live.server.settled();
  const [finding] = await findingsOfB();
  b = {
    companyId,
    assetId: enrolled.body.assetId,
    agentId: enrolled.body.agentId,
    findingId: finding.id,
    tokenId: token.id,
  };
});
afterAll(() => live.stop());

// Every route as another company: isolation.test.ts.

test("a token that is rewritten to name another company is worth nothing", async () => {
  const forged = ownerOfA.replace(/^(zt_a_)[0-9a-z]+/, `$1${b.companyId.toString(36)}`);
  expect((await live.call("GET", "/api/v1/assets", { token: forged })).status).toBe(401);
});

const companyTables = async (client: Client): Promise<string[]> =>
  (
    await client.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'p') and exists (
         select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id') order by 1`,
    )
  ).rows.map((r) => r.name);

/** The number of rows that a role sees in a table; -1 when it may not look. */
const seen = async (client: Client, table: string): Promise<number> =>
  client.query<{ n: number }>(`select count(*)::int as n from "${table}"`).then(
    ({ rows }) => rows[0]?.n ?? -1,
    () => -1,
  );

test("in SQL, without a company set, the application's role sees and writes nothing, in partitions too", async () => {
  const app = await live.sql("zerotrace_app");
  const tables = await companyTables(app);
  expect(tables.filter((t) => /_\d$/.test(t)).length).toBeGreaterThan(50);
  for (const table of tables) expect([table, (await seen(app, table)) <= 0]).toEqual([table, true]);
  await expect(app.query("update asset set name = 'x'")).resolves.toMatchObject({ rowCount: 0 });
  await expect(
    app.query("insert into daily_stat values ($1, now(), 0, 0, 0, 0, 0, 0, 0)", [b.companyId]),
  ).rejects.toMatchObject({ code: "42501" });
  for (const table of ["component", "component_match", "advisory", "package", "feed_generation", "advisory_record"]) {
    expect([table, await seen(app, table)]).toEqual([table, -1]);
  }
  await app.end();
});

test("in SQL, with company A set, neither role sees or writes a row of company B, in partitions too", async () => {
  const owner = await live.sql("zerotrace");
  for (const role of ["zerotrace_app", "zerotrace_service"] as const) {
    const client = await live.sql(role);
    const { rows } = await client.query("select rolsuper, rolbypassrls from pg_roles where rolname = current_user");
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    await client.query(`set app.company_id = '${live.server.companyId}'`);
    for (const table of await companyTables(client)) {
      if (role === "zerotrace_service" && table.startsWith("outbox")) continue; // the notifier reads ids of all
      const foreign = await client
        .query<{ n: number }>(`select count(*)::int as n from "${table}" where company_id = $1`, [b.companyId])
        .then(({ rows: [row] }) => row?.n ?? 0)
        .catch(() => 0);
      expect([role, table, foreign]).toEqual([role, table, 0]);
    }
    const changed = await client.query("update asset set name = 'x' where company_id = $1", [b.companyId]);
    expect(changed.rowCount).toBe(0);
    const stolen = client.query("update asset set company_id = $1", [b.companyId]);
    await expect(stolen).rejects.toMatchObject({ code: "42501" });
    await client.end();
  }
  expect((await owner.query("select 1 from asset where company_id = $1", [b.companyId])).rowCount).toBe(1);
  await owner.end();
});

/** A client of the stream that has subscribed to everything. */
const listen = async (token: string) => {
  const socket = new WebSocket(`${live.server.url.replace("http", "ws")}/api/v1/stream`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const messages: { type: string; channel?: string; ids?: string[]; companyId?: number }[] = [];
  socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString())));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.send(JSON.stringify({ type: "subscribe", channels: CHANNELS }));
  await eventually(() => messages.some((m) => m.type === "subscribed"), "subscribed");
  return { socket, messages, events: () => messages.filter((m) => m.type === "event") };
};

test("a finding is told over the stream after its commit, to its own company alone", async () => {
  const [ofA, ofB] = await Promise.all([listen(ownerOfA), listen(ownerOfB)]);
  const host = await live.host("stream");
  await host.report({ npm: [npm("left", "1.0.1")] });
  await eventually(() => ofA.events().some((m) => m.channel === "finding_alert"), "an alert");
  const id = ofA.events().find((m) => m.channel === "finding_alert")?.ids?.[0];
  expect((await live.call("GET", `/api/v1/findings/${id}`, { token: ownerOfA })).body).toMatchObject({
    package: "left",
    version: "1.0.1",
  });
  await live.server.settled();
  expect(ofB.events()).toEqual([]);
  for (const { socket } of [ofA, ofB]) socket.close();
});

test("the stream is closed to those without a credential and to a page of another origin", async () => {
  const open = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${live.server.url.replace("http", "ws")}/api/v1/stream`, { headers });
      socket.once("close", (code) => resolve(`closed ${code}`));
      socket.once("unexpected-response", (_, answer) => resolve(`answered ${answer.statusCode}`));
      socket.once("error", () => undefined);
      socket.on("message", (data: Buffer) => {
        if (data.toString().includes("event")) resolve("told");
      });
    });
  expect(await open({})).toMatch(/closed 4401|answered 401/);
  expect(await open({ authorization: "Bearer zt_a_1_nothing" })).toMatch(/closed 4401|answered 401/);
});
