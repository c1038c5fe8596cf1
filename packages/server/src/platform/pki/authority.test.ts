import { requestBody, signedBy } from "@zerotrace/core/pki/x509";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentOf, AUTHORITY_MS, CERTIFICATE_MS, certify, isSignedBy, newAuthority } from "./authority.ts";

const NOW = new Date("2026-03-04T05:06:07Z");
const agentId = "0b1f5a30-8f0e-4d3a-9c59-0d5f3a1b2c4d";
const pair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const requestOf = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Buffer => {
  const spki = publicKey.export({ type: "spki", format: "der" });
  const body = requestBody({ organization: "ZeroTrace", commonName: "agent" }, spki);
  return Buffer.from(signedBy(body, sign("sha256", body, privateKey)));
};
const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
/** What openssl says; null where this machine has none. */
const openssl = (args: string[]): string | null => {
  try {
    return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
};

test("an agent's certificate says company and agent, for 30 days, and only its company's authority signed it", () => {
  const [own, other] = [newAuthority(7, NOW), newAuthority(8, NOW)];
  const ca = new X509Certificate(own.certificate);
  const certificate = new X509Certificate(
    certify(own, { companyId: 7, agentId, request: requestOf(pair()), now: NOW }),
  );
  expect(agentOf(certificate)).toEqual({ companyId: 7, agentId });
  expect(certificate.validToDate.getTime()).toBe(NOW.getTime() + CERTIFICATE_MS);
  expect([ca.ca, certificate.ca, certificate.subject.includes(agentId)]).toEqual([true, false, true]);
  expect(ca.validToDate.getTime()).toBe(NOW.getTime() + AUTHORITY_MS);
  expect(isSignedBy(certificate, [ca])).toBe(true);
  expect(isSignedBy(certificate, [new X509Certificate(other.certificate)])).toBe(false);
  expect(isSignedBy(ca, [ca])).toBe(false);
  // an authority of the same name is not the same
  expect(isSignedBy(certificate, [new X509Certificate(newAuthority(7, NOW).certificate)])).toBe(false);
  expect(agentOf(ca)).toBe(null);
});

test("openssl reads our certificates and requests, and verifies the chain", () => {
  const folder = mkdtempSync(join(tmpdir(), "zt-pki-"));
  try {
    const now = new Date();
    const authority = newAuthority(7, now);
    const request = requestOf(pair());
    const files = { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem"), csr: join(folder, "csr.pem") };
    writeFileSync(files.ca, pem("CERTIFICATE", authority.certificate));
    writeFileSync(files.cert, pem("CERTIFICATE", certify(authority, { companyId: 7, agentId, request, now })));
    writeFileSync(files.csr, pem("CERTIFICATE REQUEST", request));
    const verified = openssl(["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", files.ca, files.cert]);
    if (verified !== null) {
      expect(verified).toContain("OK");
      expect(openssl(["x509", "-in", files.cert, "-noout", "-text"])).toMatch(
        /TLS Web Client Authentication[\s\S]*URI:zerotrace:\/\/company\/7\/agent\//,
      );
      expect(openssl(["req", "-in", files.csr, "-verify", "-noout", "-subject"])).toMatch(/CN\s*=\s*agent/);
    }
    expect(
      new X509Certificate(authority.certificate).verify(new X509Certificate(authority.certificate).publicKey),
    ).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a request of openssl's is signed; one of another key, another curve or changed bytes is refused", () => {
  const authority = newAuthority(7, NOW);
  const of = { companyId: 7, agentId, now: NOW };
  const made = openssl([
    "req",
    "-new",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "/dev/null",
    "-subj",
    "/CN=x",
    "-outform",
    "PEM",
  ]);
  if (made !== null) {
    const bytes = Buffer.from(made.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    expect(agentOf(new X509Certificate(certify(authority, { ...of, request: bytes })))).toEqual({
      companyId: 7,
      agentId,
    });
  }
  const [mine, stranger] = [pair(), pair()];
  const wrong = [
    requestOf({ publicKey: mine.publicKey, privateKey: stranger.privateKey }),
    requestOf(generateKeyPairSync("ec", { namedCurve: "secp384r1" })),
    Buffer.alloc(5_000, 0x30),
    Buffer.from("no request"),
    Buffer.alloc(0),
    requestOf(mine).subarray(0, -1),
  ];
  for (const request of wrong) expect(() => certify(authority, { ...of, request })).toThrow(/certificate|DER/);
  const good = requestOf(mine);
  for (let at = 0; at < good.length; at += 1) {
    const request = Buffer.from(good);
    request[at] = (request[at] ?? 0) ^ 0x55;
    expect(() => certify(authority, { ...of, request }), `byte ${at}`).toThrow(/certificate|DER/);
  }
});
