import type { Component } from "@zerotrace/core";
import { digestOf } from "@zerotrace/plugins";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { fromColumns, toColumns } from "../../packages/agent/src/index.ts";
import { zipOf } from "../../packages/plugins/src/feeds/fixtures.ts";
import { type RunningServer, startServer } from "../../packages/server/src/main.ts";
import { loadConfig } from "../../packages/server/src/platform/config/index.ts";
import { connectAs } from "./postmaster.ts";

export { digestOf, fromColumns, toColumns };

/** An OSV record as a test writes it. */
export type OsvRecord = { readonly id: string; readonly modified?: string } & Readonly<Record<string, unknown>>;

/** A record about one package, affected below `fixed` (everywhere when null). */
export const record = (
  id: string,
  ecosystem: string,
  name: string,
  fixed: string | null,
  more: Readonly<Record<string, unknown>> = {},
): OsvRecord => ({
  id,
  modified: "2026-01-02T00:00:00Z",
  published: "2026-01-01T00:00:00Z",
  affected: [
    {
      package: { ecosystem, name },
      ranges: [
        {
          type: ecosystem === "npm" ? "SEMVER" : "ECOSYSTEM",
          events: [{ introduced: "0" }, ...(fixed === null ? [] : [{ fixed }])],
        },
      ],
    },
  ],
  ...more,
});

/** A component of Debian 12, from a source package of the same version. */
export const debian = (name: string, version: string, source = name): Component => ({
  ecosystem: "Debian:12",
  name,
  version,
  arch: "amd64",
  source: { name: source, version },
});

export const npm = (name: string, version: string): Component => ({ ecosystem: "npm", name, version });

/** A new empty folder that PostgreSQL's own account may enter. */
export const freshDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), "zt-live-"));
  await chmod(dir, 0o755);
  return dir;
};

/** Writes `<Ecosystem>/all.zip` for each ecosystem, replacing what was there. */
export const writeFeeds = async (folder: string, records: Readonly<Record<string, readonly OsvRecord[]>>) => {
  for (const [ecosystem, list] of Object.entries(records)) {
    await mkdir(join(folder, ecosystem), { recursive: true });
    const files = list.map((one) => ({ name: `${one.id}.json`, bytes: Buffer.from(JSON.stringify(one)) }));
    await writeFile(join(folder, ecosystem, "all.zip"), zipOf(files));
  }
};

export const FACTS = {
  hostname: "web-1",
  machineId: "0123456789abcdef0123456789abcdef",
  os: { id: "debian", versionId: "12", codename: "bookworm", prettyName: "Debian 12", ecosystem: "Debian:12" },
  kernel: "6.1.0",
  arch: "x86_64",
  cpuCount: 2,
  memoryBytes: 1_000_000,
  bootAt: null,
  timezone: "UTC",
};

export interface LiveAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on what came, whatever its type says
  readonly body: any;
}

/** An enrolled host of a test. */
export interface LiveHost {
  readonly assetId: string;
  readonly credential: string;
  /** Sends sources in full, or as they are given. */
  report(
    sources: Readonly<Record<string, readonly Component[]>> | readonly object[],
    takenAt?: Date,
  ): Promise<LiveAnswer>;
}

/** The whole server on a data directory, with feeds of the test's own. */
export interface Live {
  readonly server: RunningServer;
  readonly dataDir: string;
  readonly feeds: string;
  readonly token: string;
  call(method: string, path: string, options?: { token?: string; body?: unknown }): Promise<LiveAnswer>;
  host(name: string): Promise<LiveHost>;
  /** Writes feeds, has them synchronized and waits until all work that follows is done. */
  publish(records: Readonly<Record<string, readonly OsvRecord[]>>): Promise<void>;
  findings(filter?: string): Promise<LiveAnswer["body"][]>;
  /** A client of the database in the role. */
  sql(role: "zerotrace" | "zerotrace_app" | "zerotrace_service"): Promise<Client>;
  stop(): Promise<void>;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Sources in full with their digests. */
export const full = (sources: Readonly<Record<string, readonly Component[]>>): object[] =>
  Object.entries(sources).map(([source, components]) => ({
    kind: "full",
    source,
    digest: digestOf(components),
    components: toColumns(components),
    problems: [],
  }));

const isList = (value: object): value is readonly object[] => Array.isArray(value);

export const configOf = (dataDir: string, feeds: string, more: object = {}) =>
  loadConfig({ flags: { dataDir, port: 0, feeds: [feeds], ...more }, env: {} }).config;

/** Starts the server as `zerotrace start` does; every answer is checked against its route. */
export const startLive = async (
  records: Readonly<Record<string, readonly OsvRecord[]>> | null,
  given: { dataDir?: string; feeds?: string; config?: object } = {},
): Promise<Live> => {
  const dataDir = given.dataDir ?? (await freshDir());
  const feeds = given.feeds ?? join(dataDir, "test-feeds");
  if (records !== null) await writeFeeds(feeds, records);
  const server = await startServer({
    config: configOf(dataDir, feeds, given.config),
    onProgress: () => undefined,
    checkAnswers: true,
  });
  const token = await server.createCliToken();
  let hosts = 0;

  const call: Live["call"] = async (method, path, options = {}) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${options.token ?? token}`,
        ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    return { status: answer.status, body: parse(await answer.text()) };
  };

  const host: Live["host"] = async (name) => {
    hosts += 1;
    const facts = { ...FACTS, hostname: name, machineId: `${process.pid}-${hosts}-${name}`.padEnd(16, "0") };
    const enrolled = await call("POST", "/api/v1/agents/enroll", {
      body: { token: await server.createEnrollmentToken(name), agentVersion: "1", facts },
    });
    if (enrolled.status !== 201) throw new Error(`enroll: ${JSON.stringify(enrolled.body)}`);
    const { assetId, credential } = enrolled.body;
    return {
      assetId,
      credential,
      report: (sources, takenAt = new Date()) =>
        call("PUT", "/api/v1/inventory", {
          token: credential,
          body: {
            takenAt: takenAt.toISOString(),
            facts,
            sources: isList(sources) ? sources : full(sources),
          },
        }),
    };
  };

  return {
    server,
    dataDir,
    feeds,
    token,
    call,
    host,
    publish: async (next) => {
      await writeFeeds(feeds, next);
      const { status } = await call("POST", "/api/v1/feeds/sync");
      if (status !== 202) throw new Error(`sync: ${status}`);
      await server.settled();
    },
    findings: async (filter = "status=open") => (await call("GET", `/api/v1/findings?limit=200&${filter}`)).body.rows,
    sql: (role) => connectAs(dataDir, role),
    stop: async () => {
      await server.stop();
      if (given.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Asks until the answer is as wanted; throws after five seconds, or as long as is said. */
export const eventually = async (
  holds: () => Promise<boolean> | boolean,
  what: string,
  patienceMs = 5_000,
): Promise<void> => {
  const endAt = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > endAt) throw new Error(`never: ${what}`);
    await sleep(25);
  }
};
