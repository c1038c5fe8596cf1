import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { addMember, addPerson } from "../../../../../test/support/people.ts";
import { roleRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;

beforeAll(async () => {
  api = await startApi(() => roleRoutes());
  company = await api.company();
  other = await api.company();
});
afterAll(() => api.close());

const create = (token: string, body: object) => api.call("POST", "/api/v1/roles", { token, body });
const change = (token: string, id: string, body: object) => api.call("PUT", `/api/v1/roles/${id}`, { token, body });
const remove = (token: string, id: string) => api.call("DELETE", `/api/v1/roles/${id}`, { token });
const list = (token: string) => api.call("GET", "/api/v1/roles", { token });

test("a role is made, changed and deleted with before and after on record; no other company and no reader can", async () => {
  const body = { name: "Patching", summary: "Fixes things", permissions: ["findings:read", "assets:read"] };
  const made = await create(company.owner, body);
  expect(made.status).toBe(201);
  const { id } = made.body;
  const rows = (await list(company.owner)).body.rows;
  expect(rows.map((r: { name: string }) => r.name)).toEqual([
    "admin",
    "operator",
    "viewer",
    "auditor",
    "agent-manager",
    "Patching",
  ]);
  const sorted = ["assets:read", "findings:read"];
  expect(rows.at(-1)).toMatchObject({ id, isBuiltIn: false, permissions: sorted, memberCount: 0, mayGive: true });
  expect((await list(other.owner)).body.rows.length).toBe(5);
  const wider = { ...body, permissions: [...sorted, "vex:manage"] };
  for (const [token, status] of [
    [other.owner, 404],
    [company.reader, 403],
  ] as const) {
    expect((await change(token, id, wider)).status).toBe(status);
    expect((await remove(token, id)).status).toBe(status);
  }
  expect((await create(company.reader, body)).status).toBe(403);
  expect((await list(company.reader)).status).toBe(403);
  expect((await create(company.owner, body)).body).toMatchObject({ code: "CONFLICT", field: "name" });
  expect((await create(company.owner, { ...body, name: "Admin" })).status).toBe(409);
  expect((await change(company.owner, id, wider)).status).toBe(200);
  expect((await remove(company.owner, id)).status).toBe(200);
  expect((await remove(company.owner, id)).status).toBe(404);
  const trail = await api.db.withCompany(company.id, (tx) =>
    tx.query("select action, target, before, after from audit_event where company_id = $1 order by id", [company.id]),
  );
  const first = { ...body, permissions: sorted };
  expect(trail).toEqual([
    { action: "role.create", target: id, before: null, after: first },
    { action: "role.change", target: id, before: first, after: wider },
    { action: "role.delete", target: id, before: wider, after: null },
  ]);
});

test("nobody makes or changes a role above what they hold, and none reaches beyond the company", async () => {
  const narrow = await api.apiToken(company.id, ["roles:manage", "users:read", "assets:read"]);
  const role = (...permissions: string[]) => ({ name: `r${Math.random()}`, permissions });
  const above = await create(narrow, role("assets:read", "config:modify"));
  expect([above.status, above.body.field]).toEqual([403, "permissions"]);
  for (const platform of ["companies:manage", "companies:enter", "feeds:manage", "agents:report"]) {
    expect((await create(company.owner, role("assets:read", platform))).body.field).toBe("permissions");
  }
  const strong = await create(company.owner, role("config:modify", "assets:read"));
  expect((await change(narrow, strong.body.id, role("assets:read"))).status).toBe(403);
  expect((await remove(narrow, strong.body.id)).status).toBe(403);
  const own = await create(narrow, role("assets:read"));
  expect(own.status).toBe(201);
  expect((await change(narrow, own.body.id, role("assets:read", "config:modify"))).status).toBe(403);
  const rows: { id: string; mayGive: boolean }[] = (await list(narrow)).body.rows;
  expect(rows.filter((r) => r.mayGive).map((r) => r.id)).toEqual([own.body.id]);
});

test("a role that people have or an invitation gives is not deleted, and the refusal says by how many", async () => {
  const { id } = (await create(company.owner, { name: "Kept", permissions: ["assets:read"] })).body;
  await addMember(api.db, company.id, await addPerson(api.db), { role: id });
  const invite = `insert into invitation (company_id, email, role, hash, invited_by, expires_at)
    values ($1, 'a@example.test', $2, '\\x01', 'test', now() + interval '1 day')`;
  await api.db.withCompany(company.id, (tx) => tx.query(invite, [company.id, id]));
  const refused = await remove(company.owner, id);
  expect([refused.status, refused.body.detail]).toEqual([
    409,
    "The role is in use by 1 person and 1 open invitations: give them another first.",
  ]);
});
