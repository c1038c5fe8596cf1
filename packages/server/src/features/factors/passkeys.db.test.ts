import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestCompany } from "../../../../../test/support/api.ts";
import { type TestPerson } from "../../../../../test/support/people.ts";
import { softwareKey, type Wrong } from "./authenticator-fixtures.ts";
import { PLACE, startFactors } from "./fixtures.ts";

type Started = Awaited<ReturnType<typeof startFactors>>;
type Key = ReturnType<typeof softwareKey>;
let f: Started;
let company: TestCompany;
let ann: TestPerson;

beforeAll(async () => {
  f = await startFactors();
});
beforeEach(async () => {
  company = await f.api.company();
  ann = await f.member(company);
});
afterAll(() => f.close());

const optionsFor = async (ticket?: string) =>
  (await f.call("POST", "/sign-in/passkey/options", {}, ticket === undefined ? {} : { ticket })).body.options;
const send = (response: unknown, more: object = {}) => f.call("POST", "/sign-in/passkey", {}, { response, ...more });
const show = async (key: Key, wrong: Wrong = {}) => send(key.show(await optionsFor(), wrong));

test("a passkey signs in alone, and one that comes first brings recovery codes", async () => {
  const here = await f.session(ann);
  const { key, id, codes } = await f.addPasskey(here);
  expect(codes.length).toBe(10);
  expect((await f.call("GET", "/me/factors", here)).body.rows).toMatchObject([
    { id, kind: "passkey", label: "laptop", isBackedUp: false },
  ]);
  expect((await f.addPasskey(here)).codes).toEqual([]);
  const options = await optionsFor();
  expect(options).toMatchObject({ rpId: PLACE.rpId, userVerification: "required" });
  expect(options.allowCredentials ?? []).toEqual([]);
  const done = await send(key.show(options));
  expect(done.body).toMatchObject({ method: "passkey", person: { id: ann.id }, companyId: company.id });
  expect((await f.call("DELETE", `/me/factors/${id}`, here, {})).status).toBe(200);
  expect((await show(key)).status).toBe(401);
});

test("a response for another site, host or challenge, one that was shown before and one without a check of the person are refused", async () => {
  const { key } = await f.addPasskey(await f.session(ann));
  expect((await show(key, { origin: "https://evil.example" })).status).toBe(401);
  expect((await show(key, { rpId: "evil.example" })).status).toBe(401);
  expect((await show(key, { challenge: Buffer.alloc(32).toString("base64url") })).status).toBe(401);
  expect((await show(key, { isVerified: false })).status).toBe(401);
  const response = key.show(await optionsFor());
  expect((await send(response)).status).toBe(201);
  expect((await send(response)).status).toBe(401);
  const forged = key.show(await optionsFor());
  const signature = softwareKey(PLACE).show(await optionsFor()).response.signature;
  expect((await send({ ...forged, response: { ...forged.response, signature } })).status).toBe(401);
  const other = await f.addPasskey(await f.session(await f.member(company)));
  const stolen = other.key.show(await optionsFor());
  expect((await send({ ...stolen, id: forged.id, rawId: forged.rawId })).status).toBe(401);
  expect((await send(softwareKey(PLACE).show(await optionsFor()))).status).toBe(401);
});

test("a counter that goes back is a copy of the key, and is refused", async () => {
  const { key } = await f.addPasskey(await f.session(ann));
  expect((await show(key, { counter: 20 })).status).toBe(201);
  expect((await show(key, { counter: 20 })).status).toBe(401);
  expect((await show(key, { counter: 19 })).status).toBe(401);
  expect((await show(key, { counter: 21 })).status).toBe(201);
});

test("a challenge ends after five minutes, and one that was made for another step is none", async () => {
  const { key } = await f.addPasskey(await f.session(ann));
  const late = key.show(await optionsFor());
  await f.api.db.asService((tx) => tx.query("update passkey_challenge set expires_at = now() - interval '1 second'"));
  expect((await send(late)).status).toBe(401);
  const { ticket } = (await f.signIn(ann)).body;
  expect((await send(key.show(await optionsFor(ticket)))).status).toBe(401);
  expect((await send(key.show(await optionsFor()), { ticket })).status).toBe(401);
});

test("as the second step a touch is enough, of the same person's passkey alone, and the ticket ends", async () => {
  const bob = await f.member(company);
  const { key } = await f.addPasskey(await f.session(ann));
  const { key: foreign } = await f.addPasskey(await f.session(bob));
  const { ticket, factors } = (await f.signIn(ann)).body;
  expect(factors).toEqual(["passkey", "recovery"]);
  const options = await optionsFor(ticket);
  expect(options.allowCredentials.length).toBe(1);
  expect((await send(foreign.show(options), { ticket })).status).toBe(401);
  const response = key.show(await optionsFor(ticket), { isVerified: false });
  const done = await send(response, { ticket });
  expect(done.body).toMatchObject({ method: "password", person: { id: ann.id } });
  expect((await send(key.show(options), { ticket })).body).toMatchObject({ status: 401, field: "ticket" });
  expect((await f.call("POST", "/sign-in/passkey/options", {}, { ticket })).status).toBe(401);
  expect((await f.api.audits(company.id)).at(-1)).toMatchObject({
    action: "session.sign_in",
    actor: ann.email,
    detail: { method: "password", factor: "passkey" },
  });
});

test("a new passkey must be made for this site and this challenge, once, and is one person's", async () => {
  const here = await f.session(ann);
  const key = softwareKey(PLACE);
  const ask = async () => (await f.call("POST", "/me/factors/passkeys/options", here, {})).body.options;
  const add = (response: unknown, as = here) => f.call("POST", "/me/factors/passkeys", as, { label: "x", response });
  expect((await add(key.make(await ask(), { origin: "https://evil.example" }))).status).toBe(400);
  expect((await add(key.make(await ask(), { rpId: "evil.example" }))).status).toBe(400);
  expect((await add(key.make({ challenge: Buffer.alloc(32).toString("base64url") }))).status).toBe(400);
  const bob = await f.session(await f.member(company));
  const mine = key.make(await ask());
  expect((await add(mine, bob)).status).toBe(400);
  const again = key.make(await ask());
  expect((await add(again)).status).toBe(201);
  expect((await add(again)).status).toBe(400);
  const theirs = (await f.call("POST", "/me/factors/passkeys/options", bob, {})).body.options;
  expect((await add(key.make(theirs), bob)).status).toBe(409);
});

test("strangers who try passwords do not keep the owner's passkey out, and a company that takes none does", async () => {
  const { key } = await f.addPasskey(await f.session(ann));
  for (let i = 0; i < 20; i += 1) await f.call("POST", "/sign-in", {}, { email: ann.email, password: "wrong" });
  expect((await f.signIn(ann)).status).toBe(429);
  expect((await show(key)).status).toBe(201);
  await f.setting(company, "security.sign_in_methods", ["password"]);
  expect((await show(key)).status).toBe(403);
});

test("bytes that are no response are refused as one", async () => {
  const { key } = await f.addPasskey(await f.session(ann));
  const here = await f.session(await f.member(company));
  const right = key.show(await optionsFor());
  for (const clientDataJSON of ["", "e30", "!!", Buffer.from("null").toString("base64url"), "A".repeat(16_000)]) {
    const response = { ...right.response, clientDataJSON };
    expect((await send({ ...right, response })).status).toBe(401);
    const made = { ...right, response: { clientDataJSON, attestationObject: "oWFh" } };
    expect((await f.call("POST", "/me/factors/passkeys", here, { label: "x", response: made })).status).toBe(400);
  }
  const made = softwareKey(PLACE).make((await f.call("POST", "/me/factors/passkeys/options", here, {})).body.options);
  const response = { ...made.response, attestationObject: made.response.attestationObject.slice(0, 40) };
  const cut = await f.call("POST", "/me/factors/passkeys", here, { label: "x", response: { ...made, response } });
  expect(cut.status).toBe(400);
});
