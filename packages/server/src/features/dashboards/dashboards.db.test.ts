import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { addMember, addPerson } from "../../../../../test/support/people.ts";
import { openSession } from "../sessions/index.ts";
import { viewRoutes } from "../views/index.ts";
import { dashboardRoutes } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let other: TestCompany;
let admin: string;
let viewer: string;
let colleague: string;

/** The cookie of a new person in a role. */
const signIn = async (of: TestCompany, role: string): Promise<string> => {
  const person = await addPerson(api.db);
  await addMember(api.db, of.id, person, { role });
  return api.db.withCompany(of.id, async (tx) => {
    const context = { now: new Date(), ip: "127.0.0.1", userAgent: "test", secure: false };
    const who = { companyId: of.id, subject: person.email, method: "password", personId: person.id } as const;
    return (await openSession(tx, context, who)).cookie.split(";", 1)[0] ?? "";
  });
};

beforeAll(async () => {
  api = await startApi(() => [...dashboardRoutes({ offlineAfterSeconds: 60 }), ...viewRoutes()]);
  company = await api.company();
  other = await api.company();
  admin = await signIn(company, "admin");
  viewer = await signIn(company, "viewer");
  colleague = await signIn(company, "viewer");
});
afterAll(() => api.close());

const ask = (cookie: string, method: string, path: string, body?: object) =>
  api.call(method, path, { cookie, headers: { origin: api.origin }, ...(body === undefined ? {} : { body }) });
const create = (cookie: string, body: object) => ask(cookie, "POST", "/api/v1/dashboards", body);
const change = (cookie: string, id: string, body: object) => ask(cookie, "PUT", `/api/v1/dashboards/${id}`, body);
const remove = (cookie: string, id: string) => ask(cookie, "DELETE", `/api/v1/dashboards/${id}`);
const read = (cookie: string, id: string) => ask(cookie, "GET", `/api/v1/dashboards/${id}`);
const names = async (cookie: string): Promise<string[]> =>
  (await ask(cookie, "GET", "/api/v1/dashboards")).body.rows.map((r: { name: string }) => r.name);

const WIDGET = { id: "one", kind: "bar", title: "By severity", query: "kev:true", x: 0, y: 0, w: 4, h: 3 };
const MORNING = { name: "Morning", widgets: [WIDGET] };

test("who may only look keeps dashboards of their own, which nobody else sees, changes or deletes", async () => {
  const made = await create(viewer, MORNING);
  expect(made.status).toBe(201);
  const { id } = made.body;
  expect((await read(viewer, id)).body).toMatchObject({ ...MORNING, shared: false, revision: 1, widgetCount: 1 });
  const stranger = await signIn(other, "admin");
  for (const cookie of [colleague, admin, stranger]) {
    expect(await names(cookie)).toEqual([]);
    expect((await read(cookie, id)).status).toBe(404);
    expect((await change(cookie, id, { ...MORNING, revision: 1 })).status).toBe(404);
    expect((await remove(cookie, id)).status).toBe(404);
  }
  expect((await change(viewer, id, { name: "Mine", widgets: [], revision: 1 })).body).toEqual({ revision: 2 });
  expect((await read(viewer, id)).body).toMatchObject({ name: "Mine", widgets: [], revision: 2 });
  expect((await remove(viewer, id)).status).toBe(200);
  expect((await remove(viewer, id)).status).toBe(404);
});

test("only who may change the company's configuration shares, changes, takes back and deletes for everybody", async () => {
  expect((await create(viewer, { ...MORNING, shared: true })).body).toMatchObject({
    code: "FORBIDDEN",
    field: "shared",
  });
  const { id } = (await create(admin, { ...MORNING, name: "For all", shared: true })).body;
  expect(await names(viewer)).toEqual(["For all"]);
  expect((await read(colleague, id)).body).toMatchObject({ shared: true, widgets: [WIDGET] });
  expect((await change(viewer, id, { ...MORNING, revision: 1 })).status).toBe(403);
  expect((await remove(viewer, id)).status).toBe(403);
  expect((await change(admin, id, { ...MORNING, name: "Now mine", revision: 1 })).status).toBe(200);
  expect(await names(viewer)).toEqual([]);
  expect((await remove(admin, id)).status).toBe(200);
  expect((await api.call("POST", "/api/v1/dashboards", { token: company.owner, body: MORNING })).status).toBe(403);
});

test("a change of somebody else in between is not undone, and every change is on record with what it was before", async () => {
  const { id } = (await create(admin, { name: "Wall", shared: true })).body;
  expect((await change(admin, id, { ...MORNING, shared: true, revision: 1 })).status).toBe(200);
  const late = await change(admin, id, { name: "Wall", shared: true, revision: 1 });
  expect(late.body).toMatchObject({ code: "CONFLICT", field: "revision" });
  await remove(admin, id);
  const trail = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ action: string; before: { name: string } | null; after: { name: string } | null }>(
      "select action, before, after from audit_event where company_id = $1 and target = $2 order by id",
      [company.id, id],
    ),
  );
  expect(trail.map(({ action, before, after }) => [action, before?.name, after?.name])).toEqual([
    ["dashboard.create", undefined, "Wall"],
    ["dashboard.change", "Wall", "Morning"],
    ["dashboard.delete", "Morning", undefined],
  ]);
});

test("widgets that could not be shown are refused with the place of the mistake", async () => {
  const refused = async (more: object, shared = false) =>
    (await create(admin, { name: "x", shared, widgets: [{ ...WIDGET, ...more }] })).body;
  expect(await refused({ query: "severity:terrible" })).toMatchObject({ code: "BAD_REQUEST", field: "widgets.0" });
  expect((await refused({ x: 9, w: 4 })).code).toBe("BAD_REQUEST");
  expect((await refused({ kind: "pie" })).code).toBe("BAD_REQUEST");
  expect((await create(admin, { name: "x", widgets: [WIDGET, WIDGET] })).status).toBe(400);
  const view = (await ask(admin, "POST", "/api/v1/views", { noun: "findings", name: "Own", query: "kev:true" })).body
    .id;
  expect(await refused({ viewId: view }, true)).toMatchObject({ field: "widgets.0" });
  const { id } = (await create(admin, { name: "With a view", widgets: [{ ...WIDGET, viewId: view }] })).body;
  expect((await ask(admin, "GET", `/api/v1/figures?viewId=${view}`)).body.query).toBe("kev:true");
  expect((await ask(viewer, "GET", `/api/v1/figures?viewId=${view}`)).status).toBe(404);
  expect((await create(viewer, { ...MORNING, widgets: [{ ...WIDGET, viewId: view }] })).status).toBe(400);
  expect((await create(admin, { name: "With a view" })).status).toBe(409);
  await remove(admin, id);
});
