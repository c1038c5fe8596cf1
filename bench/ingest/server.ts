import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { loadConfig } from "../../packages/server/src/platform/config/index.ts";
import { startServer } from "../../packages/server/src/main.ts";

/** What the server's process says to the bench. */
export type FromServer =
  | { kind: "listening"; url: string; companyId: number; token: string }
  | { kind: "settled"; ms: number }
  | { kind: "link"; url: string }
  | { kind: "enrollment"; token: string }
  | { kind: "memory"; heapMb: number; totalMb: number; rssMb: number };

const [dataDir, ...feeds] = process.argv.slice(2);
const { config } = loadConfig({
  flags: { dataDir, port: 0, feeds, host: "127.0.0.1" },
  env: {},
});
const server = await startServer({ config, onProgress: () => undefined });
await server.settled();
const say = (message: FromServer): void => void process.send?.(message);
say({ kind: "listening", url: server.url, companyId: server.companyId, token: await server.createCliToken() });

/** What is held after a collection that gives back what it can, heap and process. */
const weigh = async (): Promise<void> => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: object) => void;
  for (let n = 0; n < 3; n += 1) {
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
    await sleep(500);
  }
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
  say({ kind: "memory", heapMb: (heapUsed + external) / 1e6, totalMb: heapTotal / 1e6, rssMb: rss / 1e6 });
};

process.on("message", (message) => {
  const startedAt = performance.now();
  if (message === "settle")
    void server.settled().then(() => say({ kind: "settled", ms: performance.now() - startedAt }));
  else if (message === "weigh") void weigh();
  else if (message === "link") void server.createSignInLink().then((url) => say({ kind: "link", url }));
  else if (message === "enroll")
    void server.createEnrollmentToken("bench").then((token) => say({ kind: "enrollment", token }));
  else void server.stop().then(() => process.exit(0));
});
