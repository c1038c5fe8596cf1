import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MadeImage, madeImage, npmFile } from "@zerotrace/plugins/targets/image/image-fixtures";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import {
  emulatedRegistry,
  type EmulatedRegistry,
  REGISTRY_PASSWORD,
  REGISTRY_USER,
} from "../../../../../test/support/registry.ts";
import { type CompanyKeys, createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { assetRoutes } from "../assets/index.ts";
import { createDictionary } from "../components/index.ts";
import { createIngest } from "../inventory/index.ts";
import { createUploads, type Uploads } from "../uploads/index.ts";
import { createRegistries, type Registries, requestLooks, resealRegistries } from "./index.ts";

const PASSWORD = REGISTRY_PASSWORD;
const context = { attempt: 1, maxAttempts: 1, signal: new AbortController().signal };

let api: TestApi;
let keys: CompanyKeys;
let registries: Registries;
let uploads: Uploads;
let dataDir: string;
let server: EmulatedRegistry;
let company: TestCompany;

const imageOf = (version: string): MadeImage => madeImage({ layers: [{ files: [npmFile("app", "left", version)] }] });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "zerotrace-registries-"));
  server = await emulatedRegistry();
  keys = createCompanyKeys(localMasterKeys({ path: keyringPath(dataDir) }));
  api = await startApi(({ db }) => {
    const dictionary = createDictionary(db);
    const ingest = createIngest(db, dictionary, async () => undefined);
    const given = { db, dataDir, ingest, registryHosts: [server.host] };
    registries = createRegistries({ ...given, keys });
    uploads = createUploads({ ...given, dictionary, ...registries });
    const authorities = async () => () => ({ authority: "none" as const, sources: [] });
    return [...registries.routes, ...uploads.routes, ...assetRoutes({ offlineAfterSeconds: 90, authorities })];
  });
});
beforeEach(async () => {
  company = await api.company();
  server.clear();
  await server.push("team/app", "1.0", imageOf("1.0.0"));
  await server.push("team/web", "latest", imageOf("2.0.0"));
});
afterAll(async () => {
  await api.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const call = (method: string, path: string, body?: unknown, token = company.owner) =>
  api.call(method, `/api/v1${path}`, body === undefined ? { token } : { token, body });
const settings = (more: object = {}) => ({
  name: "ours",
  host: server.host,
  rules: { repositories: ["team/*"] },
  user: REGISTRY_USER,
  ...more,
});
const created = async (more: object = { password: PASSWORD }) =>
  (await call("POST", "/registries", settings(more))).body;
const one = async () => (await call("GET", "/registries")).body.rows[0];
const tags = async (id: string) =>
  (await call("GET", `/registries/${id}/tags`)).body.rows.map(
    (t: { repository: string; tag: string; state: string }) => `${t.repository}:${t.tag} ${t.state}`,
  );
const look = (id: string) => registries.watch({ companyId: company.id, registryId: id }, context);
/** Runs the scans that are ordered, and those that follow. */
const scan = async (): Promise<void> => {
  for (let round = 0; round < 10; round += 1) {
    const { rows } = (await call("GET", "/uploads")).body;
    const waiting = rows.filter(({ state }: { state: string }) => state === "waiting");
    if (waiting.length === 0) return;
    for (const { id } of waiting) await uploads.scanImage({ companyId: company.id, uploadId: id }, context);
  }
};
const asked = (from = 0) => server.asked.slice(from).map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`);
const pulls = (from: number) => asked(from).filter((way) => way.includes("/blobs/"));

test("what the rules choose is scanned, an unchanged look costs no download, and what is new is found and scanned", async () => {
  const { id } = await created();
  await look(id);
  expect(await one()).toMatchObject({ tags: { found: 2, scanning: 2 }, repositoryCount: 2, lastError: null });
  await scan();
  expect(await one()).toMatchObject({ tags: { found: 2, scanned: 2, failed: 0 }, looking: false });
  const { rows } = (await call("GET", "/assets?sort=name")).body;
  expect(rows.map((a: { name: string; branch: string }) => `${a.name}:${a.branch}`)).toEqual([
    `${server.host}/team/app:1.0`,
    `${server.host}/team/web:latest`,
  ]);

  const before = server.asked.length;
  await look(id);
  await scan();
  expect(asked(before).filter((way) => way.includes("/manifests/") && !way.startsWith("HEAD"))).toEqual([]);
  expect(pulls(before)).toEqual([]);

  await server.push("team/app", "1.1", imageOf("1.1.0"));
  await server.push("team/web", "latest", imageOf("2.1.0"));
  await look(id);
  expect(await tags(id)).toEqual(["team/app:1.0 scanned", "team/app:1.1 scanning", "team/web:latest scanning"]);
  await scan();
  const now = (await call("GET", "/assets?sort=name")).body.rows;
  expect(now).toHaveLength(3);
  const web = await call("GET", `/assets/${now[2].id}/components`);
  expect(web.body.rows).toMatchObject([{ purl: "pkg:npm/left@2.1.0" }]);
  const trail = (await api.audits(company.id)).filter(({ action }) => action === "registry.look");
  expect(trail.map(({ actor, detail }) => [actor, detail["waiting"]])).toEqual([
    ["server", 2],
    ["server", 2],
  ]);
});

test("a digest that was scanned is not pulled for another tag: its asset is made of what is known", async () => {
  const { id } = await created();
  await look(id);
  await scan();
  await server.push("team/app", "stable", imageOf("1.0.0"));
  const before = server.asked.length;
  await look(id);
  await scan();
  expect(await tags(id)).toContain("team/app:stable scanned");
  expect(pulls(before)).toEqual([]);
  const { rows } = (await call("GET", "/assets?sort=name")).body;
  const stable = rows.find(({ branch }: { branch: string }) => branch === "stable");
  expect(stable).toMatchObject({ name: `${server.host}/team/app`, componentCount: 1, kind: "image" });
  const { body } = await call("GET", `/assets/${stable.id}/components`);
  expect(body.rows).toMatchObject([
    { purl: "pkg:npm/left@1.0.0", found: { paths: [expect.stringContaining("app/")] } },
  ]);
});

test("a tag that vanished is gone and its asset stays; it comes back without a download", async () => {
  const { id } = await created();
  await look(id);
  await scan();
  server.remove("team/app", "1.0");
  await look(id);
  expect(await tags(id)).toEqual(["team/app:1.0 gone", "team/web:latest scanned"]);
  expect(await one()).toMatchObject({ tags: { found: 1, gone: 1 } });
  expect((await call("GET", "/assets")).body.rows).toHaveLength(2);
  await server.push("team/app", "1.0", imageOf("1.0.0"));
  const before = server.asked.length;
  await look(id);
  await scan();
  expect(await tags(id)).toEqual(["team/app:1.0 scanned", "team/web:latest scanned"]);
  expect(pulls(before)).toEqual([]);
});

test("a credential that is refused is told with what to do, and a look after it was mended scans what failed", async () => {
  const { id } = await created({ password: "wrong" });
  await look(id);
  expect(await one()).toMatchObject({ lastError: expect.stringMatching(/under Registries/), tags: { found: 0 } });
  const tested = await call("POST", "/registries/test", { ...settings({ name: undefined }), id });
  expect(tested).toMatchObject({ status: 200, body: { ok: false, says: expect.stringMatching(/under Registries/) } });
  const good = await call("POST", "/registries/test", {
    host: server.host,
    rules: settings().rules,
    user: REGISTRY_USER,
    password: PASSWORD,
  });
  expect(good.body).toMatchObject({ ok: true, repositoryCount: 2 });
  expect((await call("PUT", `/registries/${id}`, settings({ password: PASSWORD }))).status).toBe(200);
  await look(id);
  await scan();
  expect(await one()).toMatchObject({ lastError: null, tags: { scanned: 2 } });
});

test("an image that is asked for once is pulled with the company's credential for its host", async () => {
  await created();
  const { body } = await call("POST", "/images", { reference: `${server.host}/team/app:1.0` });
  await scan();
  expect((await call("GET", `/uploads/${body.id}`)).body).toMatchObject({ state: "done", componentCount: 1 });
  const other = await api.company();
  const theirs = await call("POST", "/images", { reference: `${server.host}/team/app:1.0` }, other.owner);
  await uploads.scanImage({ companyId: other.id, uploadId: theirs.body.id }, context);
  const failed = (await call("GET", `/uploads/${theirs.body.id}`, undefined, other.owner)).body;
  expect(failed).toMatchObject({ state: "failed", error: expect.stringMatching(/under Registries/) });
});

test("the password is sealed, shown to nobody, sent to no other host, and sealed anew under a new key", async () => {
  const made = await created();
  expect(made).toMatchObject({ hasPassword: true, user: REGISTRY_USER, host: server.host });
  const all = JSON.stringify([made, await one(), await api.audits(company.id)]);
  expect(all).not.toContain(PASSWORD);
  const stored = async () =>
    (
      await api.db.withCompany(company.id, (tx) =>
        tx.query<{ secret: string }>("select secret from registry where company_id = $1", [company.id]),
      )
    )[0]!.secret;
  const sealed = await stored();
  expect(sealed).not.toContain(PASSWORD);
  const elsewhere = { host: "evil.example.com" };
  const moved = await call("PUT", `/registries/${made.id}`, settings(elsewhere));
  expect(moved).toMatchObject({ status: 400, body: { field: "password" } });
  const tested = await call("POST", "/registries/test", {
    id: made.id,
    ...elsewhere,
    rules: settings().rules,
    user: REGISTRY_USER,
  });
  expect(tested).toMatchObject({ status: 400, body: { field: "password" } });
  await api.db.withCompany(company.id, (tx) => keys.rotate(tx, company.id));
  expect(await resealRegistries(api.db, keys, company.id)).toBe(1);
  expect(await stored()).not.toBe(sealed);
  await look(made.id);
  expect(await one()).toMatchObject({ lastError: null, tags: { found: 2 } });
});

test("another company finds no registry, a reader changes none, and each change is on record", async () => {
  const { id } = await created();
  const other = await api.company();
  const writes = [
    ["PUT", `/registries/${id}`, settings({ name: "renamed" })],
    ["POST", `/registries/${id}/look`, undefined],
    ["POST", "/registries/test", { id, ...settings(), name: undefined }],
    ["DELETE", `/registries/${id}`, undefined],
  ] as const;
  for (const [method, path, body] of writes) {
    expect((await call(method, path, body, company.reader)).status, path).toBe(403);
    expect((await call(method, path, body, other.owner)).status, path).toBe(404);
  }
  expect((await call("POST", "/registries", settings(), company.reader)).status).toBe(403);
  expect((await call("GET", "/registries", undefined, other.owner)).body.rows).toEqual([]);
  expect((await call("GET", `/registries/${id}/tags`, undefined, other.owner)).status).toBe(404);
  expect((await call("GET", `/registries/${id}/tags`, undefined, company.reader)).status).toBe(200);
  for (const [method, path, body] of writes) expect((await call(method, path, body)).status, path).toBeLessThan(300);
  const trail = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ action: string; before: object | null; after: object | null }>(
      "select action, before, after from audit_event where company_id = $1 order by id",
      [company.id],
    ),
  );
  expect(trail.map(({ action }) => action)).toEqual([
    "registry.create",
    "registry.update",
    "registry.look_now",
    "registry.test",
    "registry.delete",
  ]);
  expect(trail[1]).toMatchObject({ before: { name: "ours" }, after: { name: "renamed", hasPassword: true } });
  expect(trail[4]).toMatchObject({ before: { name: "renamed" }, after: null });
});

test("what is no registry, no rule or a name that is taken is refused, and a private address is not asked", async () => {
  await created();
  expect(await call("POST", "/registries", settings())).toMatchObject({ status: 409, body: { field: "name" } });
  const wrong = {
    host: { host: "x" },
    "rules.repositories": { rules: { repositories: ["*".repeat(30)] } },
    user: { user: "", password: "p" },
  };
  for (const [field, more] of Object.entries(wrong)) {
    expect(await call("POST", "/registries", settings({ name: "n", ...more })), field).toMatchObject({
      status: 400,
      body: { field },
    });
  }
  const inside = settings({ host: "127.0.0.1:1", name: undefined });
  expect((await call("POST", "/registries/test", inside)).body).toMatchObject({ ok: false, says: /not public/ });
});

test("a look is ordered when its time has come, once", async () => {
  const { id } = await created();
  await requestLooks(api.db, [company.id]);
  const due = () =>
    api.db.withCompany(company.id, (tx) =>
      tx.query("update registry set next_look_at = now() where company_id = $1", [company.id]),
    );
  await due();
  await requestLooks(api.db, [company.id]);
  await requestLooks(api.db, [company.id]);
  const jobs = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ task: string }>("select task from public.company_jobs($1, 100)", [company.id]),
  );
  expect(jobs.map(({ task }) => task)).toEqual(["registry-watch"]);
  expect(await one()).toMatchObject({ id, looking: true });
});
