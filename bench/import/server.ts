import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { loadConfig } from "../../packages/server/src/platform/config/index.ts";

// As `zerotrace start` does, before anything else is loaded.
setFlagsFromString("--liftoff-only");
enableCompileCache(join(homedir(), ".cache", "zerotrace", "code"));
const { startServer } = await import("../../packages/server/src/main.ts");

const [dataDir, ...feeds] = process.argv.slice(2);
const { config } = loadConfig({ flags: { dataDir, port: 0, feeds, host: "127.0.0.1" }, env: {} });
const startedAt = performance.now();
let imported = Promise.withResolvers<void>();
const server = await startServer({
  config,
  onProgress: ({ step, state, message }) => {
    if (step !== "feeds" || state === "progress") return;
    if (state === "done") imported.resolve();
    else if (state === "failed") imported.reject(new Error(message));
  },
});
const token = await server.createCliToken();
const headers = { authorization: `Bearer ${token}` };

const say = async (since: number): Promise<void> => {
  await imported.promise;
  const seconds = (performance.now() - since) / 1000;
  const answer = await fetch(`${server.url}/api/v1/feeds`, { headers });
  const feedsInForce = (await answer.json()) as { sources: { recordCount: number }[] };
  const records = feedsInForce.sources.reduce((sum, source) => sum + source.recordCount, 0);
  process.send?.({ kind: "imported", seconds, records });
};

process.on("message", (message) => {
  if (message === "stop") {
    void server.stop().then(() => process.exit(0));
    return;
  }
  imported = Promise.withResolvers<void>();
  const since = performance.now();
  void fetch(`${server.url}/api/v1/feeds/sync`, { method: "POST", headers }).then(() => say(since));
});
await say(startedAt);
