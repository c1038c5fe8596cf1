import { AppError } from "@zerotrace/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { agentRoutes, createPresence, type Presence } from "./index.ts";
import { writeAudit } from "../audit/index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let presence: Presence;
const noticed: string[] = [];
/** Companies that may enroll no machine more. */
const full = new Set<number>();
const NOBODY = "00000000-0000-4000-8000-000000000000";

beforeAll(async () => {
  api = await startApi(({ db, forget }) => {
    presence = createPresence({ db, heartbeatSeconds: 30, audit: writeAudit });
    return agentRoutes({
      presence,
      heartbeatSeconds: 30,
      inventorySeconds: 3600,
      forget,
      mayEnroll: async (_tx, companyId) => {
        if (full.has(companyId)) throw new AppError("QUOTA_EXCEEDED", "There is no room.", { field: "agents" });
      },
      onAgent: async (_tx, _companyId, assetId) => void noticed.push(assetId),
    });
  });
  company = await api.company();
  other = await api.company();
});
afterAll(async () => {
  await presence.stop();
  await api.close();
});

const facts = (machineId: string, hostname = machineId) => ({
  hostname,
  machineId,
  os: { id: "debian", versionId: "12", codename: "bookworm", prettyName: "Debian 12", ecosystem: "Debian:12" },
  kernel: "6.1.0",
  arch: "x86_64",
  cpuCount: 2,
  memoryBytes: 1024,
  bootAt: null,
  timezone: "UTC",
});

const enrollmentToken = async (of: TestCompany, usesLeft: number, expiresAt?: Date): Promise<string> => {
  const { secret, hash } = newToken("enrollment", of.id);
  await api.db.withCompany(of.id, (tx) =>
    insertCredential(tx, {
      companyId: of.id,
      kind: "enrollment",
      hash,
      subject: "enrollment:rack",
      label: "rack",
      permissions: [],
      usesLeft,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }),
  );
  return secret;
};
let machines = 0;
/** Each time from another address: one alone may not try this often. */
const enroll = (token: string, machineId: string, hostname?: string, more: object = {}) =>
  api.call("POST", "/api/v1/agents/enroll", {
    headers: { "x-forwarded-for": `198.18.0.${(machines += 1)}` },
    body: { token, agentVersion: "1.0.0", facts: facts(machineId, hostname), ...more },
  });
const beat = (token: string) =>
  api.call("POST", "/api/v1/agents/heartbeat", { token, body: { agentVersion: "1.0.1" } });

test("an enrollment token gives exactly as many credentials as it has uses, however many ask at once", async () => {
  const limited = await api.company();
  const token = await enrollmentToken(limited, 7);
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => enroll(token, `machine-${i}-of-many`)));
  expect(answers.filter((a) => a.status === 201)).toHaveLength(7);
  const refused = answers.filter((a) => a.status !== 201);
  expect(new Set(refused.map((a) => `${a.status} ${a.body.code}`))).toEqual(new Set(["401 UNAUTHENTICATED"]));
  expect(refused[0]?.body.detail).toContain("create a new one");
  expect((await api.audits(limited.id)).map((a) => a.action)).toEqual(Array(7).fill("agent.enroll"));
  const list = await api.call("GET", "/api/v1/agents?limit=500", { token: limited.owner });
  expect(list.body.count).toBe(7);
});

test("a wrong, a foreign and an expired enrollment token are refused alike, and nothing is written", async () => {
  const wrong = newToken("enrollment", company.id).secret;
  const device = newToken("device", company.id).secret;
  const expired = await enrollmentToken(company, 1, new Date(Date.now() - 1000));
  for (const token of [wrong, device, expired]) {
    const answer = await enroll(token, "machine-refused");
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([401, "UNAUTHENTICATED", "token"]);
  }
  expect(await api.audits(company.id)).toEqual([]);
});

test("an agent enrolls, reports, rotates and is revoked; each secret ends with the use of the next", async () => {
  const enrolled = await enroll(await enrollmentToken(company, 1), "machine-life", "web-1");
  expect(enrolled.status).toBe(201);
  const { agentId, assetId, credential } = enrolled.body;
  expect((await beat(credential)).body).toEqual({
    inventoryWanted: true,
    heartbeatSeconds: 30,
    inventorySeconds: 3600,
  });

  const rotated = await api.call("POST", "/api/v1/agents/rotate", { token: credential });
  expect(rotated.status).toBe(200);
  expect((await beat(rotated.body.credential)).status).toBe(200);
  expect((await beat(credential)).status).toBe(401);

  await presence.flush();
  const [row] = (await api.call("GET", "/api/v1/agents", { token: company.reader })).body.rows;
  expect(row).toMatchObject({ id: agentId, assetId, hostname: "web-1", online: true, agentVersion: "1.0.1" });

  const path = `/api/v1/agents/${agentId}`;
  expect((await api.call("DELETE", path, { token: company.reader })).status).toBe(403);
  expect((await api.call("DELETE", path, { token: other.owner })).status).toBe(404);
  expect((await beat(rotated.body.credential)).status).toBe(200);
  expect((await api.call("DELETE", path, { token: company.owner })).status).toBe(200);
  expect((await beat(rotated.body.credential)).status).toBe(401);
  expect((await api.call("DELETE", path, { token: company.owner })).status).toBe(404);

  const trail = await api.audits(company.id);
  expect(trail.map((a) => [a.action, a.actor, a.target])).toEqual([
    ["agent.enroll", "enrollment:rack", agentId],
    ["agent.rotate", "agent:web-1", agentId],
    ["agent.revoke", "token:all", agentId],
  ]);
  expect(noticed.filter((id) => id === assetId)).toHaveLength(2);
  const [gone] = (await api.call("GET", "/api/v1/agents", { token: company.reader })).body.rows;
  expect(gone).toMatchObject({ id: agentId, online: false, revokedAt: expect.any(String) });
});

test("an agent that lost the answer of a rotation, even twice, comes again with the secret it holds", async () => {
  const lossy = await api.company();
  const { credential, agentId } = (await enroll(await enrollmentToken(lossy, 1), "machine-lossy")).body;
  const rotate = (token: string) => api.call("POST", "/api/v1/agents/rotate", { token });
  const lost = [(await rotate(credential)).body.credential, (await rotate(credential)).body.credential];
  expect((await beat(credential)).status).toBe(200);
  const kept = (await rotate(credential)).body.credential;
  expect((await beat(kept)).status).toBe(200);
  for (const gone of [credential, ...lost]) expect((await beat(gone)).status).toBe(401);
  const trail = (await api.audits(lossy.id)).filter((row) => row.action === "agent.rotate");
  expect(trail.map((row) => row.target)).toEqual([agentId, agentId, agentId]);
});

test("a machine that has an agent is refused a second one, which harms neither the first nor the token", async () => {
  const twice = await api.company();
  const token = await enrollmentToken(twice, 2);
  const first = (await enroll(token, "machine-twice", "web-7")).body;
  const refused = await enroll(token, "machine-twice", "clone");
  expect(refused).toMatchObject({ status: 409, body: { code: "CONFLICT", field: "machineId" } });
  for (const part of [first.agentId, "web-7", "--replace"]) expect(refused.body.detail).toContain(part);
  const wrongFormer = await enroll(token, "machine-twice", "clone", { formerAgentId: NOBODY });
  expect(wrongFormer.status).toBe(409);
  expect((await beat(first.credential)).status).toBe(200);
  const [row] = (await api.call("GET", "/api/v1/agents", { token: twice.owner })).body.rows;
  expect(row).toMatchObject({ id: first.agentId, hostname: "web-7" });
  // the use that was refused is left for another machine
  expect((await enroll(token, "machine-other")).status).toBe(201);
  await api.call("DELETE", `/api/v1/agents/${first.agentId}`, { token: twice.owner });
  expect((await enroll(await enrollmentToken(twice, 1), "machine-twice")).status).toBe(201);
});

test("of enrollments of one machine at the same time exactly one wins", async () => {
  const racing = await api.company();
  const token = await enrollmentToken(racing, 3);
  const answers = await Promise.all(Array.from({ length: 3 }, () => enroll(token, "machine-racing")));
  expect(answers.map((a) => a.status).sort((a, b) => a - b)).toEqual([201, 409, 409]);
});

test.each([
  ["with replace", () => ({ replace: true })],
  ["as the agent that it was", (formerAgentId: string) => ({ formerAgentId })],
])("a machine enrolled again %s keeps its asset, and its former credential ends", async (how, more) => {
  const again = await api.company();
  const token = await enrollmentToken(again, 2);
  const first = (await enroll(token, `machine ${how}`)).body;
  expect((await beat(first.credential)).status).toBe(200);
  // it takes no more room, also where more are here than are allowed by now
  full.add(again.id);
  expect((await enroll(token, `another ${how}`)).status).toBe(429);
  const second = (await enroll(token, `machine ${how}`, "new-name", more(first.agentId))).body;
  expect(second.assetId).toBe(first.assetId);
  expect((await beat(first.credential)).status).toBe(401);
  expect((await beat(second.credential)).status).toBe(200);
  const list = (await api.call("GET", "/api/v1/agents", { token: again.owner })).body;
  expect(list.rows.map((r: { id: string }) => r.id)).toEqual([second.agentId]);
  expect((await api.audits(again.id))[1]?.detail).toMatchObject({ replaced: [first.agentId] });
});

test("an inventory is asked for by those who may, of their own agents only", async () => {
  const asking = await api.company();
  const { agentId, credential, assetId } = (await enroll(await enrollmentToken(asking, 1), "machine-asked")).body;
  await api.db.withCompany(asking.id, (tx) =>
    tx.query("update asset set inventory_wanted = false where company_id = $1 and id = $2", [asking.id, assetId]),
  );
  expect((await beat(credential)).body.inventoryWanted).toBe(false);
  presence.want(assetId, true);
  await beat(credential);
  await presence.flush();
  expect((await beat(credential)).body.inventoryWanted).toBe(false);
  const ask = (token: string, id: string = agentId) =>
    api.call("POST", `/api/v1/agents/${id}/inventory-requests`, { token });
  expect((await ask(asking.reader)).status).toBe(403);
  expect((await ask(credential)).status).toBe(403);
  expect((await ask(other.owner)).status).toBe(404);
  expect((await ask(asking.owner, NOBODY)).status).toBe(404);
  expect((await beat(credential)).body.inventoryWanted).toBe(false);
  expect((await ask(asking.owner)).status).toBe(202);
  expect((await beat(credential)).body.inventoryWanted).toBe(true);
  expect((await api.audits(asking.id)).map((a) => [a.action, a.target])).toContainEqual([
    "agent.request_inventory",
    agentId,
  ]);
});

test("credentials that only look neither report nor rotate", async () => {
  expect((await beat(company.reader)).status).toBe(403);
  expect((await api.call("POST", "/api/v1/agents/rotate", { token: company.reader })).status).toBe(403);
});

test("the list of agents pages last seen first and shows every agent once", async () => {
  const paged = await api.company();
  await api.db.withCompany(paged.id, async (tx) => {
    for (let i = 0; i < 5; i += 1) {
      const [asset] = await tx.query<{ id: string }>(
        `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version, last_seen_at)
         values ($1, $2, $2, 'Debian 12', 'Debian:12', '{}', '1', now() - make_interval(secs => $3)) returning id`,
        [paged.id, `paged-${i}`, i < 3 ? 0 : 1000],
      );
      const { hash } = newToken("device", paged.id);
      const assetId = (asset as { id: string }).id;
      await insertCredential(tx, { companyId: paged.id, kind: "device", hash, subject: "a", permissions: [], assetId });
    }
  });
  const seen: { hostname: string; online: boolean }[] = [];
  let cursor = "";
  for (let pages = 0; pages < 5; pages += 1) {
    const { body } = await api.call("GET", `/api/v1/agents?limit=2${cursor}`, { token: paged.reader });
    seen.push(...body.rows);
    if (body.next === null) break;
    cursor = `&cursor=${body.next}`;
  }
  expect(seen.map((r) => r.hostname).sort()).toEqual([0, 1, 2, 3, 4].map((i) => `paged-${i}`));
  expect(seen.map((r) => r.online)).toEqual([true, true, true, false, false]);
  expect((await api.call("GET", "/api/v1/agents?cursor=xx", { token: paged.reader })).status).toBe(400);
});
