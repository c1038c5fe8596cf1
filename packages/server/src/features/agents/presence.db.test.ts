import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { writeAudit } from "../audit/index.ts";
import { tokenRoutes } from "../tokens/index.ts";
import { agentRoutes, createPresence, type Presence } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let presence: Presence;
const told: Record<string, string>[] = [];

const freshPresence = (): Presence =>
  createPresence({
    db: api.db,
    heartbeatSeconds: 30,
    audit: writeAudit,
    onAgent: async (_tx, _companyId, _assetId, summary = {}) => void told.push(summary),
  });

beforeAll(async () => {
  api = await startApi(({ forget }) => [
    ...agentRoutes({
      heartbeatSeconds: 30,
      inventorySeconds: 3600,
      forget,
      // as a server that was started again has it
      presence: {
        beat: (...given) => presence.beat(...given),
        want: (...given) => presence.want(...given),
        flush: () => presence.flush(),
        stop: () => presence.stop(),
      },
    }),
    ...tokenRoutes({ forget }),
  ]);
  presence = freshPresence();
});
afterAll(async () => {
  await presence.stop();
  await api.close();
});
beforeEach(async () => {
  told.length = 0;
  company = await api.company();
});

const facts = (machineId: string) => ({
  hostname: machineId,
  machineId,
  os: { id: "debian", versionId: "12", codename: "bookworm", prettyName: "Debian 12", ecosystem: "Debian:12" },
  kernel: "6.1.0",
  arch: "x86_64",
  cpuCount: 2,
  memoryBytes: 1024,
  bootAt: null,
  timezone: "UTC",
});
const enroll = (token: string, machineId: string, more: object = {}) =>
  api.call("POST", "/api/v1/agents/enroll", { body: { token, agentVersion: "1", facts: facts(machineId), ...more } });
const makeToken = async (enrollment: object, maxUses = 10): Promise<{ id: string; secret: string }> =>
  (
    await api.call("POST", "/api/v1/tokens", {
      token: company.owner,
      body: { kind: "enrollment", label: "rack", maxUses, enrollment },
    })
  ).body;

/** An enrolled machine; its copies show what it kept. */
const machineOf = async (name: string) => {
  const { agentId, credential } = (await enroll((await makeToken({})).secret, name.padEnd(24, "."))).body;
  const make = (kept: string, of: { machine: string; hostname: string; boot: string }) => {
    let requests = 0;
    const one = {
      kept,
      agentId,
      credential,
      send: async (once = `${of.hostname}-${(requests += 1)}`) =>
        (
          await api.call("POST", "/api/v1/agents/heartbeat", {
            token: credential,
            body: { agentVersion: "1", chain: one.kept, once, ...of },
          })
        ).body,
      beat: async (count = 1): Promise<void> => {
        for (let n = 0; n < count; n += 1) one.kept = (await one.send()).chain;
      },
      copy: (more: Partial<typeof of> = {}) => make(one.kept, { ...of, hostname: "copy", ...more }),
    };
    return one;
  };
  return make("", { machine: name.padEnd(24, "."), hostname: name, boot: "boot-1" });
};
const events = async (): Promise<{ action: string; detail: Record<string, unknown> }[]> =>
  (await api.audits(company.id)).filter(({ action }) => /security|restore/.test(action));
const row = async () => {
  await presence.flush();
  return (await api.call("GET", "/api/v1/agents", { token: company.reader })).body.rows[0];
};

test("a lost answer, a restart of the agent and one of the server, also one that lost its last second, alarm nobody", async () => {
  const agent = await machineOf("web-1");
  await agent.beat(3);
  for (let n = 0; n < 5; n += 1) await agent.send();
  await agent.beat(2);
  await agent.copy({ hostname: "web-1", boot: "boot-2" }).beat(1);
  await presence.stop();
  presence = freshPresence();
  await agent.beat(1);
  await presence.flush();
  await agent.beat(4);
  // the server dies before it wrote what it answered
  presence = freshPresence();
  await agent.beat(3);
  expect(await events()).toEqual([]);
  expect(await row()).toMatchObject({ clone: null, restoredAt: null, online: true });
});

test("a request that the network repeats is answered once, whichever answer arrives", async () => {
  const agent = await machineOf("web-2");
  await agent.beat(2);
  const [first, second] = [await agent.send("same"), await agent.send("same")];
  expect(second).toEqual(first);
  agent.kept = first.chain;
  await agent.beat(3);
  expect(await events()).toEqual([]);
});

test("two machines with one disk image are found, and the list says both and what to do", async () => {
  const original = await machineOf("web-3");
  await original.beat(3);
  const copy = original.copy({ boot: "boot-of-the-copy" });
  for (let n = 0; n < 3; n += 1) {
    await original.beat();
    await copy.beat();
  }
  const [, found] = await events();
  expect((await events()).map(({ action }) => action)).toEqual(["agent.restore", "security.token_misuse"]);
  expect(found?.detail).toMatchObject({ reason: "forked_chain" });
  const { clone } = await row();
  expect(clone.holders.map((h: { hostname: string }) => h.hostname).sort()).toEqual(["copy", "web-3"]);
  expect(clone.holders.map((h: { ip: string }) => h.ip)).toEqual(["127.0.0.1", "127.0.0.1"]);
  expect(clone.advice).toContain("machine-id");
  expect(told.map(({ agent }) => agent)).toContain("cloned");
});

test("a credential that another machine uses is found with its first heartbeat, and told once", async () => {
  const original = await machineOf("web-4");
  const thief = original.copy({ machine: "other-machine-id-of-24-c", hostname: "thief" });
  await thief.beat(2);
  await original.beat(2);
  expect((await events()).map(({ action, detail }) => [action, detail["reason"]])).toEqual([
    ["security.token_misuse", "other_machine"],
  ]);
  const { clone } = await row();
  expect(clone.holders.map((h: { hostname: string }) => h.hostname.split(".")[0])).toEqual(["web-4", "thief"]);
  expect(clone.advice).toContain("folder was copied");
});

test("a restored snapshot is told as what it is, once, and so is the way back from it", async () => {
  const agent = await machineOf("web-5");
  await agent.beat(5);
  const snapshot = agent.copy({ hostname: "web-5", boot: "boot-2" });
  await agent.beat(20);
  await snapshot.beat(6);
  await agent.beat(3);
  expect((await events()).map(({ action }) => action)).toEqual(["agent.restore", "agent.restore"]);
  expect(await row()).toMatchObject({ clone: null, restoredAt: expect.any(String) });
});

test("a machine enrolled again begins anew and is a clone no more", async () => {
  const original = await machineOf("web-6");
  await original.copy({ machine: "other" }).beat();
  expect((await row()).clone).not.toBe(null);
  const token = await makeToken({});
  const again = await enroll(token.secret, "web-6".padEnd(24, "."), { replace: true });
  expect(again.status).toBe(201);
  expect(await row()).toMatchObject({ id: again.body.agentId, clone: null, restoredAt: null });
});

test("an agent from before there were chains is heard as ever", async () => {
  const { credential } = await machineOf("web-7");
  const old = () => api.call("POST", "/api/v1/agents/heartbeat", { token: credential, body: { agentVersion: "0.9" } });
  for (let n = 0; n < 4; n += 1) {
    expect((await old()).body).toEqual({ inventoryWanted: true, heartbeatSeconds: 30, inventorySeconds: 3600 });
  }
  expect(await events()).toEqual([]);
  expect(await row()).toMatchObject({ agentVersion: "0.9", online: true });
});

test("assets get the labels of their token, and keep those that they had", async () => {
  const token = await makeToken({ labels: ["site:berlin"] });
  await enroll(token.secret, "labeled-machine");
  const other = await makeToken({ labels: ["lab"] });
  await enroll(other.secret, "labeled-machine", { replace: true });
  expect((await row()).labels).toEqual(["lab", "site:berlin"]);
});

test("a token enrolls from its addresses alone, and not more agents than it may at one time", async () => {
  const far = await makeToken({ ranges: ["10.0.0.0/8"] });
  const refused = await enroll(far.secret, "machine-far");
  expect([refused.status, refused.body.code]).toEqual([401, "UNAUTHENTICATED"]);
  const near = await makeToken({ ranges: ["127.0.0.0/8", "::1"], agentsMax: 2 });
  const made = [await enroll(near.secret, "machine-1"), await enroll(near.secret, "machine-2")];
  expect(made.map((one) => one.status)).toEqual([201, 201]);
  const third = await enroll(near.secret, "machine-3");
  expect([third.status, third.body.code, third.body.field]).toEqual([409, "CONFLICT", "token"]);
  // the same machine again takes no more room, and a revoked one gives some
  expect((await enroll(near.secret, "machine-1", { replace: true })).status).toBe(201);
  await api.call("DELETE", `/api/v1/agents/${made[1]?.body.agentId}`, { token: company.owner });
  expect((await enroll(near.secret, "machine-3")).status).toBe(201);
  const list = (await api.call("GET", "/api/v1/tokens", { token: company.owner })).body.rows;
  const shown = list.find((one: { id: string }) => one.id === near.id);
  expect(shown).toMatchObject({ usesLeft: 6, enrollment: { agentsMax: 2, agentCount: 2 } });
});

test("a token that is revoked with its agents ends them at once, and no others", async () => {
  const token = await makeToken({});
  const [one, two] = [(await enroll(token.secret, "machine-a")).body, (await enroll(token.secret, "machine-b")).body];
  const { secret, hash } = newToken("device", company.id);
  const foreign = { companyId: company.id, kind: "device", hash, subject: "a", assetId: one.assetId } as const;
  await api.db.withCompany(company.id, (tx) => insertCredential(tx, { ...foreign, permissions: ["agents:report"] }));
  const beat = async (of: string) =>
    (await api.call("POST", "/api/v1/agents/heartbeat", { token: of, body: { agentVersion: "1" } })).status;
  expect([await beat(one.credential), await beat(two.credential), await beat(secret)]).toEqual([200, 200, 200]);
  const path = `/api/v1/tokens/${token.id}?agents=revoke`;
  expect((await api.call("DELETE", path, { token: company.reader })).status).toBe(403);
  expect((await api.call("DELETE", path, { token: (await api.company()).owner })).status).toBe(404);
  expect((await api.call("DELETE", path, { token: company.owner })).body).toEqual({ agentsRevoked: 2 });
  expect([await beat(one.credential), await beat(two.credential), await beat(secret)]).toEqual([401, 401, 200]);
  expect((await api.audits(company.id)).at(-1)).toMatchObject({
    action: "token.revoke",
    detail: { agents: 2, hosts: ["machine-a", "machine-b"] },
  });
});
