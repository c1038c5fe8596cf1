import { startServer } from "../../packages/server/src/main.ts";
import { loadConfig } from "../../packages/server/src/platform/config/index.ts";

// The server as `zerotrace start` composes it, in a process of its own that can be killed. It ends with its standard input.
const [dataDir, feeds, port] = process.argv.slice(2) as [string, string, string];
const { config } = loadConfig({
  // agents are told apart by the address that the proxy names, so that 200 of them may enroll at once
  flags: { dataDir, feeds: [feeds], port, trustedProxy: "127.0.0.1", feedSyncHours: 24 },
  env: {},
});
const server = await startServer({ config, onProgress: () => undefined });
process.stdout.write(`${JSON.stringify({ url: server.url, token: await server.createCliToken() })}\n`);
process.stdin.on("end", () => void server.stop().then(() => process.exit(0))).resume();
