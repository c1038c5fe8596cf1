import type { Permission } from "@zerotrace/core/schema";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { openSession, sessionRoutes } from "../sessions/index.ts";
import { groupNamesOf, scimRoutes } from "./index.ts";

const TYPE = "application/scim+json";
let api: TestApi;
let company: TestCompany;
let token: string;
let count = 0;

beforeAll(async () => {
  const publicUrl = () => "https://zt.example";
  api = await startApi(({ db, forget }) => [
    ...sessionRoutes({ forget, publicUrl }),
    ...scimRoutes({ db, forget, publicUrl }),
  ]);
});
beforeEach(async () => {
  count += 1;
  company = await api.company();
  token = await api.apiToken(company.id, ["users:manage"] as Permission[]);
});
afterAll(() => api.close());

const scim = async (method: string, path: string, body?: unknown, as = token) => {
  const sent = body === undefined ? {} : { body, headers: { "content-type": TYPE } };
  return api.call(method, `/scim/v2${path}`, { token: as, ...sent });
};
const email = (name: string): string => `${name}-${count}@corp.example`;
const user = (name: string, over: object = {}) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: email(name),
  externalId: `ext-${name}`,
  name: { givenName: name, familyName: "Example" },
  emails: [{ value: email(name), type: "work", primary: true }],
  active: true,
  ...over,
});
const addUser = async (name: string): Promise<string> => (await scim("POST", "/Users", user(name))).body.id;
const addMappings = (mappings: object[], defaultRole: string | null = null) =>
  api.db.withCompany(company.id, (tx) =>
    tx.query(
      `insert into identity_provider (company_id, kind, name, config, domains, mappings, default_role, created_by)
       values ($1, 'oidc', $4, '{}', '{corp.example}', $2, $3, 'x')`,
      [company.id, JSON.stringify(mappings), defaultRole, `p${Math.random()}`],
    ),
  );
const roleOf = async (id: string): Promise<string | undefined> =>
  (
    await api.db.withCompany(company.id, (tx) =>
      tx.query<{ role: string }>("select role from membership where company_id = $1 and person_id = $2", [
        company.id,
        id,
      ]),
    )
  )[0]?.role;
const patch = (...Operations: object[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});

test("a directory makes a person, finds them again, changes them and sees what it said", async () => {
  const made = await scim("POST", "/Users", user("ann"));
  const { id } = made.body;
  expect([made.status, made.headers.get("content-type"), made.headers.get("location")]).toEqual([
    201,
    `${TYPE}; charset=utf-8`,
    `https://zt.example/scim/v2/Users/${id}`,
  ]);
  expect(made.body).toMatchObject({
    ...user("ann"),
    displayName: "ann Example",
    groups: [],
    meta: { resourceType: "User", location: `https://zt.example/scim/v2/Users/${id}` },
  });
  for (const filter of [
    `userName eq "${email("ann").toUpperCase()}"`,
    'externalId eq "ext-ann"',
    'displayName eq "ann example"',
    `emails[type eq "work"].value eq "${email("ann")}" and active eq true`,
  ]) {
    const found = await scim("GET", `/Users?filter=${encodeURIComponent(filter)}`);
    expect(found.body, filter).toMatchObject({ totalResults: 1, startIndex: 1, Resources: [{ id }] });
  }
  const nobody = await scim("GET", `/Users?filter=${encodeURIComponent('userName eq "nobody"')}`);
  expect(nobody.body).toMatchObject({ totalResults: 0, itemsPerPage: 0, Resources: [] });
  const put = await scim("PUT", `/Users/${id}`, user("ann", { displayName: "Ann B", externalId: "other" }));
  expect(put.body).toMatchObject({ displayName: "Ann B", externalId: "other" });
  const changed = await scim("PATCH", `/Users/${id}`, patch({ op: "Replace", path: "name.familyName", value: "C" }));
  expect(changed.body.name).toMatchObject({ givenName: "ann", familyName: "C" });
  expect((await scim("GET", `/Users/${id}?attributes=userName`)).body).toEqual({
    schemas: expect.any(Array),
    id,
    userName: email("ann"),
  });
  const trail = await api.audits(company.id);
  expect(trail.map(({ action, target }) => [action, target])).toEqual([
    ["scim_user.create", id],
    ["scim_user.update", id],
    ["scim_user.update", id],
  ]);
});

test("who is deactivated loses every session at once, also as Entra says it, and may come again", async () => {
  const id = await addUser("ann");
  const open = () =>
    api.db.withCompany(company.id, (tx) =>
      openSession(
        tx,
        { now: new Date(), ip: "", userAgent: "", secure: false },
        {
          companyId: company.id,
          subject: "ann",
          personId: id,
          method: "sso",
        },
      ),
    );
  const me = async (cookie: string) =>
    (await api.call("GET", "/api/v1/session", { cookie: cookie.split(";", 1)[0] ?? "" })).status;
  for (const off of [
    patch({ op: "Replace", path: "active", value: "False" }),
    patch({ op: "replace", value: { active: false } }),
  ]) {
    const { cookie } = await open();
    expect(await me(cookie)).toBe(200);
    expect((await scim("PATCH", `/Users/${id}`, off)).body.active).toBe(false);
    expect(await me(cookie)).toBe(401);
    expect(
      (await scim("PATCH", `/Users/${id}`, patch({ op: "replace", path: "active", value: "True" }))).body.active,
    ).toBe(true);
    // what ended stays ended
    expect(await me(cookie)).toBe(401);
  }
  const { cookie } = await open();
  const gone = await scim("DELETE", `/Users/${id}`);
  expect([gone.status, gone.body]).toEqual([204, ""]);
  expect(await me(cookie)).toBe(401);
  expect((await scim("GET", `/Users/${id}`)).status).toBe(404);
  expect((await scim("DELETE", `/Users/${id}`)).status).toBe(404);
  const again = await scim("POST", "/Users", user("ann"));
  expect([again.status, again.body.id, again.body.active]).toEqual([201, id, true]);
});

test("another company, a credential that may not, and none at all get nowhere, and their answers are SCIM's", async () => {
  const id = await addUser("ann");
  const groupId = (await scim("POST", "/Groups", { displayName: "ops" })).body.id;
  const other = await api.company();
  const foreign = await api.apiToken(other.id, ["users:manage"] as Permission[]);
  const asks = [
    ["GET", `/Users/${id}`],
    ["PUT", `/Users/${id}`, user("ann")],
    ["PATCH", `/Users/${id}`, patch({ op: "replace", value: { active: false } })],
    ["DELETE", `/Users/${id}`],
    ["GET", `/Groups/${groupId}`],
    ["PUT", `/Groups/${groupId}`, { displayName: "x" }],
    ["PATCH", `/Groups/${groupId}`, patch({ op: "replace", value: { displayName: "x" } })],
    ["DELETE", `/Groups/${groupId}`],
  ] as const;
  const before = await api.audits(company.id);
  for (const [method, path, body] of asks) {
    const refused = await scim(method, path, body, foreign);
    expect([refused.status, refused.headers.get("content-type")], `${method} ${path}`).toEqual([
      404,
      `${TYPE}; charset=utf-8`,
    ]);
    expect(refused.body).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: "404",
      detail: expect.any(String),
    });
    expect((await scim(method, path, body, company.reader)).body.status).toBe("403");
    expect((await scim(method, path, body, "none")).body.status).toBe("401");
  }
  expect((await scim("POST", "/Groups", { displayName: "x", members: [{ value: id }] }, foreign)).body).toMatchObject({
    status: "400",
    scimType: "invalidValue",
  });
  expect((await scim("GET", "/Users", undefined, foreign)).body.totalResults).toBe(0);
  expect((await scim("GET", "/Groups", undefined, foreign)).body.totalResults).toBe(0);
  expect((await scim("GET", "/Users/no-id")).status).toBe(404);
  const writes = (await api.audits(company.id)).slice(before.length).filter(({ action }) => action.startsWith("scim_"));
  expect(writes).toEqual([]);
});

test("a directory of another company that names the same email reaches neither the account nor the other membership", async () => {
  const id = await addUser("ann");
  const other = await api.company();
  const foreign = await api.apiToken(other.id, ["users:manage"] as Permission[]);
  const theirs = await scim("POST", "/Users", user("ann", { displayName: "Stolen" }), foreign);
  expect(theirs.status).toBe(201);
  await scim(
    "PATCH",
    `/Users/${theirs.body.id}`,
    patch({ op: "replace", value: { userName: email("eve"), active: false } }),
    foreign,
  );
  expect((await scim("GET", `/Users/${id}`)).body).toMatchObject({
    userName: email("ann"),
    displayName: "ann Example",
    active: true,
  });
  const [person] = await api.db.asService((tx) =>
    tx.query<{ email: string; name: string }>("select email, name from person where id = $1", [id]),
  );
  expect(person).toEqual({ email: email("ann"), name: "ann Example" });
});

test("a name or email that another has is a conflict, and what cannot be is told in SCIM's words", async () => {
  await addUser("ann");
  const bob = await addUser("bob");
  const conflict = { status: "409", scimType: "uniqueness" };
  expect((await scim("POST", "/Users", user("ann"))).body).toMatchObject(conflict);
  expect((await scim("PUT", `/Users/${bob}`, user("ann"))).body).toMatchObject(conflict);
  const mail = patch({ op: "replace", path: "emails", value: [{ value: email("ann") }] });
  expect((await scim("PATCH", `/Users/${bob}`, mail)).body).toMatchObject(conflict);
  expect((await scim("POST", "/Users", {})).body).toMatchObject({ status: "400", scimType: "invalidValue" });
  expect((await scim("GET", "/Users?filter=x")).body).toMatchObject({ status: "400", scimType: "invalidFilter" });
  expect((await scim("PATCH", `/Users/${bob}`, {})).body).toMatchObject({ status: "400", scimType: "invalidSyntax" });
  expect((await scim("POST", "/Groups", { displayName: "ops" })).status).toBe(201);
  expect((await scim("POST", "/Groups", { displayName: "ops" })).body).toMatchObject(conflict);
});

test("an owner stays, whatever a directory says", async () => {
  const id = await addUser("ann");
  await addMappings([{ group: "ops", role: "operator", labels: null }]);
  await api.db.withCompany(company.id, (tx) =>
    tx.query("update membership set is_owner = true, role = 'admin' where company_id = $1", [company.id]),
  );
  const off = patch({ op: "replace", value: { active: false } });
  expect((await scim("PATCH", `/Users/${id}`, off)).body).toMatchObject({ scimType: "mutability" });
  expect((await scim("DELETE", `/Users/${id}`)).status).toBe(400);
  await scim("POST", "/Groups", { displayName: "ops", members: [{ value: id }] });
  expect(await roleOf(id)).toBe("admin");
});

test("roles follow groups by the company's mappings: given, changed and taken away", async () => {
  const ann = await addUser("ann");
  expect(await roleOf(ann)).toBe("none");
  await addMappings([
    { group: "admins", role: "admin", labels: null },
    { group: "ops-object-id", role: "operator", labels: ["site:berlin"] },
  ]);
  const member = { value: ann };
  const ops = await scim("POST", "/Groups", {
    displayName: "Operations",
    externalId: "ops-object-id",
    members: [member],
  });
  expect(ops.body).toMatchObject({ displayName: "Operations", members: [{ value: ann, display: email("ann") }] });
  expect(await roleOf(ann)).toBe("operator");
  const admins = (await scim("POST", "/Groups", { displayName: "admins" })).body.id;
  await scim("PATCH", `/Groups/${admins}`, patch({ op: "Add", path: "members", value: [member] }));
  expect(await roleOf(ann)).toBe("admin");
  expect((await scim("GET", `/Users/${ann}`)).body.groups).toMatchObject([
    { display: "Operations" },
    { display: "admins" },
  ]);
  const names = await api.db.withCompany(company.id, (tx) => groupNamesOf(tx, company.id, ann));
  expect(names?.sort()).toEqual(["Operations", "admins", "ops-object-id"]);
  await scim("PATCH", `/Groups/${admins}`, patch({ op: "Remove", path: `members[value eq "${ann}"]` }));
  expect(await roleOf(ann)).toBe("operator");
  await scim("PATCH", `/Groups/${ops.body.id}`, patch({ op: "replace", path: "externalId", value: "nothing" }));
  expect(await roleOf(ann)).toBe("none");
  await scim("PUT", `/Groups/${admins}`, { displayName: "admins", members: [member] });
  expect(await roleOf(ann)).toBe("admin");
  expect((await scim("DELETE", `/Groups/${admins}`)).status).toBe(204);
  expect(await roleOf(ann)).toBe("none");
  const last = (await api.audits(company.id)).at(-1);
  expect(last).toMatchObject({
    action: "scim_group.delete",
    detail: { roles: [{ personId: ann, from: "admin", to: "none" }] },
  });
});

test("a person whom a directory names gets the default role, and hand-made roles stay where nothing is mapped", async () => {
  await addMappings([], "viewer");
  const ann = await addUser("ann");
  expect(await roleOf(ann)).toBe("viewer");
  await scim("POST", "/Groups", { displayName: "admins", members: [{ value: ann }] });
  expect(await roleOf(ann)).toBe("viewer");
});

test("lists come in pages, without members where nobody wants them", async () => {
  const ids = [];
  for (const name of ["a", "b", "c"]) ids.push(await addUser(name));
  const page = await scim("GET", "/Users?startIndex=2&count=1");
  expect(page.body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1, Resources: [{ id: ids[1] }] });
  expect((await scim("GET", "/Users?count=0")).body).toMatchObject({ totalResults: 3, Resources: [] });
  await scim("POST", "/Groups", { displayName: "ops", members: ids.map((value) => ({ value })) });
  const [bare] = (await scim("GET", "/Groups?excludedAttributes=members")).body.Resources;
  expect([bare.displayName, bare.members]).toEqual(["ops", undefined]);
  const filter = encodeURIComponent(`displayName eq "OPS" and members eq "${ids[2]}"`);
  expect((await scim("GET", `/Groups?filter=${filter}`)).body.Resources[0].members).toHaveLength(3);
});

test("a directory learns what there is", async () => {
  expect((await scim("GET", "/ServiceProviderConfig")).body).toMatchObject({
    patch: { supported: true },
    filter: { supported: true, maxResults: 200 },
  });
  const types = await scim("GET", "/ResourceTypes");
  expect(types.body.Resources.map((one: { endpoint: string }) => one.endpoint)).toEqual(["/Users", "/Groups"]);
  const schemas = await scim("GET", "/Schemas");
  expect(schemas.body.Resources.map((one: { name: string }) => one.name)).toEqual(["User", "Group"]);
});
