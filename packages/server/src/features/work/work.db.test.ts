import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { markAllDirty } from "../assets/index.ts";
import { refreshCompany, signedIn, writeAsset, writeMatches } from "../decisions/fixtures.ts";
import { decisionRoutes } from "../decisions/index.ts";
import { findingRoutes } from "../findings/index.ts";
import { workRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let ids: Record<string, number>;
let assets: Record<string, string>;
let person: string;
let foreign: string;

beforeAll(async () => {
  api = await startApi(() => [
    ...workRoutes({ onChanged: markAllDirty, quotas: { storage: async () => undefined } }),
    ...decisionRoutes({ version: "1.0.0", onChanged: markAllDirty }),
    ...findingRoutes({
      explain: async () => [],
      explanation: async () => null,
      enrichmentOf: async () => ({ cwes: [], ssvc: null, exploits: [] }),
    }),
  ]);
  ids = await writeMatches(api);
});
afterAll(() => api.close());

const hosts = async (of: TestCompany): Promise<Record<string, string>> => {
  const at = (names: readonly string[]) => names.map((name) => ids[name] as number);
  const made = {
    one: await writeAsset(api, of, { name: "one", labels: ["lab"], components: at(["bash"]) }),
    two: await writeAsset(api, of, { name: "two", components: at(["openssl", "zip"]) }),
  };
  await refreshCompany(api, of);
  return made;
};
beforeEach(async () => {
  company = await api.company();
  other = await api.company();
  assets = await hosts(company);
  await hosts(other);
  person = await personId("operator", company);
  foreign = await personId("operator", other);
});

const own = (text: string, values: readonly unknown[] = [], of = company) =>
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on what came
  api.db.asServiceFor(of.id, (tx) => tx.query<any>(text, [of.id, ...values]));

/** A member; who they are is read from the company. */
const personId = async (role: string, of: TestCompany): Promise<string> => {
  await signedIn(api, of, role);
  const [row] = await own(
    "select person_id as id from membership where company_id = $1 order by created_at desc limit 1",
    [],
    of,
  );
  return row.id;
};
const send = (method: string, path: string, body?: unknown, token = company.owner) =>
  api.call(method, `/api/v1${path}`, { token, ...(body === undefined ? {} : { body }) });
const list = async (query: string, of = company) =>
  (await send("GET", `/findings?query=${encodeURIComponent(query)}`, undefined, of.reader)).body;
const found = async (query: string): Promise<string[]> =>
  (await list(query)).rows.map((f: { advisory: string }) => f.advisory).toSorted();
const idOf = async (advisory: string, of = company): Promise<string> =>
  (await list(`advisory:${advisory}`, of)).rows[0].id;
const timeline = async (id: string) =>
  (await send("GET", `/findings/${id}/timeline`, undefined, company.reader)).body.rows;
const gone = async (part: "openssl" | "bash", isGone: boolean) => {
  const asset = assets[part === "bash" ? "one" : "two"];
  const all = part === "bash" ? ["bash"] : ["openssl", "zip"];
  const left = all.filter((name) => !isGone || name !== part).map((name) => ids[name] as number);
  await own("update inventory set component_ids = $3 where company_id = $1 and asset_id = $2", [asset, left]);
  await refreshCompany(api, company);
};

test("a finding is taken up by somebody, found by state and by whose it is, and is as new when it comes back", async () => {
  const id = await idOf("CVE-2026-1");
  const set = await send("PUT", `/findings/${id}/work`, { state: "acknowledged", assigneeId: person });
  expect(set).toMatchObject({ status: 200, body: { changed: true } });
  expect((await send("PUT", `/findings/${id}/work`, { state: "acknowledged" })).body).toEqual({ changed: false });
  const [member] = await own("select name, email from membership where company_id = $1 and person_id = $2", [person]);
  const { rows, count, countIsExact } = await list("state:acknowledged");
  expect(rows).toMatchObject([
    { id, status: "open", state: "acknowledged", assignee: { id: person, name: member.name } },
  ]);
  expect({ count, countIsExact }).toEqual({ count: 1, countIsExact: true });
  const local = member.email.split("@")[0];
  for (const who of [member.email, local, `${local.slice(0, 4)}*`])
    expect(await found(`assignee:${who}`)).toEqual(["CVE-2026-1"]);
  expect(await found("assignee:none")).toEqual(["CVE-2026-2", "CVE-2026-3", "CVE-2026-4"]);
  expect(await found("state:open")).toEqual(["CVE-2026-2", "CVE-2026-3", "CVE-2026-4"]);
  expect(await found("state:in_work,acknowledged")).toEqual(["CVE-2026-1"]);
  expect(await found("-state:open")).toEqual(["CVE-2026-1"]);
  expect((await list("state:acknowledged", other)).count).toBe(0);

  await gone("openssl", true);
  expect(await found("state:fixed")).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  expect(await found("state:acknowledged")).toEqual([]);
  expect((await send("PUT", `/findings/${id}/work`, { state: "in_work" })).status).toBe(409);
  await gone("openssl", false);
  expect(await found("state:reopened")).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  expect((await list("advisory:CVE-2026-1")).rows).toMatchObject([{ state: "reopened", assignee: null }]);
  await send("PUT", `/findings/${id}/work`, { state: "in_work" });
  expect((await list("state:in_work")).rows).toMatchObject([{ id, assignee: null }]);
  await send("PUT", `/findings/${id}/work`, { state: "open" });
  expect(await found("state:reopened")).toEqual(["CVE-2026-1", "CVE-2026-2"]);

  const scope = { scope: "state:open package:zip" };
  expect((await send("POST", "/decisions/preview", scope)).body.detail).toMatch(/changes with the work/);
  const trail = (await api.audits(company.id)).filter((row) => row.action === "finding.set_work");
  expect(trail).toHaveLength(4);
  expect(trail[0]).toMatchObject({ target: id, detail: { advisory: "CVE-2026-1" } });
});

test("a comment tells whom it mentions, is changed by its author alone, and keeps its history", async () => {
  const id = await idOf("CVE-2026-3");
  const anna = await signedIn(api, company, "operator");
  const bo = await signedIn(api, company, "operator");
  const [b, a] = await own(
    "select person_id, email, name from membership where company_id = $1 order by created_at desc",
  );
  const as = (cookie: string, method: string, path: string, body?: unknown) =>
    api.call(method, `/api/v1${path}`, { cookie, headers: { origin: api.origin }, ...(body ? { body } : {}) });
  const offered = (await as(anna, "GET", `/colleagues?q=${b.email.slice(0, 12)}`)).body.rows;
  const handle = offered.find((one: { id: string }) => one.id === b.person_id).handle;
  expect(b.email.startsWith(`${handle}@`)).toBe(true);

  const hostile = `<img src=x onerror=alert(1)> @${handle} @${handle} \`@nobody\` @nobody`;
  const made = await as(anna, "POST", `/findings/${id}/comments`, { text: hostile });
  expect(made).toMatchObject({ status: 201, body: { mentioned: [b.name] } });
  const commentId = made.body.id;
  expect((await as(bo, "GET", "/me/mentions")).body).toMatchObject({
    unreadCount: 1,
    rows: [
      { commentId, findingId: id, advisory: "CVE-2026-3", package: "bash", by: a.name, text: hostile, readAt: null },
    ],
  });
  expect((await as(anna, "GET", "/me/mentions")).body).toEqual({ unreadCount: 0, rows: [] });
  expect((await as(bo, "POST", "/me/mentions/read", { findingId: id })).body).toEqual({ count: 1 });
  expect((await as(bo, "GET", "/me/mentions")).body.unreadCount).toBe(0);

  for (const wrong of [{ text: "" }, { text: "x".repeat(10_001) }, { text: 1 }, { text: "a\u0000b" }]) {
    expect((await as(anna, "POST", `/findings/${id}/comments`, wrong)).status).toBe(400);
  }
  expect((await as(bo, "PUT", `/comments/${commentId}`, { text: "no" })).status).toBe(403);
  expect((await as(bo, "DELETE", `/comments/${commentId}`)).status).toBe(403);
  expect((await send("PUT", `/comments/${commentId}`, { text: "no" })).status).toBe(403);
  expect((await as(anna, "PUT", `/comments/${commentId}`, { text: "plain" })).status).toBe(200);
  expect((await as(bo, "GET", "/me/mentions")).body.rows).toEqual([]);
  const [event] = await timeline(id);
  expect(event).toMatchObject({ kind: "comment", by: a.name, comment: { text: "plain", isOwn: false } });
  expect(event.comment.editedAt).not.toBeNull();
  expect((await as(anna, "DELETE", `/comments/${commentId}`)).status).toBe(200);
  const trail = await own(
    "select action, before, after from audit_event where company_id = $1 and action like 'comment.%' order by id",
  );
  expect(trail).toEqual([
    { action: "comment.create", before: null, after: { text: hostile } },
    { action: "comment.change", before: { text: hostile }, after: { text: "plain" } },
    { action: "comment.delete", before: { text: "plain" }, after: null },
  ]);
  const events = await own("select ids from outbox where company_id = $1 and channel = 'work_update'");
  expect(events).toHaveLength(3);
  expect(events[0].ids).toEqual([id]);
});

const upload = (path: string, bytes: Uint8Array, token = company.owner) =>
  fetch(`${api.origin}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
    body: bytes as Uint8Array<ArrayBuffer>,
  });

test("a file is what its bytes say, is saved and never shown, and goes with its comment", async () => {
  const id = await idOf("CVE-2026-3");
  const page = Buffer.from("<html><script>alert(1)</script></html>");
  const made = await upload(`/findings/${id}/attachments?name=${encodeURIComponent("../x\r\n.html")}`, page);
  const row = (await made.json()) as { id: string; name: string; mediaType: string };
  expect(made.status).toBe(201);
  expect(row).toMatchObject({ name: "_x__.html", mediaType: "text/plain", sizeBytes: page.length, isOwn: true });
  const answer = await fetch(`${api.origin}/api/v1/attachments/${row.id}`, {
    headers: { authorization: `Bearer ${company.reader}` },
  });
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(page);
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="_x__\.html"/);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");

  expect((await upload(`/findings/${id}/attachments?name=a.png`, Buffer.from([0x4d, 0x5a, 0, 0]))).status).toBe(415);
  expect((await upload(`/findings/${id}/attachments?name=a.png`, Buffer.alloc(0))).status).toBe(400);
  expect((await upload(`/findings/${id}/attachments?name=a.txt`, Buffer.alloc(5 * 1024 * 1024 + 1, 65))).status).toBe(
    413,
  );
  expect((await upload(`/findings/${id}/attachments?name=a.txt`, Buffer.from("a"), company.reader)).status).toBe(403);
  expect((await upload(`/findings/${id}/attachments?name=a.txt`, Buffer.from("a"), other.owner)).status).toBe(404);

  const { id: commentId } = (await send("POST", `/findings/${id}/comments`, { text: "with a log" })).body;
  const log = await upload(`/findings/${id}/attachments?name=a.log&commentId=${commentId}`, Buffer.from("line"));
  expect(log.status).toBe(201);
  const elsewhere = await idOf("CVE-2026-1");
  expect(
    (await upload(`/findings/${elsewhere}/attachments?name=a&commentId=${commentId}`, Buffer.from("a"))).status,
  ).toBe(404);
  const events = await timeline(id);
  expect(events[0]).toMatchObject({ kind: "comment", attachments: [{ name: "a.log" }] });
  expect(events[1]).toMatchObject({ kind: "attachment", attachments: [{ id: row.id, isOwn: false }] });
  await send("DELETE", `/comments/${commentId}`);
  expect(await own("select name from finding_attachment where company_id = $1")).toEqual([{ name: "_x__.html" }]);
  for (let i = 0; i < 19; i += 1) await upload(`/findings/${id}/attachments?name=${i}`, Buffer.from("a"));
  expect((await upload(`/findings/${id}/attachments?name=more`, Buffer.from("a"))).status).toBe(409);
  expect((await send("DELETE", `/attachments/${row.id}`)).status).toBe(200);
  const actions = (await api.audits(company.id)).map((one) => one.action);
  expect(actions.filter((one) => one.startsWith("attachment."))).toHaveLength(22);
});

test("many findings change at once as the preview says, and undoing puts back what nobody changed since", async () => {
  const one = await idOf("CVE-2026-1");
  const three = await idOf("CVE-2026-3");
  await send("PUT", `/findings/${one}/work`, { state: "in_work", assigneeId: person });
  const action = { kind: "state", state: "acknowledged" };
  const before = await list("status:open");
  const preview = await send("POST", "/bulk-actions/preview", { query: "", action }, company.reader);
  expect(preview.body).toEqual({ findingCount: 4, changedCount: 4, takenCount: 1, isTooMany: false });
  expect((await send("POST", "/bulk-actions", { query: "", action, findingCount: 5 })).status).toBe(409);
  const done = await send("POST", "/bulk-actions", { query: "", action, findingCount: 4 });
  expect(done).toMatchObject({
    status: 201,
    body: { kind: "state", findingCount: 4, changedCount: 4, by: "token:all" },
  });
  expect(await found("state:acknowledged")).toHaveLength(4);
  await send("PUT", `/findings/${three}/work`, { state: "in_work" });
  const undone = await send("POST", `/bulk-actions/${done.body.id}/undo`);
  expect(undone.body).toEqual({
    restoredCount: 3,
    keptCount: 1,
    kept: [{ findingId: three, advisory: "CVE-2026-3", package: "bash", why: "changed since" }],
  });
  const after = await list("status:open");
  const besides = (rows: { id: string }[]) => rows.filter((row) => row.id !== three);
  expect(besides(after.rows)).toEqual(besides(before.rows));
  expect((await send("POST", `/bulk-actions/${done.body.id}/undo`)).status).toBe(409);
  expect((await timeline(one)).map((e: { kind: string; state: string }) => [e.kind, e.state]).slice(0, 3)).toEqual([
    ["state", "in_work"],
    ["state", "acknowledged"],
    ["assigned", null],
  ]);

  const late = await send("POST", "/bulk-actions", { ids: [one], action: { kind: "assign", assigneeId: null } });
  await own("update bulk_action set at = at - interval '61 minutes' where company_id = $1 and id = $2", [late.body.id]);
  expect((await send("POST", `/bulk-actions/${late.body.id}/undo`)).status).toBe(409);
  const said = await send("POST", "/bulk-actions", {
    query: "package:openssl",
    action: { kind: "comment", text: "Next week" },
  });
  expect(said.body).toMatchObject({ findingCount: 2, changedCount: 2 });
  expect((await send("POST", `/bulk-actions/${said.body.id}/undo`)).body).toMatchObject({
    restoredCount: 2,
    keptCount: 0,
  });
  expect((await timeline(one)).some((e: { kind: string }) => e.kind === "comment")).toBe(false);
  expect((await send("GET", "/bulk-actions", undefined, company.reader)).body.rows).toHaveLength(3);
});

test("a decision on many is one object, and undoing revokes it", async () => {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const action = { kind: "decide", decision: "accept_risk", reason: "Behind a wall", expiresAt };
  expect((await send("POST", "/bulk-actions", { ids: [await idOf("CVE-2026-1")], action })).status).toBe(400);
  expect((await send("POST", "/bulk-actions", { query: "state:open", action })).status).toBe(400);
  const done = await send("POST", "/bulk-actions", { query: "package:openssl", action });
  expect(done.body).toMatchObject({ findingCount: 2, changedCount: 2 });
  expect(await found("state:accepted")).toEqual(["CVE-2026-1", "CVE-2026-2"]);
  const [row] = (await list("state:accepted")).rows;
  expect((await timeline(row.id))[0]).toMatchObject({
    kind: "decided",
    by: "token:all",
    decision: { id: done.body.decisionId, kind: "accept_risk", reason: "Behind a wall" },
  });
  expect((await send("POST", `/bulk-actions/${done.body.id}/undo`)).body).toMatchObject({ restoredCount: 2 });
  expect(await found("state:accepted")).toEqual([]);
  const actions = (await api.audits(company.id)).map((one) => one.action);
  expect(actions).toEqual(["decision.create", "bulk_action.create", "decision.revoke", "bulk_action.undo"]);
});

test("another company's work is not there, and who only looks changes nothing", async () => {
  const id = await idOf("CVE-2026-1");
  const theirs = await idOf("CVE-2026-1", other);
  const comment = (await send("POST", `/findings/${id}/comments`, { text: "ours" })).body.id;
  const file = (await (await upload(`/findings/${id}/attachments?name=a`, Buffer.from("a"))).json()) as { id: string };
  const bulk = (await send("POST", "/bulk-actions", { ids: [id], action: { kind: "state", state: "in_work" } })).body
    .id;
  const asked: [string, string, unknown?][] = [
    ["PUT", `/findings/${id}/work`, { state: "in_work" }],
    ["POST", `/findings/${id}/comments`, { text: "x" }],
    ["PUT", `/comments/${comment}`, { text: "x" }],
    ["DELETE", `/comments/${comment}`],
    ["DELETE", `/attachments/${file.id}`],
    ["POST", `/bulk-actions/${bulk}/undo`],
  ];
  const trail = await api.audits(company.id);
  for (const [method, path, body] of asked) {
    expect((await send(method, path, body, other.owner)).status).toBe(404);
    expect((await send(method, path, body, company.reader)).status).toBe(403);
  }
  for (const path of [`/findings/${id}/timeline`, `/attachments/${file.id}`]) {
    expect((await send("GET", path, undefined, other.owner)).status).toBe(404);
  }
  const state = { kind: "state", state: "acknowledged" };
  expect(
    (await send("POST", "/bulk-actions", { ids: [id, theirs], action: state }, other.owner)).body.findingCount,
  ).toBe(1);
  expect((await send("POST", "/bulk-actions", { query: "", action: state }, company.reader)).status).toBe(403);
  expect((await send("PUT", `/findings/${id}/work`, { assigneeId: foreign })).status).toBe(400);
  expect(
    (await send("POST", "/bulk-actions", { ids: [id], action: { kind: "assign", assigneeId: foreign } })).status,
  ).toBe(400);
  expect((await send("GET", "/bulk-actions", undefined, other.owner)).body.rows).toHaveLength(1);
  expect(await api.audits(company.id)).toEqual(trail);
});

test("who sees some assets only works on their findings alone", async () => {
  const { secret, hash } = newToken("api", company.id);
  const credential = { companyId: company.id, kind: "api", hash, subject: "token:lab", labels: ["lab"] } as const;
  await api.db.withCompany(company.id, (tx) =>
    insertCredential(tx, { ...credential, permissions: ["findings:read", "findings:manage"] }),
  );
  const hidden = await idOf("CVE-2026-1");
  const seen = await idOf("CVE-2026-3");
  await send("POST", `/findings/${hidden}/comments`, { text: "secret" });
  const all = await send("POST", "/bulk-actions", { query: "", action: { kind: "state", state: "in_work" } });
  for (const [method, path, body] of [
    ["PUT", `/findings/${hidden}/work`, { state: "acknowledged" }],
    ["POST", `/findings/${hidden}/comments`, { text: "x" }],
    ["GET", `/findings/${hidden}/timeline`],
    ["POST", `/bulk-actions/${all.body.id}/undo`],
  ] as const) {
    expect((await send(method, path, body, secret)).status).toBe(404);
  }
  const mine = await send("POST", "/bulk-actions", { query: "", action: { kind: "state", state: "open" } }, secret);
  expect(mine.body).toMatchObject({ findingCount: 1, changedCount: 1 });
  expect((await send("GET", "/bulk-actions", undefined, secret)).body.rows).toMatchObject([{ id: mine.body.id }]);
  expect(await found("state:in_work")).toEqual(["CVE-2026-1", "CVE-2026-2", "CVE-2026-4"]);
  expect((await send("POST", `/bulk-actions/${mine.body.id}/undo`, undefined, secret)).body).toMatchObject({
    restoredCount: 1,
  });
  expect((await send("POST", `/findings/${seen}/comments`, { text: "x" }, secret)).status).toBe(201);
  const decide = {
    kind: "decide",
    decision: "deferred",
    reason: "Later",
    expiresAt: new Date(Date.now() + 1e7).toISOString(),
  };
  expect((await send("POST", "/bulk-actions", { query: "package:bash", action: decide }, secret)).status).toBe(403);
});
