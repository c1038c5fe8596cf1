// A program that uses the built SDK, run by a Node that knows no TypeScript: node sdk-user.mjs URL TOKEN
import { WebSocket } from "ws";
import { ApiError, createSdk } from "../../packages/sdk/dist/sdk/src/index.js";

const [, , baseUrl, token] = process.argv;
const sdk = createSdk({ baseUrl, token });
const told = { node: process.version, rows: false, progressed: false, status: 0, code: "", streamed: false };

for await (const row of sdk.audit.listAudit.all({ query: { limit: 5 } })) {
  told.rows = typeof row.action === "string";
  break;
}

const events = [];
let isLive;
const live = new Promise((resolve) => {
  isLive = resolve;
});
const stream = sdk.stream({
  channels: ["upload_update"],
  onEvent: (event) => events.push(event),
  onState: (state) => state === "live" && isLive(),
  WebSocket,
});
await live;

const sbom = JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", components: [] });
let sent = 0;
const upload = await sdk.uploads.addSbom(
  { query: { kind: "repository", name: "sdk-user" }, body: new Blob([sbom]) },
  { onProgress: ({ sentBytes }) => (sent = sentBytes) },
);
told.progressed = sent === sbom.length;

for (let tries = 0; tries < 100 && !events.some(({ ids }) => ids.includes(upload.id)); tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
told.streamed = events.some(({ ids }) => ids.includes(upload.id));
stream.close();

try {
  await sdk.findings.getFinding({ params: { id: "00000000-0000-4000-8000-000000000000" } });
} catch (error) {
  if (error instanceof ApiError) Object.assign(told, { status: error.status, code: error.code });
}
process.stdout.write(JSON.stringify(told));
