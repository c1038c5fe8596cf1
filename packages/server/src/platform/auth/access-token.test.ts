import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { createHmac, randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import {
  ACCESS_TOKEN_CHARS_MAX,
  ACCESS_TOKEN_TYPE,
  companyNamedBy,
  createAccessTokenVerifier,
  type VerifyAccessToken,
  type VerifyingKey,
} from "./access-token.ts";

const ISSUER = "https://zt.example";
const NOW = new Date("2026-03-01T12:00:00Z");
const at = Math.floor(NOW.getTime() / 1000);
const secret = Buffer.alloc(32, 7);
const ids = { client_id: randomUUID(), jti: randomUUID() };

let pair: { publicKey: CryptoKey; privateKey: CryptoKey };
let rsa: { publicKey: CryptoKey; privateKey: CryptoKey };
let keys: Record<string, VerifyingKey>;
let verify: VerifyAccessToken;
let asked: string[];

beforeAll(async () => {
  pair = await generateKeyPair("EdDSA", { extractable: true });
  rsa = await generateKeyPair("RS256", { extractable: true });
  keys = {
    ed: { algorithm: "EdDSA", key: pair.publicKey },
    rsa: { algorithm: "RS256", key: rsa.publicKey },
    hmac: { algorithm: "HS256", key: secret },
  };
  asked = [];
  const keyOf = async (id: string) => {
    asked.push(id);
    return keys[id] ?? null;
  };
  verify = createAccessTokenVerifier({ keyOf, issuer: ISSUER, audience: ISSUER });
});

const good = (): JWTPayload => ({
  iss: ISSUER,
  aud: ISSUER,
  sub: `7/${ids.client_id}`,
  iat: at,
  nbf: at,
  exp: at + 900,
  company: 7,
  permissions: ["assets:read"],
  labels: null,
  ...ids,
});
type Signer = { key?: CryptoKey | Uint8Array; header?: Record<string, unknown> };
const sign = (claims: JWTPayload = good(), { key = pair.privateKey, header = {} }: Signer = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: "EdDSA", kid: "ed", typ: ACCESS_TOKEN_TYPE, ...header }).sign(key);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** A token with a signature that is made by hand, as an attacker does. */
const forge = (header: object, claims: object, signature: (text: string) => string): string => {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${signature(text)}`;
};

test("a token of ours is taken by each algorithm that its key has", async () => {
  const token = { companyId: 7, credentialId: ids.client_id, id: ids.jti, permissions: ["assets:read"] };
  expect(await verify(await sign(), NOW)).toEqual({ ...token, until: new Date((at + 930) * 1000) });
  const byRsa = await sign(good(), { key: rsa.privateKey, header: { alg: "RS256", kid: "rsa" } });
  expect(await verify(byRsa, NOW)).toMatchObject(token);
  const byHmac = await sign(good(), { key: secret, header: { alg: "HS256", kid: "hmac" } });
  expect(await verify(byHmac, NOW)).toMatchObject(token);
});

test("a token without a signature, however it spells that, is none", async () => {
  for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
    for (const kid of ["ed", "hmac"]) {
      const header = { alg, kid, typ: ACCESS_TOKEN_TYPE };
      expect(
        await verify(
          forge(header, good(), () => ""),
          NOW,
        ),
      ).toBeNull();
      expect(
        await verify(
          forge(header, good(), () => "AA"),
          NOW,
        ),
      ).toBeNull();
    }
  }
});

test("what is public signs nothing: HS256 with the public key in any form is refused", async () => {
  const { x = "" } = await exportJWK(pair.publicKey);
  const pem = await exportSPKI(rsa.publicKey);
  const secrets = [pem, pem.trim(), x, Buffer.from(x, "base64url"), JSON.stringify(await exportJWK(rsa.publicKey))];
  for (const known of secrets) {
    for (const kid of ["ed", "rsa", "hmac"]) {
      const byHand = (text: string) => createHmac("sha256", known).update(text).digest("base64url");
      expect(await verify(forge({ alg: "HS256", kid, typ: ACCESS_TOKEN_TYPE }, good(), byHand), NOW)).toBeNull();
    }
  }
});

test("the key decides the algorithm: a good signature under another key's id, or none, is refused", async () => {
  for (const header of [{ kid: "rsa" }, { kid: "hmac" }, { kid: undefined }, { kid: "elsewhere" }, { alg: "Ed25519" }])
    expect(await verify(await sign(good(), { header }), NOW)).toBeNull();
  const wrong = await sign(good(), { key: rsa.privateKey, header: { alg: "RS256", kid: "ed" } });
  expect(await verify(wrong, NOW)).toBeNull();
});

test("a foreign key is refused, also when the token brings it along or says where it is", async () => {
  const foreign = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = await exportJWK(foreign.publicKey);
  for (const header of [{}, { jwk }, { jku: "https://evil.example/jwks" }, { x5u: "https://evil.example/x" }])
    expect(await verify(await sign(good(), { key: foreign.privateKey, header }), NOW)).toBeNull();
});

test("a key id of a form that ours never have is not looked up", async () => {
  asked.length = 0;
  for (const kid of ["../../etc/passwd", "a".repeat(65), "' or 1=1 --", "", 7, null, ["ed"], { ed: 1 }])
    expect(
      await verify(
        forge({ alg: "EdDSA", kid, typ: ACCESS_TOKEN_TYPE }, good(), () => "AA"),
        NOW,
      ),
    ).toBeNull();
  expect(asked).toEqual([]);
});

test("a token counts within its time with a leeway of 30 seconds, and not beyond", async () => {
  const text = await sign();
  const after = (seconds: number) => verify(text, new Date((at + seconds) * 1000));
  expect(await after(929)).not.toBeNull();
  expect(await after(931)).toBeNull();
  expect(await after(-29)).not.toBeNull();
  expect(await after(-31)).toBeNull();
  for (const claim of ["exp", "nbf", "iat", "jti", "sub", "iss", "aud", "company", "client_id", "permissions"]) {
    const { [claim]: _, ...rest } = good();
    expect([claim, await verify(await sign(rest), NOW)]).toEqual([claim, null]);
  }
});

test("a token of another issuer, for another audience, of another type or with claims of another form is refused", async () => {
  const others: JWTPayload[] = [
    { iss: "https://zt.example/" },
    { iss: "https://evil.example" },
    { aud: "billing" },
    { aud: [] },
    { company: "7" },
    { company: 0 },
    { company: -7 },
    { company: 7.5 },
    { company: 2 ** 31 },
    { client_id: "7" },
    { jti: "x" },
    { permissions: "assets:read" },
    { permissions: Array.from({ length: 257 }, () => "assets:read") },
  ];
  for (const other of others)
    expect([other, await verify(await sign({ ...good(), ...other }), NOW)]).toEqual([other, null]);
  for (const typ of ["JWT", undefined, "logout+jwt"])
    expect(await verify(await sign(good(), { header: { typ } }), NOW)).toBeNull();
});

test("a changed claim, a cut or an exchanged part is refused, each flipped byte of the signature too", async () => {
  const [header, payload, signature] = (await sign()).split(".") as [string, string, string];
  const more = encode({ ...good(), company: 8 });
  expect(await verify(`${header}.${more}.${signature}`, NOW)).toBeNull();
  expect(await verify(`${header}.${payload}.`, NOW)).toBeNull();
  expect(await verify(`${header}.${payload}`, NOW)).toBeNull();
  expect(await verify(`${header}.${payload}.${signature}.${signature}`, NOW)).toBeNull();
  const bytes = Buffer.from(signature, "base64url");
  for (let n = 0; n < bytes.length; n += 1) {
    const flipped = Buffer.from(bytes);
    flipped[n] = (flipped[n] as number) ^ 1;
    expect(await verify(`${header}.${payload}.${flipped.toString("base64url")}`, NOW)).toBeNull();
  }
});

test("an oversized token is refused before anything of it is read", async () => {
  asked.length = 0;
  const text = await sign({ ...good(), filler: "x".repeat(ACCESS_TOKEN_CHARS_MAX) });
  expect(text.length).toBeGreaterThan(ACCESS_TOKEN_CHARS_MAX);
  expect(await verify(text, NOW)).toBeNull();
  expect(companyNamedBy(text)).toBeNull();
  expect(asked).toEqual([]);
});

test("what is no token is refused and names no company; what names one is not proved by that", async () => {
  for (const text of ["", "eyJ", "eyJ.eyJ.x", "eyJhIjox.eyJhIjox.AA", "eyJ\u0000.eyJ.a", "eyJ!.eyJ!.a"]) {
    expect(await verify(text, NOW)).toBeNull();
    expect(companyNamedBy(text)).toBeNull();
  }
  expect(companyNamedBy(forge({ alg: "none" }, good(), () => "AA"))).toBe(7);
});
