import { pemOf, requestBody, signedBy } from "@zerotrace/core/pki/x509";
import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import { generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../../../test/support/database.ts";
import { createAuthenticator, insertCredential, newToken } from "../../platform/auth/index.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { createHttp, type HttpServer } from "../../platform/http/index.ts";
import { newAuthority } from "../../platform/pki/index.ts";
import { writeAudit } from "../audit/index.ts";
import { type AgentTls, agentRoutes, createCertificates, createPresence } from "./index.ts";

const DAY_MS = 86_400_000;
let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), "zt-mtls-"));
const closers: (() => Promise<unknown>)[] = [];
/** How far the server's clock for certificates is ahead of ours. */
const clock = { aheadMs: 0 };

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await database.close();
  rmSync(folder, { recursive: true });
});

/** A server that speaks TLS, with everything of agents behind it. */
const start = async (mode: AgentTls): Promise<string> => {
  const { db } = database;
  const auth = createAuthenticator({ db });
  const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));
  const certificates = createCertificates({
    db,
    keys,
    mode,
    now: () => new Date(Date.now() + clock.aheadMs),
  });
  const presence = createPresence({ db, heartbeatSeconds: 30, audit: writeAudit });
  const { certificate, key } = newAuthority(1, new Date());
  const http: HttpServer = await createHttp({
    db,
    auth,
    audit: writeAudit,
    log: pino({ level: "silent" }),
    checkAnswers: true,
    tls: {
      cert: pemOf("CERTIFICATE", certificate.toString("base64")),
      key,
      ...(mode === "off" ? {} : { clientHint: pemOf("CERTIFICATE", certificate.toString("base64")) }),
    },
    proveDevice: certificates.prove,
    endpoints: agentRoutes({
      presence,
      certificates,
      heartbeatSeconds: 30,
      inventorySeconds: 3600,
      forget: (id) => auth.forget(id),
    }),
  });
  closers.push(
    () => presence.stop(),
    () => http.close(),
  );
  return await http.listen({ host: "127.0.0.1", port: 0 });
};

interface Tls {
  readonly cert: string;
  readonly key: string;
}

const call = async (
  origin: string,
  path: string,
  {
    token,
    body,
    tls,
    method = "POST",
    agent = false,
  }: { token?: string; body?: unknown; tls?: Tls | undefined; method?: string; agent?: Agent | false },
): Promise<{ status: number; body: Record<string, string> }> => {
  const sent = body === undefined ? "" : JSON.stringify(body);
  const request = httpsRequest(`${origin}${path}`, {
    method,
    agent,
    rejectUnauthorized: false,
    ...tls,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
    },
  });
  request.end(sent);
  const [response] = await once(request, "response");
  return { status: response.statusCode, body: JSON.parse(await text(response)) };
};

const requestFor = (): { csr: string; key: string } => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const body = requestBody(
    { organization: "ZeroTrace", commonName: "agent" },
    publicKey.export({ type: "spki", format: "der" }),
  );
  const csr = Buffer.from(signedBy(body, sign("sha256", body, privateKey))).toString("base64");
  return { csr, key: privateKey.export({ type: "pkcs8", format: "pem" }) };
};

let companies = 0;
const company = async (): Promise<{ id: number; owner: string; enrollment: string }> => {
  const { db } = database;
  const [row] = await db.asService((tx) =>
    tx.query<{ id: number }>("insert into company (name) values ($1) returning id", [
      `tls ${process.pid}-${(companies += 1)}`,
    ]),
  );
  const { id } = row as { id: number };
  const [api, enrollment] = [newToken("api", id), newToken("enrollment", id)];
  await db.withCompany(id, async (tx) => {
    const common = { companyId: id, subject: "owner" } as const;
    await insertCredential(tx, { ...common, kind: "api", hash: api.hash, permissions: OWNER_PERMISSIONS });
    await insertCredential(tx, { ...common, kind: "enrollment", hash: enrollment.hash, permissions: [], usesLeft: 9 });
  });
  return { id, owner: api.secret, enrollment: enrollment.secret };
};

let machines = 0;
const enroll = async (origin: string, token: string) => {
  const { csr, key } = requestFor();
  machines += 1;
  const facts = {
    hostname: `tls-${machines}`,
    machineId: `tls-machine-${process.pid}-${machines}`,
    os: { id: "debian", versionId: "12", codename: "", prettyName: "Debian 12", ecosystem: "Debian:12" },
    kernel: "",
    arch: "x86_64",
    cpuCount: 1,
    memoryBytes: 1,
    bootAt: null,
    timezone: "UTC",
  };
  const { status, body } = await call(origin, "/api/v1/agents/enroll", {
    body: { token, agentVersion: "1", facts, csr },
  });
  expect(status).toBe(201);
  const cert = pemOf("CERTIFICATE", body["certificate"] ?? "");
  return {
    agentId: body["agentId"] as string,
    credential: body["credential"] as string,
    certificate: body["certificate"],
    tls: { cert, key },
  };
};
const beat = async (origin: string, token: string, tls?: Tls) =>
  call(origin, "/api/v1/agents/heartbeat", { token, tls, body: { agentVersion: "1" } });

test("where certificates are required, the credential counts only with the agent's own: not alone, not with another's", async () => {
  const origin = await start("required");
  expect(origin).toMatch(/^https:/);
  const [one, other] = [await company(), await company()];
  const agent = await enroll(origin, one.enrollment);
  const neighbor = await enroll(origin, one.enrollment);
  const stranger = await enroll(origin, other.enrollment);
  expect((await beat(origin, agent.credential, agent.tls)).status).toBe(200);
  const refused = async (tls?: Tls) => {
    const { status, body } = await beat(origin, agent.credential, tls);
    return [status, body["code"], body["field"]];
  };
  const no = [401, "UNAUTHENTICATED", "certificate"];
  expect(await refused()).toEqual(no);
  expect(await refused(neighbor.tls)).toEqual(no);
  expect(await refused(stranger.tls)).toEqual(no);
  const { certificate, key } = newAuthority(one.id, new Date());
  expect(await refused({ cert: pemOf("CERTIFICATE", certificate.toString("base64")), key })).toEqual(no);
  // a right certificate is no credential
  expect((await beat(origin, stranger.credential, agent.tls)).status).toBe(401);
});

test("an expired certificate is refused, and renews itself; the new one is good", async () => {
  const origin = await start("required");
  const agent = await enroll(origin, (await company()).enrollment);
  try {
    clock.aheadMs = 31 * DAY_MS;
    const late = await beat(origin, agent.credential, agent.tls);
    expect([late.status, late.body["detail"]]).toEqual([401, expect.stringContaining("expired")]);
    const { csr, key } = requestFor();
    const renewed = await call(origin, "/api/v1/agents/rotate", {
      token: agent.credential,
      tls: agent.tls,
      body: { csr },
    });
    expect(renewed.status).toBe(200);
    const tls = { key, cert: pemOf("CERTIFICATE", renewed.body["certificate"] ?? "") };
    expect((await beat(origin, renewed.body["credential"] ?? "", tls)).status).toBe(200);
    clock.aheadMs = 400 * DAY_MS;
    const dead = await call(origin, "/api/v1/agents/rotate", { token: renewed.body["credential"] ?? "", tls });
    expect(dead.status).toBe(401);
    clock.aheadMs = -2 * DAY_MS;
    expect((await beat(origin, renewed.body["credential"] ?? "", tls)).body["detail"]).toContain("clocks");
  } finally {
    clock.aheadMs = 0;
  }
});

test("a revoked agent's certificate is refused at once, also on a connection that stands", async () => {
  const origin = await start("required");
  const { owner, enrollment } = await company();
  const agent = await enroll(origin, enrollment);
  const connection = new Agent({ keepAlive: true, maxSockets: 1 });
  const again = () =>
    call(origin, "/api/v1/agents/heartbeat", {
      token: agent.credential,
      tls: agent.tls,
      agent: connection,
      body: { agentVersion: "1" },
    });
  try {
    expect((await again()).status).toBe(200);
    expect(Object.keys(connection.freeSockets)).toHaveLength(1);
    const revoked = await call(origin, `/api/v1/agents/${agent.agentId}`, { token: owner, method: "DELETE" });
    expect(revoked.status).toBe(200);
    const startedAt = performance.now();
    expect([(await again()).status, (await beat(origin, agent.credential, agent.tls)).status]).toEqual([401, 401]);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  } finally {
    connection.destroy();
  }
});

test("where certificates are optional, none will do and a wrong one will not; where they are off, none is given", async () => {
  const origin = await start("optional");
  const one = await company();
  const [agent, neighbor] = [await enroll(origin, one.enrollment), await enroll(origin, one.enrollment)];
  expect((await beat(origin, agent.credential)).status).toBe(200);
  expect((await beat(origin, agent.credential, agent.tls)).status).toBe(200);
  expect((await beat(origin, agent.credential, neighbor.tls)).status).toBe(401);
  const plain = await start("off");
  const bare = await enroll(plain, one.enrollment);
  expect(bare.certificate).toBe(undefined);
  expect((await beat(plain, bare.credential)).status).toBe(200);
});

test("one authority signs for a company, its key is sealed, and a request that is none is refused", async () => {
  const origin = await start("required");
  const { id, enrollment } = await company();
  const agents = await Promise.all([1, 2, 3].map(() => enroll(origin, enrollment)));
  const issuers = agents.map(({ tls }) => new X509Certificate(tls.cert));
  const stored = await database.db.withCompany(id, (tx) =>
    tx.query<{ certificate: Buffer; key: string }>("select certificate, key from company_ca where company_id = $1", [
      id,
    ]),
  );
  expect(stored).toHaveLength(1);
  const ca = new X509Certificate(stored[0]?.certificate as Buffer);
  expect(issuers.every((one) => one.checkIssued(ca) && one.verify(ca.publicKey))).toBe(true);
  expect(stored[0]?.key).not.toContain("PRIVATE KEY");
  const [agent] = agents;
  for (const csr of ["AAAA", Buffer.from("nothing").toString("base64")]) {
    const answer = await call(origin, "/api/v1/agents/rotate", {
      token: agent?.credential ?? "",
      tls: agent?.tls,
      body: { csr },
    });
    expect(answer.status).toBe(400);
  }
});
