import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { addMember, addPerson } from "../../../../../test/support/people.ts";
import { openSession } from "../sessions/index.ts";
import { viewRoutes } from "./index.ts";

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
  api = await startApi(() => viewRoutes());
  company = await api.company();
  other = await api.company();
  admin = await signIn(company, "admin");
  viewer = await signIn(company, "viewer");
  colleague = await signIn(company, "viewer");
});
afterAll(() => api.close());

const as = (cookie: string) => ({ cookie, headers: { origin: api.origin } });
const create = (cookie: string, body: object) => api.call("POST", "/api/v1/views", { ...as(cookie), body });
const change = (cookie: string, id: string, body: object) =>
  api.call("PUT", `/api/v1/views/${id}`, { ...as(cookie), body });
const remove = (cookie: string, id: string) => api.call("DELETE", `/api/v1/views/${id}`, as(cookie));
const names = async (cookie: string): Promise<string[]> =>
  (await api.call("GET", "/api/v1/views", as(cookie))).body.rows.map((r: { name: string }) => r.name);

const SAYS = { name: "Worst first", query: "severity:critical kev:true", sort: "epss", view: "fixes" };
const WORST = { ...SAYS, noun: "findings" };

test("who may only look keeps views of their own, which nobody else sees, changes or deletes", async () => {
  const made = await create(viewer, { ...WORST, columns: ["Risk", "Advisory"] });
  expect(made.status).toBe(201);
  const { id } = made.body;
  const { rows } = (await api.call("GET", "/api/v1/views", as(viewer))).body;
  expect(rows).toMatchObject([{ ...WORST, id, columns: ["Risk", "Advisory"], shared: false }]);
  const stranger = await signIn(other, "admin");
  for (const cookie of [colleague, admin, stranger]) {
    expect(await names(cookie)).toEqual([]);
    expect((await change(cookie, id, SAYS)).status).toBe(404);
    expect((await remove(cookie, id)).status).toBe(404);
  }
  expect((await change(viewer, id, { ...SAYS, name: "Mine" })).status).toBe(200);
  expect(await names(viewer)).toEqual(["Mine"]);
  expect((await remove(viewer, id)).status).toBe(200);
  expect((await remove(viewer, id)).status).toBe(404);
});

test("only who may change the company's configuration shares, changes, takes back and deletes for everybody", async () => {
  expect((await create(viewer, { ...WORST, shared: true })).body).toMatchObject({ code: "FORBIDDEN", field: "shared" });
  const { id } = (await create(admin, { ...WORST, name: "For all", shared: true })).body;
  expect(await names(viewer)).toEqual(["For all"]);
  expect((await change(viewer, id, SAYS)).status).toBe(403);
  expect((await remove(viewer, id)).status).toBe(403);
  const own = (await create(viewer, WORST)).body.id;
  expect((await change(viewer, own, { ...SAYS, shared: true })).status).toBe(403);
  expect((await change(admin, id, { ...SAYS, name: "Now mine" })).status).toBe(200);
  expect(await names(viewer)).toEqual(["Worst first"]);
  expect(await names(admin)).toEqual(["Now mine"]);
  expect((await remove(admin, id)).status).toBe(200);
});

test("every change is on record with what it was before", async () => {
  const { id } = (await create(admin, { noun: "assets", name: "Web", query: "web" })).body;
  await change(admin, id, { name: "Web hosts", query: "web", shared: true });
  await remove(admin, id);
  const trail = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ action: string; before: unknown; after: unknown }>(
      "select action, before, after from audit_event where company_id = $1 and target = $2 order by id",
      [company.id, id],
    ),
  );
  const first = { name: "Web", query: "web", sort: "", view: "", columns: [], shared: false };
  const second = { ...first, name: "Web hosts", shared: true };
  expect(trail).toEqual([
    { action: "view.create", before: null, after: first },
    { action: "view.change", before: first, after: second },
    { action: "view.delete", before: second, after: null },
  ]);
});

test("a view that its list could not open is refused with the field and where the mistake is", async () => {
  const refused = async (body: object) => (await create(admin, { name: "x", noun: "findings", ...body })).body.field;
  expect(await refused({ query: "severity:terrible" })).toBe("query");
  expect(await refused({ sort: "name" })).toBe("sort");
  expect(await refused({ view: "map" })).toBe("view");
  expect(await refused({ noun: "components", sort: "risk" })).toBe("sort");
  const { id } = (await create(admin, { name: "Same", noun: "findings" })).body;
  expect((await create(admin, { name: "Same", noun: "findings" })).body).toMatchObject({
    code: "CONFLICT",
    field: "name",
  });
  const second = (await create(admin, { name: "Same", noun: "assets" })).body.id;
  const third = (await create(admin, { name: "Other", noun: "findings" })).body.id;
  expect((await change(admin, third, { name: "Same" })).status).toBe(409);
  for (const one of [id, second, third]) expect((await remove(admin, one)).status).toBe(200);
});

test("a program has no views of its own, sees the shared ones, and shares where it may", async () => {
  const ask = (method: string, path: string, token: string, body?: object) =>
    api.call(method, path, { token, ...(body === undefined ? {} : { body }) });
  expect((await ask("POST", "/api/v1/views", company.owner, WORST)).status).toBe(403);
  const made = await ask("POST", "/api/v1/views", company.owner, { ...WORST, name: "By a program", shared: true });
  expect(made.status).toBe(201);
  expect((await ask("GET", "/api/v1/views", company.reader)).body.rows).toMatchObject([{ name: "By a program" }]);
  expect((await ask("DELETE", `/api/v1/views/${made.body.id}`, company.reader)).status).toBe(403);
  expect((await ask("DELETE", `/api/v1/views/${made.body.id}`, other.owner)).status).toBe(404);
  expect((await ask("DELETE", `/api/v1/views/${made.body.id}`, company.owner)).status).toBe(200);
});
