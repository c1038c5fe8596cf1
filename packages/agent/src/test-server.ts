import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { zstdDecompressSync } from "node:zlib";
import type { HostInventory } from "@zerotrace/plugins";
import type { Component } from "@zerotrace/core";
import type { InventoryBody } from "./inventory-body.ts";
import { fromColumns, keyOf } from "./columns.ts";

export const AGENT_ID = "00000000-0000-4000-8000-000000000001";
const ASSET_ID = "00000000-0000-4000-8000-000000000002";
export const TOKEN = "zte_aaaaaaaaaaaaaaaaaaaaaaaa";

/** A small real server that keeps inventories as the platform does. For tests. */
export interface TestServer {
  readonly url: string;
  readonly bodies: InventoryBody[];
  readonly held: Map<string, { digest: string; keys: Set<string> }>;
  /** Answers 503 to everything while true. */
  away: boolean;
  /** Answers 401 while true. */
  revoked: boolean;
  /** Status for the next inventories, first to last; then 202 again. */
  readonly refusals: number[];
  heartbeatCount: number;
  /** What heartbeats said, first to last. */
  readonly beats: Record<string, string>[];
  /** Answers to drop on the way, by the end of the path: the server does its work, the agent hears nothing. */
  readonly losses: string[];
  wanted: boolean;
  credential: string;
  isCredentialUsed: boolean;
  /** The one before the last rotation; good until the test ends it, as the platform ends it some minutes later. */
  formerCredential: string | null;
  close(): Promise<void>;
}

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const take = (server: TestServer, body: InventoryBody): number => {
  const named = new Set(body.sources.map((s) => s.source));
  for (const s of body.sources) {
    if (s.kind === "full") {
      server.held.set(s.source, { digest: s.digest, keys: new Set(fromColumns(s.components).map(keyOf)) });
    } else if (s.kind === "delta") {
      const base = server.held.get(s.source);
      if (base?.digest !== s.baseDigest) return 409;
      for (const c of fromColumns(s.removed)) base.keys.delete(keyOf(c));
      for (const c of fromColumns(s.added)) base.keys.add(keyOf(c));
      server.held.set(s.source, { digest: s.digest, keys: base.keys });
    } else if (s.kind === "same" && server.held.get(s.source)?.digest !== s.digest) return 409;
  }
  for (const source of server.held.keys()) if (!named.has(source)) server.held.delete(source);
  return 202;
};

const answerOf = (server: TestServer, path: string, bytes: Buffer): [number, unknown] => {
  const intervals = { heartbeatSeconds: 0.02, inventorySeconds: 3600 };
  const json = (): unknown => JSON.parse(bytes.toString("utf8"));
  if (path.endsWith("/enroll")) {
    const { token } = json() as { token: string };
    return token === TOKEN
      ? [201, { agentId: AGENT_ID, assetId: ASSET_ID, credential: server.credential, ...intervals }]
      : [401, null];
  }
  if (path.endsWith("/heartbeat")) {
    server.heartbeatCount += 1;
    server.beats.push(json() as Record<string, string>);
    const inventoryWanted = server.wanted;
    server.wanted = false;
    return [200, { inventoryWanted, ...intervals, chain: `step-${server.heartbeatCount}` }];
  }
  if (path.endsWith("/rotate")) {
    // as the platform does: of secrets that were never used, the one before them stays good
    if (server.isCredentialUsed) server.formerCredential = server.credential;
    server.isCredentialUsed = false;
    server.credential = `${server.credential}x`;
    return [200, { credential: server.credential }];
  }
  if (path.endsWith("/digests")) {
    const { digests } = json() as { digests: Record<string, string> };
    return [
      200,
      { held: Object.fromEntries(Object.keys(digests).map((s) => [s, server.held.get(s)?.digest ?? null])) },
    ];
  }
  const body = JSON.parse(zstdDecompressSync(bytes).toString("utf8")) as InventoryBody;
  const status = server.refusals.shift() ?? take(server, body);
  if (status === 202) server.bodies.push(body);
  return [status, { assetId: ASSET_ID, componentCount: 0, addedCount: 0, removedCount: 0 }];
};

/** Starts it on a free port of the loopback. */
export const startTestServer = async (): Promise<TestServer> => {
  const http: Server = createServer((request, response) => {
    void (async () => {
      const bytes = await readAll(request);
      const isPublic = request.url?.endsWith("/enroll") ?? false;
      const good = [server.credential, server.formerCredential].map((one) => `Bearer ${one}`);
      server.isCredentialUsed ||= good[0] === request.headers.authorization;
      const known = isPublic || good.includes(request.headers.authorization ?? "");
      const [status, answer] = server.away
        ? [503, null]
        : server.revoked || !known
          ? [401, null]
          : answerOf(server, request.url ?? "", bytes);
      const lost = server.losses.findIndex((end) => request.url?.endsWith(end));
      if (lost >= 0) {
        server.losses.splice(lost, 1);
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: TestServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    bodies: [],
    held: new Map(),
    away: false,
    revoked: false,
    refusals: [],
    heartbeatCount: 0,
    beats: [],
    losses: [],
    wanted: false,
    credential: "ztd_secret",
    isCredentialUsed: true,
    formerCredential: null,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
};

const FACTS: HostInventory["facts"] = {
  hostname: "host",
  machineId: "m".repeat(64),
  os: { id: "debian", versionId: "12", codename: "bookworm", prettyName: "Debian 12", ecosystem: "Debian:12" },
  kernel: "6.1",
  arch: "x86_64",
  cpuCount: 1,
  memoryBytes: 1,
  bootAt: null,
  timezone: "UTC",
};

/** A component of Debian 12, for tests. */
export const deb = (name: string, version = "1.0"): Component => ({
  ecosystem: "Debian:12",
  name,
  version,
  arch: "amd64",
});

/** A host's inventory with these dpkg packages, for tests. */
export const hostWith = (components: readonly Component[], problems: readonly string[] = []): HostInventory => ({
  facts: FACTS,
  sources: [{ source: "dpkg", status: "ok", components, problems }],
});
