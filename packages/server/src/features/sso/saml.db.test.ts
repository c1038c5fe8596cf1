import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestApi, TestCompany } from "../../../../../test/support/api.ts";
import { type Client, createClient } from "../../../../../test/isolation/client.ts";
import { createBrowser } from "./oidc-fixtures.ts";
import { assertionOf, requestIn, responseOf, type Said, saidBy, signed } from "./saml-fixtures.ts";
import { IDP } from "./saml-keys-fixtures.ts";
import { PROVIDERS, startSso } from "./sso-fixtures.ts";

const ISSUER = "https://idp.corp.example/saml";
let sso: Awaited<ReturnType<typeof startSso>>;
let api: TestApi;
let company: TestCompany;
let client: Client;
let posts = 0;

beforeAll(async () => {
  sso = await startSso();
  api = sso.api;
  client = createClient(api.origin);
});
beforeEach(async () => {
  company = await api.company();
});
afterAll(() => {
  client.close();
  return sso.close();
});

const wish = (over: Record<string, unknown> = {}) => ({
  name: "Corporate",
  domains: ["corp.example"],
  createsMembers: true,
  mappings: [{ group: "ops", role: "operator" }],
  saml: {
    issuer: ISSUER,
    entryPoint: "https://idp.corp.example/sso",
    certificates: [IDP.own.certificate],
    nameAttribute: "name",
  },
  ...over,
});
const addProvider = (of = company) => sso.add(of, wish());
type Added = Awaited<ReturnType<typeof addProvider>>;

/** A sign-in that was begun in a browser, with what the provider needs to answer. */
const begin = async (provider: Added) => {
  const browser = createBrowser();
  const answer = await browser.go(`${provider.startUrl}?return=/findings`);
  const { id: requestId, xml } = requestIn(answer.headers.get("location") ?? "");
  const entityId = provider.startUrl.replace(/start$/, "metadata");
  return { browser, xml, to: { acs: provider.redirectUrl, entityId, requestId } };
};
/** Posts as the provider's page does: without cookies of ours; from another address each time, since writes are limited by address. */
const post = async (acs: string, response: string) => {
  posts += 1;
  const { status, headers } = await client.send({
    method: "POST",
    path: new URL(acs).pathname,
    headers: { "content-type": "application/x-www-form-urlencoded", origin: "https://idp.corp.example" },
    body: new URLSearchParams({ SAMLResponse: response, RelayState: "" }).toString(),
    address: `127.0.1.${posts % 250}`,
  });
  return { status, cookies: headers["set-cookie"] ?? [], location: String(headers["location"] ?? "") };
};
type Begun = Awaited<ReturnType<typeof begin>>;
const answered = (begun: Begun, over: Partial<Said> = {}, key: string = IDP.own.key): string => {
  const said = saidBy(ISSUER, begun.to, over);
  return responseOf(signed(assertionOf(said), key), said);
};
const finish = (begun: Begun, posted: { location: string }) =>
  begun.browser.go(new URL(posted.location, api.origin).href);

test("a person comes in by a signed assertion, in the browser that began, with the role of the group", async () => {
  const provider = await addProvider();
  const begun = await begin(provider);
  expect(begun.xml).toContain(`AssertionConsumerServiceURL="${provider.redirectUrl}"`);
  const posted = await post(begun.to.acs, answered(begun));
  expect([posted.status, posted.cookies]).toEqual([303, []]);
  expect(posted.location).not.toContain("ann");
  const done = await finish(begun, posted);
  expect([done.status, done.headers.get("location")]).toEqual([303, "/findings"]);
  const session = begun.browser.cookiesOf(api.origin).get("zt_session");
  expect(await sso.me(session)).toMatchObject({ companyId: company.id, subject: "ann@corp.example", method: "sso" });
  expect(await sso.members(company)).toMatchObject([{ role: "operator" }]);
  expect((await finish(begun, posted)).status).toBe(401);
});

test("a response is no good in another browser, and a ticket not without the sign-in that it belongs to", async () => {
  const provider = await addProvider();
  const [victim, attacker] = [await begin(provider), await begin(provider)];
  const posted = await post(attacker.to.acs, answered(attacker));
  expect((await finish(victim, posted)).status).toBe(401);
  expect((await createBrowser().go(new URL(posted.location, api.origin).href)).status).toBe(401);
  expect(victim.browser.cookiesOf(api.origin).has("zt_session")).toBe(false);
});

const refusedWith = async (provider: Added, make: (begun: Begun) => string) => {
  const begun = await begin(provider);
  return (await post(begun.to.acs, make(begun))).status;
};

test("an assertion is refused that is unsigned, changed, of another key, weak, for others, old, early or for ever", async () => {
  const provider = await addProvider();
  const hour = 3_600_000;
  const one = (over: Partial<Said>) => refusedWith(provider, (begun) => answered(begun, over));
  expect(await one({})).toBe(303);
  const wrong: Partial<Said>[] = [
    { audience: "https://somebody.example" },
    { recipient: "https://somebody.example/acs" },
    { issuer: "https://another.example" },
    { untilMs: -5 * 60_000, fromMs: -hour },
    { fromMs: hour, untilMs: 2 * hour },
    { untilMs: 48 * hour },
    { issuedMs: -hour },
    { inResponseTo: "_guessed" },
    { inResponseTo: "" },
    { nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" },
    { nameId: "" },
  ];
  for (const over of wrong) expect(await one(over), JSON.stringify(over)).toBe(401);
  expect(await one({ nameId: "ann@else.example" })).toBe(403);
  expect(await refusedWith(provider, (begun) => answered(begun, {}, IDP.other.key))).toBe(401);
  const unsigned = (begun: Begun) => {
    const said = saidBy(ISSUER, begun.to);
    return responseOf(assertionOf(said), said);
  };
  expect(await refusedWith(provider, unsigned)).toBe(401);
  const weak = (begun: Begun) => {
    const said = saidBy(ISSUER, begun.to);
    return responseOf(signed(assertionOf(said), IDP.own.key, "sha1"), said);
  };
  expect(await refusedWith(provider, weak)).toBe(401);
  const edited = (change: (xml: string) => string) => (begun: Begun) =>
    Buffer.from(change(Buffer.from(answered(begun), "base64").toString())).toString("base64");
  const edits: ((xml: string) => string)[] = [
    (xml) => xml.replace("ann@corp.example", "boss@corp.example"),
    (xml) => xml.replace("ann@corp.example", "ann@corp.example<!-- -->.evil"),
    (xml) => `<!DOCTYPE a [<!ENTITY b "c">]>${xml}`,
    () => "<a/>",
    () => "not xml",
    () => "",
  ];
  for (const change of edits) expect([400, 401], String(change)).toContain(await refusedWith(provider, edited(change)));
  expect(await sso.members(company)).toEqual([]);
});

test("a signature that is wrapped around, moved or repeated does not carry another assertion in", async () => {
  const provider = await addProvider();
  const evil = (begun: Begun, id: string) => assertionOf(saidBy(ISSUER, begun.to, { nameId: "boss@corp.example", id }));
  const good = (begun: Begun) => signed(assertionOf(saidBy(ISSUER, begun.to, { id: "_good" })), IDP.own.key);
  const said = (begun: Begun) => saidBy(ISSUER, begun.to);
  const signatureOf = (xml: string): string => /<ds:Signature .*<\/ds:Signature>/.exec(xml)?.[0] ?? "";
  const wraps: ((begun: Begun) => string)[] = [
    (begun) => evil(begun, "_evil") + good(begun),
    (begun) => good(begun) + evil(begun, "_evil"),
    (begun) =>
      evil(begun, "_evil").replace("</saml:Assertion>", `<saml:Advice>${good(begun)}</saml:Advice></saml:Assertion>`),
    (begun) => evil(begun, "_evil").replace("</saml:Issuer>", `</saml:Issuer>${signatureOf(good(begun))}`),
    (begun) => evil(begun, "_good").replace("</saml:Issuer>", `</saml:Issuer>${signatureOf(good(begun))}`),
    (begun) =>
      evil(begun, "_good").replace(
        "</saml:Issuer>",
        `</saml:Issuer>${signatureOf(good(begun)).replace("</ds:Signature>", `<ds:Object>${good(begun).replace(signatureOf(good(begun)), "")}</ds:Object></ds:Signature>`)}`,
      ),
    (begun) => `<samlp:Extensions>${good(begun)}</samlp:Extensions>${evil(begun, "_evil")}`,
    (begun) => `<samlp:Extensions>${good(begun)}</samlp:Extensions>${evil(begun, "_good")}`,
  ];
  for (const wrap of wraps) {
    expect(await refusedWith(provider, (begun) => responseOf(wrap(begun), said(begun))), String(wrap)).toBe(401);
  }
});

test("an assertion is good once, and so is a request", async () => {
  const provider = await addProvider();
  const begun = await begin(provider);
  const response = answered(begun, { id: "_once" });
  expect((await post(begun.to.acs, response)).status).toBe(303);
  expect((await post(begun.to.acs, response)).status).toBe(401);
  expect((await post(begun.to.acs, answered(begun))).status).toBe(401);
  expect(await refusedWith(provider, (next) => answered(next, { id: "_once" }))).toBe(401);
  const many = await begin(provider);
  const racing = answered(many);
  const raced = await Promise.all([1, 2, 3, 4].map(() => post(many.to.acs, racing)));
  expect(raced.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 401, 401, 401]);
});

test("what one company's provider signs counts for nothing in another company, not even with the same key", async () => {
  const provider = await addProvider();
  const other = await api.company();
  const theirs = await addProvider(other);
  const begun = await begin(provider);
  const said = saidBy(ISSUER, begun.to);
  const response = responseOf(signed(assertionOf(said), IDP.own.key), said);
  expect((await post(theirs.redirectUrl, response)).status).toBe(401);
  // addressed to the other company, but answering a request of ours
  const crossed = saidBy(ISSUER, {
    ...begun.to,
    acs: theirs.redirectUrl,
    entityId: theirs.startUrl.replace(/start$/, "metadata"),
  });
  expect((await post(theirs.redirectUrl, responseOf(signed(assertionOf(crossed), IDP.own.key), crossed))).status).toBe(
    401,
  );
  const mixed = provider.redirectUrl.replace(`/sso/${company.id}/`, `/sso/${other.id}/`);
  expect((await post(mixed, response)).status).toBe(404);
  expect((await post(begun.to.acs, response)).status).toBe(303);
});

test("our metadata names our addresses, wants signed assertions, and is public", async () => {
  const provider = await addProvider();
  const metadata = await fetch(provider.startUrl.replace(/start$/, "metadata"));
  expect(metadata.headers.get("content-type")).toBe("application/samlmetadata+xml");
  const xml = await metadata.text();
  expect(xml).toContain(`Location="${provider.redirectUrl}"`);
  expect(xml).toContain('WantAssertionsSigned="true"');
  expect((await fetch(provider.startUrl.replace(provider.id, crypto.randomUUID()))).status).toBe(404);
});

test("a provider's own metadata is read, pasted or fetched, and a test tells what differs", async () => {
  const bare = IDP.own.certificate.replaceAll(/-----[^-]+-----|\s/g, "");
  const xml = (certificate: string) => `<?xml version="1.0"?>
    <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}"><md:IDPSSODescriptor>
    <md:KeyDescriptor use="encryption"><X509Certificate>AAAA</X509Certificate></md:KeyDescriptor>
    <md:KeyDescriptor use="signing"><X509Certificate>${certificate}</X509Certificate></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp/post"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp/go"/>
    </md:IDPSSODescriptor></md:EntityDescriptor>`;
  const state = { xml: xml(bare) };
  const server = createServer((_, answer) => answer.end(state.xml));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const metadataUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
  const create = async (name: string, saml: object) =>
    api.call("POST", PROVIDERS, { token: company.owner, body: wish({ name, saml }) });
  const pasted = await create("pasted", { metadata: xml(bare) });
  expect(pasted.body.saml).toMatchObject({ issuer: ISSUER, entryPoint: "https://idp/go" });
  const fetched = await create("fetched", { metadataUrl });
  expect(fetched.body.saml).toEqual({ ...pasted.body.saml, metadataUrl });
  const probe = async () =>
    (await api.call("POST", `${PROVIDERS}/${fetched.body.id}/test`, { token: company.owner })).body;
  expect(await probe()).toMatchObject({ ok: true, checks: [{ name: "certificate 1" }, { name: "metadata" }] });
  state.xml = xml(IDP.other.certificate.replaceAll(/-----[^-]+-----|\s/g, ""));
  expect((await probe()).checks[1]).toMatchObject({ ok: false, detail: "it has another certificate" });
  server.close();
  for (const saml of [
    {},
    { metadata: "<a/>" },
    { metadata: '<!DOCTYPE a><a entityID="x"/>' },
    { metadata: xml("AAAA") },
  ]) {
    expect((await create("bad", saml)).status).toBe(400);
  }
});
