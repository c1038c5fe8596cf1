import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openIndex } from "@zerotrace/core";
import { expect, test } from "vitest";
import { compileFeeds } from "./compile.ts";
import { compileInWorker } from "./compile-worker.ts";
import { freshFolder, recordJson, withServer, zipOf } from "./fixtures.ts";
import { FEEDS } from "./index.ts";

function layout(id: string, modified: string): string {
  const folder = freshFolder();
  mkdirSync(join(folder, "npm"));
  writeFileSync(join(folder, "npm", "all.zip"), zipOf([{ name: `${id}.json`, bytes: recordJson(id, modified) }]));
  return folder;
}

const optionsFor = (locations: string[], outDir = freshFolder()) => ({
  locations,
  cacheDir: freshFolder(),
  outDir,
  recordsFile: true,
  signal: new AbortController().signal,
  onProgress: () => undefined,
});

test("the registry is the folder", () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(FEEDS.map((feed) => feed.descriptor.id)).toEqual(folders.map((entry) => entry.name).sort());
});

test("of two records with one id the newer counts, once, whichever comes first", async () => {
  const older = layout("A", "2025-01-01T00:00:00Z");
  const newer = layout("A", "2026-01-01T00:00:00Z");
  for (const locations of [
    [older, newer],
    [newer, older],
  ]) {
    const compiled = await compileFeeds(optionsFor(locations));
    expect(compiled.meta.recordCount).toBe(1);
    const copy = readFileSync(compiled.recordsPath as string).toString("latin1");
    expect(copy.match(/"modified":"2026/g)).toHaveLength(1);
    expect(copy).not.toContain('"modified":"2025');
  }
});

test("the records file is PostgreSQL's binary COPY with header, one row and trailer", async () => {
  const { recordsPath } = await compileFeeds(optionsFor([layout("A", "2000-01-01T00:00:01Z")]));
  const bytes = readFileSync(recordsPath as string);
  expect(bytes.subarray(0, 11).toString("latin1")).toBe("PGCOPY\n\xff\r\n\0");
  expect(bytes.subarray(11, 19)).toEqual(Buffer.alloc(8));
  expect(bytes.readInt16BE(19)).toBe(5);
  expect(bytes.subarray(25, 26).toString()).toBe("A");
  expect(bytes.readBigInt64BE(26 + 4 + 3 + 4)).toBe(1_000_000n);
  expect(bytes.subarray(-2)).toEqual(Buffer.from([0xff, 0xff]));
});

test("a source that fails leaves the earlier files as they were", async () => {
  const outDir = freshFolder();
  const good = layout("A", "2026-01-01T00:00:00Z");
  await compileFeeds(optionsFor([good], outDir));
  const before = readFileSync(join(outDir, "index.ztx"));
  const broken = layout("B", "2026-01-01T00:00:00Z");
  writeFileSync(join(broken, "npm", "all.zip"), "not a zip");
  await expect(compileFeeds(optionsFor([good, broken], outDir))).rejects.toMatchObject({ code: "BAD_FEED" });
  expect(readFileSync(join(outDir, "index.ztx"))).toEqual(before);
  expect(readdirSync(outDir).sort()).toEqual(["index.ztx", "records.copy"]);
});

test("a location with nothing of use is named with the mend", async () => {
  const empty = compileFeeds(optionsFor([freshFolder()]));
  await expect(empty).rejects.toMatchObject({ code: "FEEDS_UNAVAILABLE", field: "feeds" });
});

test("without any source that answers the error says what to do", async () => {
  const osReleasePath = join(freshFolder(), "os-release");
  writeFileSync(osReleasePath, "ID=fedora\n");
  const nowhere = "http://127.0.0.1:9";
  const publicSources = { osv: nowhere, kev: `${nowhere}/k.json`, epss: `${nowhere}/e.csv.gz` };
  const attempt = compileFeeds({ ...optionsFor([]), osReleasePath, publicSources });
  await expect(attempt).rejects.toThrow(/--feeds/);
});

test("of the public sources only the ecosystems that are asked for are read", async () => {
  const asked: string[] = [];
  const archive = zipOf([{ name: "a.json", bytes: recordJson("GHSA-aaaa-bbbb-cccc") }]);
  await withServer(
    (request, response) => {
      asked.push(request.url ?? "");
      if (request.url === "/ecosystems.txt") response.end("npm\nPyPI\nDebian\n");
      else if (request.url === "/npm/all.zip") response.end(archive);
      else response.writeHead(404).end();
    },
    async (url) => {
      const publicSources = { osv: url, kev: `${url}/k.json`, epss: `${url}/e.csv.gz` };
      const { meta } = await compileFeeds({ ...optionsFor([]), publicSources, ecosystems: ["npm", "CocoaPods"] });
      expect(meta.recordCount).toBe(1);
    },
  );
  expect(asked.filter((path) => path.endsWith(".zip"))).toEqual(["/npm/all.zip"]);
});

test("a process of its own gives the same result, passes errors on and stops on abort", async () => {
  const good = layout("A", "2026-01-01T00:00:00Z");
  const { indexPath, meta } = await compileInWorker(optionsFor([good]));
  expect(openIndex(readFileSync(indexPath)).meta).toEqual(meta);
  await expect(compileInWorker(optionsFor(["/does/not/exist"]))).rejects.toMatchObject({ code: "FEEDS_UNAVAILABLE" });
  const abort = new AbortController();
  const running = compileInWorker({ ...optionsFor([good]), signal: abort.signal });
  abort.abort();
  await expect(running).rejects.toThrow(/abort/i);
});

test("a location may name one feed, at its public address or at another", async () => {
  const folder = layout("A", "2026-01-01T00:00:00Z");
  const { meta } = await compileFeeds(optionsFor([`osv=${folder}`]));
  expect(meta.sources.map((source) => [source.feed, source.location])).toEqual([["osv", folder]]);
  await expect(compileFeeds(optionsFor([`kev=${folder}`]))).rejects.toMatchObject({
    code: "FEEDS_UNAVAILABLE",
    message: expect.stringContaining(folder),
  });
});
