import { type ChildProcess, fork } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Connections,
  connectionsOf,
  type Database,
  openDatabase,
} from "../packages/server/src/platform/db/index.ts";
import { insertCredential, newToken } from "../packages/server/src/platform/auth/index.ts";
import { PORT, SUPERUSER } from "../packages/server/src/platform/db/embedded-cluster.ts";
import { choosePlace } from "../packages/server/src/platform/db/embedded-place.ts";
import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import type { FromServer } from "./ingest/server.ts";
import { writeFeed } from "./ingest/feed.ts";

/** The next message of a kind from a child process. Rejects when it ends. */
export const messageFrom = <T>(child: ChildProcess, kind: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`));
    const listen = (message: unknown): void => {
      if ((message as { kind: string }).kind !== kind) return;
      child.off("message", listen);
      child.off("exit", end);
      resolve(message as T);
    };
    child.on("message", listen);
    child.once("exit", end);
  });

/** A whole server in a process of its own, on its own data. */
export interface BenchServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly companyId: number;
  readonly token: string;
  readonly db: Database;
  readonly connections: Connections;
  /** Waits until no job waits or runs; answers how long that took in seconds. */
  settle(): Promise<number>;
  /** What the process holds after a collection, in MB. */
  weigh(): Promise<{ heapMb: number; totalMb: number; rssMb: number }>;
  stop(): Promise<void>;
}

/** Starts it with the bench's feed, or with `feeds`. */
export const startBenchServer = async (given: readonly string[] = []): Promise<BenchServer> => {
  const dataDir = await mkdtemp(join(tmpdir(), "zt-bench-"));
  await chmod(dataDir, 0o755); // as root, PostgreSQL runs as nobody and must be able to enter
  if (given.length === 0) writeFeed(join(dataDir, "bench-feed"));
  const feeds = given.length > 0 ? given : [join(dataDir, "bench-feed")];
  const child = fork(new URL("./ingest/server.ts", import.meta.url).pathname, [join(dataDir, "data"), ...feeds], {
    env: { ...process.env, MALLOC_ARENA_MAX: "2" }, // as `zerotrace start` sets it
  });
  const { url, companyId, token } = await messageFrom<FromServer & { kind: "listening" }>(child, "listening");
  const place = await choosePlace(join(dataDir, "data"), () => undefined);
  const connections = connectionsOf({
    connection: { host: place.socketDirectory, port: PORT, superuser: SUPERUSER, database: "zerotrace" },
  });
  const db = openDatabase({ ...connections, onError: () => undefined });
  return {
    child,
    url,
    companyId,
    token,
    db,
    connections,
    settle: async () => {
      const settled = messageFrom<FromServer & { ms: number }>(child, "settled");
      child.send("settle");
      return (await settled).ms / 1000;
    },
    weigh: () => {
      const weighed = messageFrom<FromServer & { kind: "memory" }>(child, "memory");
      child.send("weigh");
      return weighed;
    },
    stop: async () => {
      await db.close();
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.send("stop");
      await gone;
      await rm(dataDir, { recursive: true, force: true });
      await rm(place.root, { recursive: true, force: true });
    },
  };
};

/** Makes companies, each with a token that may do what an owner may. */
export const makeCompanies = async (db: Database, count: number): Promise<{ companyId: number; token: string }[]> => {
  const rows = await db.asService((tx) =>
    tx.query<{ id: number }>(
      "insert into company (name) select 'bench ' || n from generate_series(1, $1::int) n returning id",
      [count],
    ),
  );
  const made = [];
  for (const { id: companyId } of rows) {
    const { secret, hash } = newToken("api", companyId);
    const row = { companyId, kind: "api", hash, subject: "token:bench", permissions: OWNER_PERMISSIONS } as const;
    await db.withCompany(companyId, (tx) => insertCredential(tx, row));
    made.push({ companyId, token: secret });
  }
  return made;
};
