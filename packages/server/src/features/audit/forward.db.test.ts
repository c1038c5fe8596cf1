import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { type AddressInfo, createServer as createTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTls } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { listJobs } from "../../platform/queue/index.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./fixtures.ts";
import { secretPlace } from "./forward.ts";
import { forwardAudit, requestForwarding, resealSinks, writeAudit } from "./index.ts";
import { insertSink, listSinks } from "./sink-sql.ts";

let base: TestDatabase;
let companyId = 0;
let count = 0;
const folder = mkdtempSync(join(tmpdir(), "zt-forward-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));
const closers: (() => void)[] = [];
const signal = new AbortController().signal;

beforeAll(async () => {
  base = await testDatabase();
});
beforeEach(async () => {
  count += 1;
  const { rows } = await base.owner.query("insert into company (name) values ($1) returning id", [`c ${count}`]);
  companyId = rows[0].id;
});
afterEach(() => closers.splice(0).forEach((close) => close()));
afterAll(async () => {
  await base.close();
  rmSync(folder, { recursive: true });
});

const write = async (...targets: string[]) => {
  for (const target of targets) {
    const row = { companyId, actor: "ann", action: "a.b", target, detail: {}, ip: "" };
    await base.db.withCompany(companyId, (tx) => writeAudit(tx, row));
  }
};
const addSink = async (url: string, authorization: string | null = null): Promise<string> => {
  const id = crypto.randomUUID();
  const kind = url.startsWith("http") ? ("http" as const) : ("syslog" as const);
  await base.db.withCompany(companyId, async (tx) => {
    const secret = authorization === null ? null : await keys.seal(tx, companyId, secretPlace(id), authorization);
    await insertSink(tx, companyId, { id, name: url, kind, url, format: "json", secret, sentSeq: 0, createdBy: "x" });
  });
  return id;
};
const forward = () => {
  const deps = { db: base.db, keys, version: "1", auditSinkHosts: ["127.0.0.1", "localhost"], ca: TEST_CERTIFICATE };
  return forwardAudit(deps, { companyId }, signal);
};
const sinks = () => base.db.withCompany(companyId, (tx) => listSinks(tx, companyId));
const dueNow = () =>
  base.db.withCompany(companyId, (tx) =>
    tx.query("update audit_sink set next_try_at = now() where company_id = $1", [companyId]),
  );

/** A receiver over HTTP that answers as told and remembers what it took. */
const receiver = async () => {
  const state = { status: 200, lines: [] as string[], headers: [] as (string | undefined)[] };
  const server = createHttp((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      state.headers.push(request.headers.authorization);
      if (state.status === 200) state.lines.push(...Buffer.concat(chunks).toString().trim().split("\n"));
      answer.writeHead(state.status).end();
    });
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hec` };
};
const targetsIn = (lines: string[]): string[] =>
  lines.map((line) => (JSON.parse(line) as { event: { target: string } }).event.target);

test("every row reaches an HTTP receiver in the order of the chain, with the sealed header opened", async () => {
  const { state, url } = await receiver();
  await addSink(url, "Splunk hunter2");
  await write("1", "2", "3");
  await forward();
  expect(targetsIn(state.lines)).toEqual(["1", "2", "3"]);
  expect(state.headers).toEqual(["Splunk hunter2"]);
  await write("4");
  await forward();
  expect(targetsIn(state.lines)).toEqual(["1", "2", "3", "4"]);
  const stored = await base.owner.query("select secret from audit_sink");
  expect(JSON.stringify(stored.rows)).not.toContain("hunter2");
});

test("a receiver that fails is tried again with back-off until it has everything, and holds no other up", async () => {
  const [good, bad] = [await receiver(), await receiver()];
  bad.state.status = 503;
  await addSink(good.url);
  const id = await addSink(bad.url);
  await write("1");
  await forward();
  await write("2");
  await forward();
  expect(targetsIn(good.state.lines)).toEqual(["1", "2"]);
  const failing = (await sinks()).find((sink) => sink.id === id);
  expect(failing).toMatchObject({ failureCount: 1, lastError: "it answers 503", sentSeq: 0 });
  expect(failing?.nextTryAt.getTime()).toBeGreaterThan(Date.now() + 3_000);
  bad.state.status = 200;
  await dueNow();
  await forward();
  expect(targetsIn(bad.state.lines)).toEqual(["1", "2"]);
  expect((await sinks()).find((sink) => sink.id === id)).toMatchObject({
    failureCount: 0,
    lastError: null,
    sentSeq: 2,
  });
});

test("what arrived but was not noted is sent again: at least once, and never out of order", async () => {
  const { state, url } = await receiver();
  await addSink(url);
  await write("1", "2");
  const crash = { ...base.db };
  let calls = 0;
  crash.withCompany = (id, run) => {
    calls += 1;
    // the list, the links, and then the note that does not come to pass
    return calls === 3 ? Promise.reject(new Error("killed")) : base.db.withCompany(id, run);
  };
  const deps = { db: crash, keys, version: "1", auditSinkHosts: ["127.0.0.1"] };
  await forwardAudit(deps, { companyId }, signal);
  await dueNow();
  await forward();
  expect(targetsIn(state.lines)).toEqual(["1", "2", "1", "2"]);
});

/** Messages of a stream in octet counting. */
const messagesIn = (bytes: Buffer): string[] => {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const size = Number(bytes.subarray(at, space).toString());
    messages.push(bytes.subarray(space + 1, space + 1 + size).toString());
    at = space + 1 + size;
  }
  return messages;
};

test.each(["tcp", "tls"])(
  "syslog over %s counts its octets, and the next delivery goes on where this one ended",
  async (kind) => {
    const chunks: Buffer[] = [];
    const take = (socket: Socket) =>
      void socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => undefined);
    const server = kind === "tcp" ? createTcp(take) : createTls({ cert: TEST_CERTIFICATE, key: TEST_KEY }, take);
    closers.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await addSink(`syslog+${kind}://localhost:${(server.address() as AddressInfo).port}`);
    await write("ü1", "2");
    await forward();
    await write("3");
    await forward();
    const messages = messagesIn(Buffer.concat(chunks));
    expect(messages).toHaveLength(3);
    expect(messages[0]).toMatch(/^<109>1 20\S+Z \S+ zerotrace - a\.b \[zerotrace@32473 .*"ü1"/);
    expect(await sinks()).toMatchObject([{ sentSeq: 3, failureCount: 0 }]);
  },
);

test("a receiver whose certificate nobody vouches for gets nothing", async () => {
  const server = createTls({ cert: TEST_CERTIFICATE, key: TEST_KEY }, () => undefined);
  server.on("tlsClientError", () => undefined);
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await addSink(`syslog+tls://localhost:${(server.address() as AddressInfo).port}`);
  await write("1");
  await forwardAudit({ db: base.db, keys, version: "1", auditSinkHosts: ["localhost"] }, { companyId }, signal);
  expect(await sinks()).toMatchObject([
    { sentSeq: 0, failureCount: 1, lastError: expect.stringMatching(/self.signed/) },
  ]);
});

test("syslog over UDP is a message in a datagram", async () => {
  const socket = createSocket("udp4");
  closers.push(() => socket.close());
  const messages: string[] = [];
  socket.on("message", (message) => messages.push(message.toString()));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  await addSink(`syslog+udp://127.0.0.1:${socket.address().port}`);
  await write("1", "2");
  await forward();
  await expect.poll(() => messages.length).toBe(2);
});

test("an address that the operator no longer allows gets nothing, and says so", async () => {
  const { state, url } = await receiver();
  await addSink(url);
  await write("1");
  await forwardAudit({ db: base.db, keys, version: "1", auditSinkHosts: [] }, { companyId }, signal);
  expect(state.lines).toEqual([]);
  expect(await sinks()).toMatchObject([{ lastError: expect.stringContaining("auditSinkHosts") }]);
});

test("a job is ordered only where a receiver waits for something and its turn has come", async () => {
  const jobs = () => base.db.withCompany(companyId, (tx) => listJobs(tx, companyId));
  await write("1");
  await requestForwarding(base.db, [companyId]);
  expect(await jobs()).toEqual([]);
  const { state, url } = await receiver();
  state.status = 500;
  await addSink(url);
  await forward();
  await requestForwarding(base.db, [companyId]);
  expect(await jobs()).toEqual([]);
  await dueNow();
  await requestForwarding(base.db, [companyId]);
  await requestForwarding(base.db, [companyId]);
  expect(await jobs()).toMatchObject([{ task: "audit-forward" }]);
});

test("secrets are sealed anew under a new data key, and still open", async () => {
  const { state, url } = await receiver();
  await addSink(url, "Bearer kept");
  expect(await resealSinks(base.db, keys, companyId)).toBe(0);
  await base.db.withCompany(companyId, (tx) => keys.rotate(tx, companyId));
  expect([await resealSinks(base.db, keys, companyId), await resealSinks(base.db, keys, companyId)]).toEqual([1, 0]);
  await write("1");
  await forward();
  expect(state.headers).toEqual(["Bearer kept"]);
});
