import { createCipheriv, createPublicKey, publicEncrypt, randomBytes, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../../../../test/isolation/client.ts";
import type { TestApi, TestCompany } from "../../../../../test/support/api.ts";
import { createBrowser } from "./oidc-fixtures.ts";
import { resealProviders } from "./index.ts";
import { assertionOf, requestIn, responseOf, saidBy, signed } from "./saml-fixtures.ts";
import { IDP } from "./saml-keys-fixtures.ts";
import { PROVIDERS, startSso } from "./sso-fixtures.ts";

const ISSUER = "https://idp.corp.example/saml";
const ENC = "http://www.w3.org/2001/04/xmlenc#";
const ENC11 = "http://www.w3.org/2009/xmlenc11#";
const SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1";

let sso: Awaited<ReturnType<typeof startSso>>;
let api: TestApi;
let company: TestCompany;
let client: Client;
let posts = 0;

beforeAll(async () => {
  sso = await startSso();
  api = sso.api;
  company = await api.company();
  client = createClient(api.origin);
});
afterAll(() => {
  client.close();
  return sso.close();
});

const saml = { issuer: ISSUER, entryPoint: "https://idp.corp.example/sso", certificates: [IDP.own.certificate] };
const wish = {
  name: "Encrypting",
  domains: ["corp.example"],
  createsMembers: true,
  mappings: [{ group: "ops", role: "operator" }],
  saml,
};
const asAdmin = (method: string, path: string, body?: unknown) =>
  api.call(method, `${PROVIDERS}${path}`, { token: company.owner, ...(body === undefined ? {} : { body }) });

interface Way {
  readonly content: "aes256-cbc" | "aes256-gcm" | "aes128-gcm" | "tripledes-cbc";
  readonly transport: "rsa-oaep-mgf1p" | "rsa-oaep" | "rsa-1_5";
}

/** Encrypts as a provider does, with the key beside the data. */
const encrypted = (assertion: string, certificate: string, { content, transport }: Way): string => {
  const isGcm = content.endsWith("gcm");
  const key = randomBytes(content.startsWith("aes128") ? 16 : content === "tripledes-cbc" ? 24 : 32);
  const iv = randomBytes(isGcm ? 12 : content === "tripledes-cbc" ? 8 : 16);
  const name = content === "tripledes-cbc" ? "des-ede3-cbc" : content.replace(/^aes(\d+)/, "aes-$1");
  const cipher = createCipheriv(name, key, iv);
  const tag = () => (isGcm ? (cipher as unknown as { getAuthTag(): Buffer }).getAuthTag() : Buffer.alloc(0));
  const data = Buffer.concat([iv, cipher.update(assertion), cipher.final(), tag()]).toString("base64");
  const isNew = transport === "rsa-oaep";
  const to = createPublicKey(new X509Certificate(certificate).publicKey.export({ type: "spki", format: "pem" }));
  const sealed = publicEncrypt({ key: to, oaepHash: isNew ? "sha256" : "sha1" }, key).toString("base64");
  const method = isNew
    ? `<e:EncryptionMethod Algorithm="${ENC11}rsa-oaep"><d:DigestMethod Algorithm="${ENC}sha256"/><x:MGF xmlns:x="${ENC11}" Algorithm="${ENC11}mgf1sha256"/></e:EncryptionMethod>`
    : `<e:EncryptionMethod Algorithm="${ENC}${transport}"><d:DigestMethod Algorithm="${SHA1}"/></e:EncryptionMethod>`;
  return (
    `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><e:EncryptedData xmlns:e="${ENC}" ` +
    `xmlns:d="http://www.w3.org/2000/09/xmldsig#" Type="${ENC}Element"><e:EncryptionMethod Algorithm="${isGcm ? ENC11 : ENC}${content}"/>` +
    `<d:KeyInfo><e:EncryptedKey>${method}<e:CipherData><e:CipherValue>${sealed}</e:CipherValue></e:CipherData></e:EncryptedKey></d:KeyInfo>` +
    `<e:CipherData><e:CipherValue>${data}</e:CipherValue></e:CipherData></e:EncryptedData></saml:EncryptedAssertion>`
  );
};

type Added = { id: string; startUrl: string; redirectUrl: string; metadataUrl: string; ownCertificates: string[] };

/** Signs somebody in by what `make` puts into the response; the status of the response, and of the end in the browser. */
const comesIn = async (provider: Added, make: (signedAssertion: string) => string, key: string = IDP.own.key) => {
  const browser = createBrowser();
  const answer = await browser.go(provider.startUrl);
  const { id: requestId } = requestIn(answer.headers.get("location") ?? "");
  const said = saidBy(ISSUER, { acs: provider.redirectUrl, entityId: provider.metadataUrl, requestId });
  posts += 1;
  const { status, headers } = await client.send({
    method: "POST",
    path: new URL(provider.redirectUrl).pathname,
    headers: { "content-type": "application/x-www-form-urlencoded", origin: "https://idp.corp.example" },
    body: new URLSearchParams({ SAMLResponse: responseOf(make(signed(assertionOf(said), key)), said) }).toString(),
    address: `127.0.5.${posts}`,
  });
  if (status !== 303) return [status];
  const end = await browser.go(new URL(String(headers["location"]), api.origin).href);
  return [status, end.status, (end.headers.get("set-cookie") ?? "").includes("zt_session=")];
};

const IN = [303, 303, true];

test("encrypted assertions are opened by the newest key and the one before, in every way that is not broken", async () => {
  const made = (await asAdmin("POST", "", wish)).body as Added;
  expect(made.ownCertificates).toEqual([]);
  const any: Way = { content: "aes256-gcm", transport: "rsa-oaep" };
  // no key was made: another's is no use
  expect(await comesIn(made, (a) => encrypted(a, IDP.own.certificate, any))).toEqual([401]);

  const first = (await asAdmin("POST", `/${made.id}/encryption-key`)).body as Added;
  const [own = ""] = first.ownCertificates;
  const { publicKey, subject } = new X509Certificate(own);
  expect(new X509Certificate(own).verify(publicKey)).toBe(true);
  expect([publicKey.asymmetricKeyDetails?.modulusLength, subject.includes(made.id)]).toEqual([3072, true]);
  const metadata = await (await fetch(made.metadataUrl.replace(/^https?:\/\/[^/]+/, api.origin))).text();
  expect(metadata.replaceAll(/\s/g, "")).toContain(own.replaceAll(/-----[A-Z ]+-----|\s/g, ""));

  for (const content of ["aes256-cbc", "aes256-gcm", "aes128-gcm"] as const)
    for (const transport of ["rsa-oaep-mgf1p", "rsa-oaep"] as const)
      expect([content, transport, await comesIn(made, (a) => encrypted(a, own, { content, transport }))]).toEqual([
        content,
        transport,
        IN,
      ]);
  // one that encrypts nothing comes in as before
  expect(await comesIn(made, (a) => a)).toEqual(IN);

  const second = (await asAdmin("POST", `/${made.id}/encryption-key`)).body as Added;
  expect(second.ownCertificates).toEqual([expect.any(String), own]);
  expect(await comesIn(made, (a) => encrypted(a, own, any))).toEqual(IN);
  // a change of its settings, and another data key, leave the keys
  const changed = await asAdmin("PUT", `/${made.id}`, { ...wish, name: "Renamed" });
  expect(changed.body.ownCertificates).toEqual(second.ownCertificates);
  await resealProviders(api.db, sso.keys, company.id);
  expect(await comesIn(made, (a) => encrypted(a, second.ownCertificates[0] ?? "", any))).toEqual(IN);
  await asAdmin("POST", `/${made.id}/encryption-key`);
  expect(await comesIn(made, (a) => encrypted(a, own, any))).toEqual([401]);

  const rows = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ secret: string; config: unknown }>(
      "select secret, config from identity_provider where company_id = $1",
      [company.id],
    ),
  );
  expect(JSON.stringify(rows)).not.toContain("PRIVATE KEY");
});

test("encryption makes nothing right that is wrong: signatures, forms and ways that can be broken", async () => {
  const { id } = (await asAdmin("POST", "", { ...wish, name: "Second" })).body as Added;
  const made = (await asAdmin("POST", `/${id}/encryption-key`)).body as Added;
  const [own = ""] = made.ownCertificates;
  const any: Way = { content: "aes256-gcm", transport: "rsa-oaep" };
  const wrong: Record<string, (assertion: string) => string> = {
    "no signature": (a) => encrypted(a.replace(/<ds:Signature [^]*<\/ds:Signature>/, ""), own, any),
    "changed within": (a) => encrypted(a.replace("ann@corp.example", "bob@corp.example"), own, any),
    "SHA-1 within": (a) => encrypted(a.replaceAll("xmldsig-more#rsa-sha256", "xmldsig#rsa-sha1"), own, any),
    "a document type within": (a) => encrypted(`<!DOCTYPE a>${a}`, own, any),
    "a comment within": (a) => encrypted(a.replace("ann@", "ann@<!-- -->"), own, any),
    "two of them": (a) => encrypted(a, own, any) + encrypted(a, own, any),
    "one beside one in the open": (a) => a + encrypted(a, own, any),
    "triple DES": (a) => encrypted(a, own, { content: "tripledes-cbc", transport: "rsa-oaep" }),
    "PKCS #1 1.5": (a) => encrypted(a, own, { content: "aes256-gcm", transport: "rsa-1_5" }),
    "another's key": (a) => encrypted(a, IDP.other.certificate, any),
    "cut short": (a) =>
      encrypted(a, own, any).replace(/.{60}(<\/e:CipherValue><\/e:CipherData><\/e:EncryptedData>)/, "$1"),
    "nothing within": () => encrypted("", own, { content: "aes256-cbc", transport: "rsa-oaep" }),
  };
  for (const [what, make] of Object.entries(wrong)) expect([what, await comesIn(made, make)]).toEqual([what, [401]]);
  expect(["another signs", await comesIn(made, (a) => encrypted(a, own, any), IDP.other.key)]).toEqual([
    "another signs",
    [401],
  ]);
});

test("keys are made for SAML, by who may, and each is on record", async () => {
  const oidc = { issuer: "https://id.corp.example", clientId: "c" };
  const { saml: _, ...rest } = wish;
  const other = (await asAdmin("POST", "", { ...rest, name: "Third", oidc, clientSecret: "s" })).body as Added;
  expect((await asAdmin("POST", `/${other.id}/encryption-key`)).status).toBe(400);
  const stranger = await api.company();
  const refused = await api.call("POST", `${PROVIDERS}/${other.id}/encryption-key`, { token: stranger.owner });
  expect(refused.status).toBe(404);
  const rows = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ n: number }>(
      "select count(*)::int as n from audit_event where company_id = $1 and action = 'identity_provider.renew_key'",
      [company.id],
    ),
  );
  expect(rows[0]?.n).toBe(4);
});
