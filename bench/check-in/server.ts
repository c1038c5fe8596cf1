import Fastify from "fastify";
import { join } from "node:path";
import { agentRoutes } from "../../packages/server/src/features/agents/index.ts";
import { writeAudit } from "../../packages/server/src/features/audit/index.ts";
import { createFleet, watchDevices } from "../../packages/server/src/fleet.ts";
import { createAuthenticator } from "../../packages/server/src/platform/auth/index.ts";
import { type Connections, openDatabase } from "../../packages/server/src/platform/db/index.ts";
import { createHttp, createRateLimits } from "../../packages/server/src/platform/http/index.ts";
import { createLog } from "../../packages/server/src/platform/log/index.ts";
import { createMetrics } from "../../packages/server/src/platform/metrics/index.ts";

/** Where the two servers of the process listen. */
export interface FromServer {
  readonly url: string;
  readonly empty: string;
}
/** What the process used so far. */
export interface Reading {
  /** User and system, all threads, in microseconds. */
  readonly cpuUs: number;
}

const HEARTBEAT_SECONDS = 30;
const [given = "", folder = ""] = process.argv.slice(2);
const connections = JSON.parse(given) as Connections;
const log = createLog({ level: "info", version: "bench", to: { file: join(folder, "server.log") } });
const db = openDatabase({ ...connections, onError: () => undefined });
const auth = createAuthenticator({ db });
const presence = createFleet({ heartbeatSeconds: HEARTBEAT_SECONDS }, { db, log });
const watch = watchDevices({ auth, log, connections });
// the load comes from one address and far faster than agents do
const plenty = { burst: 1e9, perSecond: 1e9 };
const rates = createRateLimits({
  ofCompany: () => plenty,
  now: (() => {
    let at = 0;
    return () => (at += 10_000);
  })(),
});
const http = await createHttp({
  db,
  auth,
  audit: writeAudit,
  log,
  rates,
  metrics: createMetrics({ version: "bench", process: false }),
  endpoints: agentRoutes({
    heartbeatSeconds: HEARTBEAT_SECONDS,
    inventorySeconds: 3600,
    presence,
    forget: (id) => auth.forget(id),
  }),
});
const url = await http.listen({ host: "127.0.0.1", port: 0 });

const bare = Fastify({ logger: false });
bare.post("/api/v1/agents/heartbeat", async () => ({}));
const empty = await bare.listen({ host: "127.0.0.1", port: 0 });

const said = (message: FromServer | { reading: Reading }): void => void process.send?.(message);
process.on("message", (message) => {
  if (message === "read") {
    const { user, system } = process.cpuUsage();
    said({ reading: { cpuUs: user + system } });
    return;
  }
  void (async () => {
    await Promise.all([bare.close(), http.close(), presence.stop(), watch.stop()]);
    await db.close();
    process.exit(0);
  })();
});
said({ url, empty });
