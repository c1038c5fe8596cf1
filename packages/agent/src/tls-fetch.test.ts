import { integer, oid, sequence, set, time, utf8 } from "@zerotrace/core/pki/der";
import { pemOf, signedBy } from "@zerotrace/core/pki/x509";
import { generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { certified, newKeyRequest } from "./certificate.ts";
import { tlsFetch } from "./tls-fetch.ts";

/** A certificate of a server that is its own authority, in X.509's first version: nothing restricts its use. */
const selfSigned = (commonName: string): { certificate: string; key: string } => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const name = sequence(set(sequence(oid("2.5.4.3"), utf8(commonName))));
  const body = sequence(
    integer(Uint8Array.from([1])),
    sequence(oid("1.2.840.10045.4.3.2")),
    name,
    sequence(time(new Date(Date.now() - 60_000)), time(new Date(Date.now() + 3_600_000))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const certificate = Buffer.from(signedBy(body, sign("sha256", body, privateKey))).toString("base64");
  return { certificate: pemOf("CERTIFICATE", certificate), key: privateKey.export({ type: "pkcs8", format: "pem" }) };
};

const own = selfSigned("localhost");
let server: Server;
let url: string;
let connections = 0;

beforeAll(async () => {
  server = createServer(
    { cert: own.certificate, key: own.key, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { socket } = request;
      const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
      request.resume().on("end", () => {
        response.setHeader("x-shown", shown?.subject ?? "none");
        if (request.url === "/large") response.end(Buffer.alloc(2 * 1024 * 1024));
        else response.end(`${request.method} ${request.headers["content-length"] ?? ""}`);
      });
    },
  );
  server.on("secureConnection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("a certificate is shown, connections are kept, and only the named authority is believed", async () => {
  const fetchIt = tlsFetch({ tls: own, serverCa: own.certificate });
  for (const body of ["text", new Uint8Array(5)]) {
    const answer = await fetchIt(url, { method: "POST", body });
    expect(await answer.text()).toBe(`POST ${body.length}`);
    expect(answer.headers.get("x-shown")).toContain("localhost");
  }
  expect(connections).toBe(1);
  expect((await tlsFetch({ serverCa: own.certificate })(url)).headers.get("x-shown")).toBe("none");
  const stranger = selfSigned("localhost");
  await expect(tlsFetch({ serverCa: stranger.certificate })(url)).rejects.toThrow();
  await expect(fetchIt(`${url}/large`)).rejects.toThrow(/more than|aborted/);
  await expect(fetchIt(url, { signal: AbortSignal.timeout(0) })).rejects.toThrow();
});

test("without anything to prove it is the platform's own fetch", () => {
  expect(tlsFetch({})).toBe(globalThis.fetch);
});

test("the key stays here: a request holds none, and the certificate is kept with it", () => {
  const request = newKeyRequest();
  expect(Buffer.from(request.csr, "base64").length).toBeLessThan(400);
  expect(certified(request, undefined)).toEqual({});
  const der = new X509Certificate(own.certificate).raw.toString("base64");
  const { tls } = certified(request, der);
  expect(tls).toEqual({ key: request.key, certificate: pemOf("CERTIFICATE", der) });
  expect(new X509Certificate(tls?.certificate ?? "").subject).toContain("localhost");
});
