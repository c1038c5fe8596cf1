import { loadConfig } from "../../packages/server/src/platform/config/index.ts";
import { startServer } from "../../packages/server/src/main.ts";

/** What the server's process says to the bench. */
export type FromServer =
  | { kind: "listening"; url: string; companyId: number; token: string }
  | { kind: "settled"; ms: number };

const [dataDir, ...feeds] = process.argv.slice(2);
const { config } = loadConfig({
  flags: { dataDir, port: 0, feeds, host: "127.0.0.1" },
  env: {},
});
const server = await startServer({ config, onProgress: () => undefined });
await server.settled();
const say = (message: FromServer): void => void process.send?.(message);
say({ kind: "listening", url: server.url, companyId: server.companyId, token: await server.createCliToken() });
process.on("message", (message) => {
  const startedAt = performance.now();
  if (message === "settle")
    void server.settled().then(() => say({ kind: "settled", ms: performance.now() - startedAt }));
  else void server.stop().then(() => process.exit(0));
});
