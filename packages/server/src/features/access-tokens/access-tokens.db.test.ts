import { OWNER_PERMISSIONS, PROVIDER_PERMISSIONS } from "@zerotrace/core/schema";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { ensureDefaultCompany } from "../companies/index.ts";
import { tokenRoutes } from "../tokens/index.ts";
import { type AccessTokens, accessTokenRoutes, createAccessTokens, resealSigningKeys } from "./index.ts";

const dataDir = mkdtempSync(join(tmpdir(), "zt-access-"));
const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(dataDir) }));
const ISSUER = "https://zt.example";
let tokens: AccessTokens;
let api: TestApi;
let provider: number;
let manager: string;
let company: TestCompany;
let other: TestCompany;

beforeAll(async () => {
  api = await startApi(({ forget }) => [...accessTokenRoutes(tokens, { forget }), ...tokenRoutes({ forget })], {
    verifyAccessToken: (db) => {
      tokens = createAccessTokens({ db, keys, jwtAlgorithm: "EdDSA", publicUrl: ISSUER });
      return tokens.verify;
    },
  });
  provider = await ensureDefaultCompany(api.db);
  manager = await api.apiToken(provider, PROVIDER_PERMISSIONS);
  [company, other] = [await api.company(), await api.company()];
});
afterAll(async () => {
  await api.close();
  rmSync(dataDir, { recursive: true });
});

const PATH = "/api/v1/access-tokens";
const issue = (token: string, body: object = {}) => api.call("POST", PATH, { token, body });
const list = (token: string) => api.call("GET", PATH, { token });
const jwks = async (): Promise<JSONWebKeySet> => (await api.call("GET", "/.well-known/jwks.json")).body;
const makeToken = async (permissions: readonly string[], more: object = {}) => {
  const made = await api.call("POST", "/api/v1/tokens", {
    token: company.owner,
    body: { kind: "api", label: "ci", permissions, ...more },
  });
  expect(made.status).toBe(201);
  return made.body as { id: string; secret: string };
};

test("an API token is exchanged for an access token that does as much, for 15 minutes, and is verified by the published keys", async () => {
  const before = Date.now();
  const { id, secret } = await makeToken(["tokens:manage", "assets:read"]);
  const made = await issue(secret);
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ tokenType: "Bearer", permissions: ["assets:read", "tokens:manage"] });
  expect(new Date(made.body.expiresAt).getTime() - before).toBeGreaterThan(14 * 60_000);
  expect(new Date(made.body.expiresAt).getTime() - before).toBeLessThan(15.1 * 60_000);
  expect((await list(made.body.accessToken)).status).toBe(200);

  const { payload } = await jwtVerify(made.body.accessToken, createLocalJWKSet(await jwks()), {
    issuer: ISSUER,
    audience: ISSUER,
  });
  expect(payload).toMatchObject({
    sub: `${company.id}/${id}`,
    client_id: id,
    company: company.id,
    jti: made.body.id,
    labels: null,
    permissions: ["assets:read", "tokens:manage"],
  });
  const trail = (await api.audits(company.id)).filter(({ action }) => action === "access_token.create");
  expect(trail.at(-1)).toMatchObject({ actor: "token:ci", target: made.body.id, detail: { tokenId: id } });
  expect(JSON.stringify(trail)).not.toContain(made.body.accessToken);
});

test("it can be narrowed and never widened, and another access token is not made of it", async () => {
  const { secret } = await makeToken(["tokens:manage", "assets:read"]);
  const narrow = await issue(secret, { permissions: ["assets:read"] });
  expect((await list(narrow.body.accessToken)).status).toBe(403);
  const wide = await issue(secret, { permissions: ["vex:manage"] });
  expect([wide.status, wide.body.field]).toEqual([403, "permissions"]);
  const whole = await issue(secret);
  expect((await issue(whole.body.accessToken)).status).toBe(403);
  const given = await api.call("POST", "/api/v1/tokens", {
    token: narrow.body.accessToken,
    body: { kind: "api", label: "x", permissions: ["tokens:manage"] },
  });
  expect(given.status).toBe(403);
  for (const expiresInSeconds of [59, 3601]) expect((await issue(secret, { expiresInSeconds })).status).toBe(400);
});

test("an access token ends with its API token at once, and never later than that", async () => {
  const { id, secret } = await makeToken(["tokens:manage"], { expiresInSeconds: 600 });
  const made = await issue(secret, { expiresInSeconds: 3600 });
  expect(new Date(made.body.expiresAt).getTime() - Date.now()).toBeLessThan(600_000);
  expect((await list(made.body.accessToken)).status).toBe(200);
  expect((await api.call("DELETE", `/api/v1/tokens/${id}`, { token: company.owner })).status).toBe(200);
  expect((await list(made.body.accessToken)).status).toBe(401);
});

test("a revocation that another process made is felt after a second", async () => {
  const { id, secret } = await makeToken(["tokens:manage"]);
  const { body } = await issue(secret);
  expect((await list(body.accessToken)).status).toBe(200);
  await api.owner.query("update credential set revoked_at = now() where id = $1", [id]);
  await sleep(1_050);
  expect((await list(body.accessToken)).status).toBe(401);
});

test("one access token is revoked by itself; another company finds none, who only looks may not, and it is on record", async () => {
  const { secret } = await makeToken(["tokens:manage"]);
  const [one, two] = [(await issue(secret)).body, (await issue(secret)).body];
  expect((await list(one.accessToken)).body.rows.map((row: { id: string }) => row.id)).toEqual(
    expect.arrayContaining([one.id, two.id]),
  );
  expect(JSON.stringify((await list(other.owner)).body)).not.toContain(one.id);
  const revoke = (token: string) => api.call("DELETE", `${PATH}/${one.id}`, { token });
  expect((await revoke(company.reader)).status).toBe(403);
  expect((await revoke(other.owner)).status).toBe(404);
  expect((await list(one.accessToken)).status).toBe(200);
  expect((await revoke(company.owner)).status).toBe(200);
  expect((await revoke(company.owner)).status).toBe(404);
  expect((await list(one.accessToken)).status).toBe(401);
  expect((await list(two.accessToken)).status).toBe(200);
  const trail = (await api.audits(company.id)).filter(({ action }) => action === "access_token.revoke");
  expect(trail.map(({ target }) => target)).toEqual([one.id]);
});

test("one for somebody else is not taken here; one that was never stored is worth nothing though we signed it", async () => {
  const { id, secret } = await makeToken(["tokens:manage"]);
  const elsewhere = (await issue(secret, { audience: "billing" })).body;
  expect(decodeJwt(elsewhere.accessToken).aud).toBe("billing");
  expect((await list(elsewhere.accessToken)).status).toBe(401);
  const made = (await issue(secret)).body;
  await api.owner.query("delete from access_token where credential_id = $1", [id]);
  expect((await list(made.accessToken)).status).toBe(401);
});

test("a suspended company's access tokens are refused", async () => {
  const closed = await api.company();
  const { body } = await issue(closed.owner);
  await api.owner.query("update company set state = 'suspended', state_reason = 'x' where id = $1", [closed.id]);
  expect((await list(body.accessToken)).status).toBe(401);
});

test("only the provider sees and changes keys; the former key verifies on until its tokens have ended", async () => {
  const rotate = (token: string, body: object = {}) => api.call("POST", "/api/v1/signing-keys/rotate", { token, body });
  const before = (await issue(company.owner)).body.accessToken;
  expect((await rotate(company.owner)).status).toBe(403);
  const strong = await api.apiToken(company.id, PROVIDER_PERMISSIONS);
  expect((await rotate(strong)).status).toBe(403);
  expect((await api.call("GET", "/api/v1/signing-keys", { token: strong })).status).toBe(403);
  const made = await rotate(manager);
  expect(made.status).toBe(200);
  const after = (await issue(company.owner)).body.accessToken;
  expect(decodeProtectedHeader(after).kid).toBe(made.body.id);
  expect(decodeProtectedHeader(before).kid).not.toBe(made.body.id);
  for (const one of [before, after]) expect((await list(one)).status).toBe(200);
  const kids = (await jwks()).keys.map(({ kid }) => kid);
  expect(kids).toEqual(expect.arrayContaining([made.body.id, decodeProtectedHeader(before).kid]));
  const seen = await api.call("GET", "/api/v1/signing-keys", { token: manager });
  expect(seen.body.rows[0]).toMatchObject({ id: made.body.id, algorithm: "EdDSA", retiredAt: null });
  expect(JSON.stringify([seen.body, await jwks()])).not.toContain("sealed");
  expect((await jwks()).keys.every((key) => !("d" in key))).toBe(true);

  const last = await rotate(manager, { endFormer: true });
  await sleep(1_050);
  for (const one of [before, after]) expect((await list(one)).status).toBe(401);
  expect((await jwks()).keys.map(({ kid }) => kid)).toEqual([last.body.id]);
  const trail = (await api.audits(provider)).filter(({ action }) => action === "signing_key.rotate");
  expect(trail.map(({ target }) => target)).toEqual([made.body.id, last.body.id]);
  const [first, second] = await api.db.withCompany(provider, (tx) =>
    tx.query<{ before: { keys: { id: string }[] }; after: { keys: { id: string; retiredAt: string | null }[] } }>(
      "select before, after from audit_event where company_id = $1 and action = 'signing_key.rotate' order by id",
      [provider],
    ),
  );
  const former = decodeProtectedHeader(before).kid;
  expect(first?.before.keys.map(({ id }) => id)).toEqual([former]);
  expect(first?.after.keys.map(({ id, retiredAt }) => [id, retiredAt !== null])).toEqual([
    [made.body.id, false],
    [former, true],
  ]);
  expect(second?.after.keys.map(({ id }) => id)).toEqual([last.body.id]);
  expect(Object.keys(first?.after.keys[0] ?? {}).sort()).toEqual([
    "algorithm",
    "createdAt",
    "endsAt",
    "id",
    "retiredAt",
  ]);
});

test("the keys may be kept by others for minutes, and HS256's is never told", async () => {
  const answer = await api.call("GET", "/.well-known/jwks.json");
  expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
  for (const jwtAlgorithm of ["HS256", "RS256"] as const) {
    const own = createAccessTokens({ db: api.db, keys, jwtAlgorithm, jwtIssuer: "x" });
    const { id } = await own.keys.current();
    const published = (await own.keys.published()).map(({ kid }) => kid);
    expect(published.includes(id)).toBe(jwtAlgorithm === "RS256");
    expect((await own.keys.verifying(id, new Date()))?.algorithm).toBe(jwtAlgorithm);
  }
});

test("a key is replaced when it is too old, one that ended is deleted, and a new data key seals all of them anew", async () => {
  const at = { now: new Date() };
  const own = createAccessTokens({ db: api.db, keys, jwtAlgorithm: "EdDSA", now: () => at.now });
  const first = await own.keys.current();
  await own.keys.keepFresh(30);
  expect((await own.keys.current()).id).toBe(first.id);
  at.now = new Date(at.now.getTime() + 30 * 86_400_000);
  await own.keys.keepFresh(30);
  const next = (await own.keys.current()).id;
  expect(next).not.toBe(first.id);
  expect(await own.keys.verifying(first.id, at.now)).not.toBeNull();
  expect((await api.audits(provider)).filter(({ target }) => target === next)).toMatchObject([
    { action: "signing_key.rotate", actor: "server", detail: { algorithm: "EdDSA", endFormer: false } },
  ]);
  at.now = new Date(at.now.getTime() + 2 * 3_600_000);
  await own.keys.keepFresh(30);
  expect(await own.keys.verifying(first.id, at.now)).toBeNull();
  const { rows } = await api.owner.query("select id, sealed from signing_key");
  expect(rows).toHaveLength(1);
  expect(rows[0].sealed).toMatch(/^sealed:v1:/);
  await api.db.asServiceFor(provider, (tx) => keys.rotate(tx, provider));
  expect(await resealSigningKeys(api.db, keys, company.id)).toBe(0);
  expect(await resealSigningKeys(api.db, keys, provider)).toBe(1);
  expect(await resealSigningKeys(api.db, keys, provider)).toBe(0);
  const again = createAccessTokens({ db: api.db, keys, jwtAlgorithm: "EdDSA", now: () => at.now });
  expect((await again.keys.current()).id).toBe(rows[0].id);
});

test("a key that is made twice at once is one key", async () => {
  await api.owner.query("delete from signing_key");
  const both = [1, 2].map(() => createAccessTokens({ db: api.db, keys, jwtAlgorithm: "EdDSA" }));
  const made = await Promise.all(both.map((one) => one.keys.current()));
  expect(made[0]?.id).toBe(made[1]?.id);
  expect(OWNER_PERMISSIONS).not.toContain("companies:manage");
});
