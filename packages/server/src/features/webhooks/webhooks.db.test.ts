import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Permission } from "@zerotrace/core/schema";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { guardedFetch } from "../../platform/outgoing/index.ts";
import { listJobs } from "../../platform/queue/index.ts";
import { backOffMs } from "./deliver.ts";
import {
  deliverWebhooks,
  FINDING_KINDS,
  noteEvent,
  requestWebhooks,
  resealWebhooks,
  WEBHOOK_GUARD,
  webhookRoutes,
} from "./index.ts";
import { signedHeaders } from "./signing.ts";

let api: TestApi;
let company: TestCompany;
const folder = mkdtempSync(join(tmpdir(), "zt-webhooks-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));
const closers: (() => void)[] = [];
const HOOKS = "/api/v1/webhooks";

beforeAll(async () => {
  api = await startApi(() => webhookRoutes({ keys, webhookHosts: ["127.0.0.1"] }));
});
beforeEach(async () => {
  company = await api.company();
});
afterEach(() => closers.splice(0).forEach((close) => close()));
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

interface Taken {
  readonly headers: Record<string, string>;
  readonly body: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on what came, whatever its type says
  readonly message: any;
}

/** A receiver that answers as told and keeps what it took. */
const receiver = async () => {
  const state = { status: 200, location: "", drip: false, isSilent: false, answer: "thanks", taken: [] as Taken[] };
  const server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      state.taken.push({ headers: request.headers as Record<string, string>, body, message: JSON.parse(body) });
      if (state.location !== "") answer.setHeader("location", state.location);
      if (state.isSilent) return;
      answer.writeHead(state.status);
      if (!state.drip) {
        answer.end(state.answer);
        return;
      }
      const timer = setInterval(() => answer.write("x".repeat(100)), 5);
      answer.on("close", () => clearInterval(timer));
    });
  });
  closers.push(() => (server.closeAllConnections(), server.close()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in` };
};

const add = async (url: string, more: object = {}, token = company.owner): Promise<{ id: string; secret: string }> => {
  const body = { name: "chat", url, kinds: [...FINDING_KINDS], ...more };
  const answer = await api.call("POST", HOOKS, { token, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const deliver = (timeoutMs = 5_000, hosts = ["127.0.0.1"]) => {
  const post = guardedFetch(hosts, WEBHOOK_GUARD);
  const payload = { companyId: company.id };
  return deliverWebhooks({ db: api.db, keys, post, version: "1", timeoutMs }, payload, new AbortController().signal);
};
const dueNow = async (): Promise<void> => {
  await api.owner.query("update webhook set next_try_at = now() where company_id = $1", [company.id]);
  await api.owner.query("update webhook_delivery set next_try_at = now() where company_id = $1", [company.id]);
};
const log = async (id: string) =>
  (await api.call("GET", `${HOOKS}/${id}/deliveries`, { token: company.owner })).body.rows;
const hook = async () => (await api.call("GET", HOOKS, { token: company.owner })).body.rows[0];
const ping = (id: string) => api.call("POST", `${HOOKS}/${id}/test`, { token: company.owner });

/** Findings in one transaction with their event, as enrichment writes them; answers the ids. */
const findings = async (severities: readonly string[], opened = true): Promise<void> => {
  await api.db.asServiceFor(company.id, async (tx) => {
    const time = opened ? "now(), null, null" : "now() - interval '1 day', now(), null";
    await tx.query(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, version, purl,
         severity, severity_rank, risk, urgency, record_id, status, asset_count, first_seen_at, fixed_at, reopened_at)
       select $1, (random() * 1e9)::int, (random() * 1e9)::int, 'CVE-2026-' || n, '{}', 's', 'npm', 'left', '1', 'pkg:npm/left@1', s,
         array_position(array['unknown', 'none', 'low', 'medium', 'high', 'critical'], s), 10 * n, '', 'r', $3, 1, ${time}
       from unnest($2::text[]) with ordinality as x(s, n)`,
      [company.id, severities, opened ? "open" : "fixed"],
    );
    await noteEvent(tx, company.id, { kind: "finding", detail: {}, wanted: FINDING_KINDS });
  });
};

test("what opened in a transaction arrives once, signed, with those findings alone that the query names", async () => {
  const { state, url } = await receiver();
  const { id, secret } = await add(url, { query: "severity>=high", kinds: ["finding.opened"] });
  await findings(["low", "high", "critical"]);
  await findings(["critical"], false);
  await deliver();
  await deliver();
  expect(state.taken).toHaveLength(1);
  const [{ headers, body, message }] = state.taken as [Taken];
  expect(message).toMatchObject({ type: "finding.opened", data: { count: 2, from: 0 } });
  expect(message.data.findings.map((f: { severity: string }) => f.severity)).toEqual(["critical", "high"]);
  const at = Number(headers["webhook-timestamp"]) * 1000;
  const signed = signedHeaders({ id: headers["webhook-id"] as string, body, nowMs: at }, [secret]);
  expect(headers).toMatchObject(signed);
  expect(await log(id)).toMatchObject([{ id: headers["webhook-id"], state: "sent", status: 200, attempts: 1 }]);
  const stored = await api.owner.query("select secret from webhook");
  expect(JSON.stringify(stored.rows)).not.toContain(secret);
});

test("an event of which no webhook wants to hear is not kept, and one of a transaction that fails neither", async () => {
  await findings(["high"]);
  const { url } = await receiver();
  await add(url, { kinds: ["asset.new"] });
  await findings(["high"]);
  await add(url, { name: "other" });
  const failing = api.db.asServiceFor(company.id, async (tx) => {
    await noteEvent(tx, company.id, { kind: "finding", detail: {}, wanted: FINDING_KINDS });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  const { rows } = await api.owner.query("select 1 from webhook_event where company_id = $1", [company.id]);
  expect(rows).toEqual([]);
});

test("assets and decisions tell of themselves, in the order of what happened, and order the job with it", async () => {
  const { state, url } = await receiver();
  await add(url, { kinds: ["asset.new", "asset.gone", "decision.made", "decision.ended"] });
  const inCompany = (sql: string) => api.db.withCompany(company.id, (tx) => tx.query(sql, [company.id]));
  await inCompany(`insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
    values ($1, 'web-1', 'm', '', '', '{}', '')`);
  await inCompany(`insert into decision (company_id, kind, scope, by_asset, reason, owner, created_by, needs_approval, expires_at)
    values ($1, 'deferred', 'label:lab', true, 'secret reason', 'ann', 'ann', false, now() + interval '1 day')`);
  await inCompany("update decision set ended_at = now() where company_id = $1");
  await inCompany("delete from asset where company_id = $1");
  const jobs = await api.db.withCompany(company.id, (tx) => listJobs(tx, company.id));
  expect(jobs.map(({ task }) => task)).toContain("webhook-deliver");
  await deliver();
  const types = state.taken.map(({ message }) => message.type);
  expect(types).toEqual(["asset.new", "decision.made", "decision.ended", "asset.gone"]);
  expect(state.taken[0]?.message.data).toMatchObject({ name: "web-1", kind: "host" });
  expect(state.taken.map(({ body }) => body).join("")).not.toContain("secret reason");
});

test("a decision that waits for a second person is told by both of its names, to whoever set which", async () => {
  const { state, url } = await receiver();
  await add(url, { kinds: ["decision.requested"] });
  await add(url, { name: "both", kinds: ["decision.proposed", "decision.requested", "decision.made"] });
  await api.owner.query(
    `insert into decision (company_id, kind, scope, by_asset, reason, owner, created_by, needs_approval, expires_at)
     values ($1, 'accept_risk', 'bash', false, 'r', 'ann', 'ann', true, now() + interval '1 day')`,
    [company.id],
  );
  await deliver();
  expect(state.taken.map(({ message }) => String(message.type)).toSorted()).toEqual([
    "decision.proposed",
    "decision.requested",
    "decision.requested",
  ]);
  expect(state.taken[0]?.message.data).toMatchObject({ kind: "accept_risk", owner: "ann" });
});

test("a fix is told to whoever sees an asset that needs it", async () => {
  const { state, url } = await receiver();
  const kinds = ["fix.assigned"];
  await add(url, { kinds });
  await add(url, { name: "lab", kinds });
  await api.owner.query("update webhook set labels = '{lab}' where name = 'lab'");
  const note = (name: string) =>
    api.db.withCompany(company.id, (tx) =>
      noteEvent(tx, company.id, { kind: "fix.assigned", detail: { ecosystem: "npm", package: name }, wanted: kinds }),
    );
  await api.db.withCompany(company.id, async (tx) => {
    await tx.query(
      `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels)
       values ($1, 'host', 'lab-1', 'lab-1', '', '', '{}', '', '{lab}')`,
      [company.id],
    );
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       select $1, id, 'npm', 'ok', '{7}', now() from asset where company_id = $1 and name = 'lab-1'`,
      [company.id],
    );
    for (const [component, name] of [
      [7, "left"],
      [8, "right"],
    ]) {
      await tx.query(
        "insert into fix_component (company_id, component_id, ecosystem, package, has_fix) values ($1, $2, 'npm', $3, true)",
        [company.id, component, name],
      );
    }
  });
  await note("left");
  await note("right");
  await deliver();
  expect(state.taken.map(({ message }) => String(message.data.package)).toSorted()).toEqual(["left", "left", "right"]);
});

test("a webhook that fails is asked again later and later under the same id, until it takes the message", async () => {
  const { state, url } = await receiver();
  state.status = 500;
  const { id } = await add(url);
  await ping(id);
  await deliver();
  expect(await log(id)).toMatchObject([{ state: "waiting", attempts: 1, status: 500, error: "it answers 500" }]);
  expect((await hook()).failingSince).not.toBeNull();
  await deliver();
  expect(state.taken).toHaveLength(1);
  state.status = 204;
  await dueNow();
  await deliver();
  expect(state.taken[0]?.headers["webhook-id"]).toBe(state.taken[1]?.headers["webhook-id"]);
  expect(await log(id)).toMatchObject([{ state: "sent", attempts: 2, error: null }]);
  expect(await hook()).toMatchObject({ failingSince: null, lastError: null });
  const waits = [1, 2, 5, 9, 20].map((n) => backOffMs(n, 0.5));
  expect(waits).toEqual([5_000, 20_000, 1_280_000, 86_400_000, 86_400_000]);
});

test("one that took nothing for days is turned off with a note and an audit row, and works again when turned on", async () => {
  const { state, url } = await receiver();
  state.status = 500;
  const { id } = await add(url);
  await ping(id);
  await api.owner.query("update webhook set failing_since = now() - interval '6 days' where company_id = $1", [
    company.id,
  ]);
  await deliver();
  expect(await hook()).toMatchObject({ isOn: false, note: expect.stringContaining("it answers 500") });
  expect((await api.audits(company.id)).map(({ action }) => action)).toContain("webhook.off");
  state.status = 200;
  const body = { name: "chat", url, kinds: ["finding.opened"], isOn: true };
  expect((await api.call("PUT", `${HOOKS}/${id}`, { token: company.owner, body })).status).toBe(200);
  await dueNow();
  await deliver();
  expect(await hook()).toMatchObject({ isOn: true, note: null, waitingCount: 0, failingSince: null });
});

test("a redirect is not followed, and an address that is not public is not asked though a name leads there", async () => {
  const { state, url } = await receiver();
  Object.assign(state, { status: 302, location: "http://127.0.0.1:1/" });
  const { id } = await add(url);
  await ping(id);
  await deliver();
  expect(await log(id)).toMatchObject([{ status: 302, error: "it redirects (302): give the final address" }]);
  await api.owner.query("update webhook set url = 'https://localhost:1/' where company_id = $1", [company.id]);
  await dueNow();
  await deliver();
  expect(await log(id)).toMatchObject([{ status: null, error: expect.stringContaining("webhookHosts") }]);
  for (const bad of [
    "http://example.com/",
    "https://10.0.0.1/",
    "https://a:b@example.com/",
    "ftp://example.com/",
    "x",
  ]) {
    const body = { name: bad, url: bad, kinds: ["asset.new"] };
    expect((await api.call("POST", HOOKS, { token: company.owner, body })).status, bad).toBe(400);
  }
});

test("of an answer that never ends a kilobyte is kept and no more is waited for", async () => {
  const { state, url } = await receiver();
  state.drip = true;
  const { id } = await add(url);
  const { deliveryId } = (await ping(id)).body;
  await deliver();
  const { body } = await api.call("GET", `${HOOKS}/${id}/deliveries/${deliveryId}`, { token: company.owner });
  expect(body).toMatchObject({ state: "sent", answer: "x".repeat(1024) });
  expect(JSON.parse(body.body)).toMatchObject({ type: "ping", data: { webhookId: id } });
  expect(body.durationMs).toBeLessThan(5_000);
});

test("a receiver that takes the message and says nothing is not waited for, and gets it again", async () => {
  const { state, url } = await receiver();
  state.isSilent = true;
  const { id } = await add(url);
  await ping(id);
  await deliver(100);
  expect(await log(id)).toMatchObject([{ state: "waiting", status: null, error: "it takes longer than 0.1 s" }]);
  state.isSilent = false;
  await dueNow();
  await deliver();
  expect(await log(id)).toMatchObject([{ state: "sent", attempts: 2 }]);
});

test("after a rotation both secrets sign until the overlap is over", async () => {
  const { state, url } = await receiver();
  const { id, secret: old } = await add(url);
  const rotated = await api.call("POST", `${HOOKS}/${id}/rotate`, { token: company.owner, body: { overlapHours: 1 } });
  await api.db.withCompany(company.id, (tx) => keys.rotate(tx, company.id));
  expect(await resealWebhooks(api.db, keys, company.id)).toBe(1);
  await ping(id);
  await deliver();
  const [{ headers, body }] = state.taken as [Taken];
  const at = Number(headers["webhook-timestamp"]) * 1000;
  const wanted = signedHeaders({ id: headers["webhook-id"] as string, body, nowMs: at }, [rotated.body.secret, old]);
  expect(headers["webhook-signature"]).toBe(wanted["webhook-signature"]);
  await api.owner.query("update webhook set previous_until = now() where company_id = $1", [company.id]);
  await ping(id);
  await deliver();
  expect(state.taken[1]?.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
});

test("a message is sent again on demand under its id, and the sweep orders what is due", async () => {
  const { state, url } = await receiver();
  const { id } = await add(url);
  const { deliveryId } = (await ping(id)).body;
  await deliver();
  const again = await api.call("POST", `${HOOKS}/${id}/deliveries/${deliveryId}/redeliver`, { token: company.owner });
  expect(again.status).toBe(202);
  await requestWebhooks(api.db, [company.id]);
  await deliver();
  expect(state.taken.map(({ headers }) => headers["webhook-id"])).toEqual([deliveryId, deliveryId]);
  await expect(requestWebhooks(api.db, [company.id])).resolves.toBeUndefined();
});

test("other companies get 404, readers 403, and every change stands in the trail", async () => {
  const { url } = await receiver();
  const { id } = await add(url);
  const { deliveryId } = (await ping(id)).body;
  const other = await api.company();
  const body = { name: "n", url, kinds: ["asset.new"] };
  const writes = [
    ["POST", `${HOOKS}/${id}/test`],
    ["POST", `${HOOKS}/${id}/deliveries/${deliveryId}/redeliver`],
    ["POST", `${HOOKS}/${id}/rotate`, {}],
    ["PUT", `${HOOKS}/${id}`, body],
    ["GET", `${HOOKS}/${id}/deliveries`],
    ["GET", `${HOOKS}/${id}/deliveries/${deliveryId}`],
    ["DELETE", `${HOOKS}/${id}`],
  ] as const;
  for (const [method, path, given] of writes) {
    const asked = (token: string) => api.call(method, path, { token, ...(given === undefined ? {} : { body: given }) });
    expect([method, path, (await asked(other.owner)).status]).toEqual([method, path, 404]);
    expect([method, path, (await asked(company.reader)).status]).toEqual([method, path, 403]);
  }
  expect((await api.call("GET", HOOKS, { token: company.reader })).status).toBe(403);
  expect((await api.call("POST", HOOKS, { token: company.reader, body })).status).toBe(403);
  for (const [method, path, given] of writes) {
    const answer = await api.call(method, path, {
      token: company.owner,
      ...(given === undefined ? {} : { body: given }),
    });
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  }
  const actions = (await api.audits(company.id)).map(({ action }) => action);
  const wanted = ["create", "test", "redeliver", "rotate", "change", "delete"].map((verb) => `webhook.${verb}`);
  expect(actions.filter((action) => wanted.includes(action))).toEqual([...wanted.slice(0, 2), ...wanted.slice(1)]);
});

test("a webhook of a token that sees some assets only hears of those alone, and others do not see it", async () => {
  const { state, url } = await receiver();
  const permissions: Permission[] = ["webhooks:manage"];
  const token = await api.apiToken(company.id, permissions);
  await api.owner.query("update credential set labels = '{lab}' where company_id = $1 and permissions = $2", [
    company.id,
    permissions,
  ]);
  await add(url, { kinds: ["asset.new", "asset.gone", "decision.made"] }, token);
  await add(url, { name: "all", kinds: ["feed.stale"] });
  expect((await api.call("GET", HOOKS, { token })).body.rows).toMatchObject([{ name: "chat", labels: ["lab"] }]);
  await api.owner.query(
    `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version, labels)
     select $1, n, n, '', '', '{}', '', array[n] from unnest(array['lab', 'prod']) n`,
    [company.id],
  );
  await api.owner.query("delete from asset where company_id = $1 and name = 'prod'", [company.id]);
  await deliver();
  expect(state.taken.map(({ message }) => [message.type, message.data.name])).toEqual([["asset.new", "lab"]]);
});
