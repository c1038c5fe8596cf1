import { mkdtemp } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { expect, test } from "vitest";
import { archiveOf } from "../fixtures.ts";
import { openScanIndex, type ScanIndexOptions } from "./scan-index.ts";

const record = (id: string, ecosystem: string, name: string, modified: string) => ({
  [`${id}.json`]: {
    schema_version: "1.7.0",
    id,
    modified,
    affected: [{ package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }] }],
  },
});
const ARCHIVES: Readonly<Record<string, Buffer>> = {
  npm: archiveOf(record("A-1", "npm", "ws", "2026-01-02T00:00:00Z")),
  Go: archiveOf(record("A-2", "Go", "example.org/x", "2026-01-03T00:00:00Z")),
  Debian: archiveOf(record("A-3", "Debian:12", "bash", "2026-01-04T00:00:00Z")),
};

test("only the ecosystems of what was found are read, each once; what is read grows, and offline says what is not covered", async () => {
  const asked: string[] = [];
  let isThere = true;
  const answer: RequestListener = ({ url = "", headers }, response) => {
    const [, ecosystem = "", file = ""] = url.split("/");
    const archive = file === "all.zip" ? ARCHIVES[ecosystem] : undefined;
    if (!isThere) response.writeHead(503).end();
    else if (url === "/ecosystems.txt") response.end("npm\nGo\nDebian\nDebian:12\n");
    else if (archive === undefined) response.writeHead(404).end();
    else if (headers["if-none-match"] === ecosystem) response.writeHead(304).end();
    else {
      asked.push(ecosystem);
      response.writeHead(200, { etag: ecosystem, "last-modified": "Mon, 05 Jan 2026 00:00:00 GMT" }).end(archive);
    }
  };
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), "zerotrace-parts-"));
  const warnings: string[] = [];
  const open = (ecosystems: readonly string[], more: Partial<ScanIndexOptions> = {}) =>
    openScanIndex({
      dataDir: folder,
      feeds: [],
      // A system without a package mirror: nothing stands in for the source.
      osReleasePath: join(folder, "absent"),
      publicSources: { osv: url, kev: `${url}/kev.json`, epss: `${url}/epss.csv.gz` },
      ecosystems,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      warn: (text) => void warnings.push(text),
      ...more,
    });
  const partsOf = (index: Awaited<ReturnType<typeof open>>) =>
    index.meta.sources[0]?.parts?.map(({ ecosystem, dataAt }) => `${ecosystem} ${dataAt?.slice(0, 10) ?? "nothing"}`);
  try {
    const first = await open(["npm", "CocoaPods"]);
    expect(partsOf(first)).toEqual(["npm 2026-01-05"]);
    expect(first.match("npm", "ws", "1.0.0").verdict).toBe("affected");
    expect(first.match("Go", "example.org/x", "1.0.0")).toMatchObject({ verdict: "unknown", reason: "no_feed" });
    expect(asked).toEqual(["npm"]);
    // Another project: what it needs is added, what is at hand is not fetched again.
    const second = await open(["Debian:12", "PyPI"]);
    expect(partsOf(second)).toEqual(["Debian 2026-01-05", "PyPI nothing", "npm 2026-01-05"]);
    expect(second.match("npm", "ws", "1.0.0").verdict).toBe("affected");
    expect(second.match("Debian:12", "bash", "1.0.0").verdict).toBe("affected");
    expect(asked).toEqual(["npm", "Debian"]);
    // A part of what is at hand needs nothing.
    isThere = false;
    expect((await open(["npm"])).meta.builtAt).toBe(second.meta.builtAt);
    expect(warnings).toEqual([]);
    const offline = await open(["Go", "npm"], { isOffline: true });
    expect(offline.match("Go", "example.org/x", "1.0.0").reason).toBe("no_feed");
    expect(warnings.splice(0)).toEqual([
      "The data at hand does not cover Go: nothing is known of what is there; run once without --offline.",
    ]);
    // The source is away: the same is said, and what is at hand stays.
    expect((await open(["Go", "npm"])).match("npm", "ws", "1.0.0").verdict).toBe("affected");
    expect(warnings.at(-1)).toBe("The data at hand does not cover Go: nothing is known of what is there; try again.");
    // Nothing of what was found is in the source: that is no error.
    isThere = true;
    const none = await open(["CocoaPods"], { dataDir: await mkdtemp(join(tmpdir(), "zerotrace-parts-")) });
    expect(none.meta.recordCount).toBe(0);
    expect(asked).toEqual(["npm", "Debian"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}, 30_000);
