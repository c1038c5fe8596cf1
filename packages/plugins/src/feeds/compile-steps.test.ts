import type { RequestListener } from "node:http";
import { AppError, type SourceReport } from "@zerotrace/core";
import { expect, test } from "vitest";
import { readSteps } from "./compile-steps.ts";
import type { Feed, FeedContext, FeedSink } from "./feed.ts";
import { freshFolder, recordJson, recordingSink, withServer, zipOf } from "./fixtures.ts";
import { planFeeds, type PlanStep } from "./plan.ts";

const reportOf = (feed: string, covers: string[] = []): SourceReport => ({
  feed,
  location: feed,
  dataAt: null,
  readAt: "2026-01-01T00:00:00Z",
  recordCount: 1,
  badCount: 0,
  bad: [],
  covers,
  notCovered: [],
  origins: [],
});

const feedOf = (id: string, read: (context: FeedContext, sink: FeedSink) => Promise<SourceReport | null>): Feed => ({
  descriptor: { id, title: id, summary: id, source: id, version: "1" },
  publicLocation: id,
  read: (context, _, sink) => read(context, sink),
});

const step = (feed: Feed, isOptional: boolean): PlanStep => ({
  location: `https://example.org/${feed.descriptor.id}`,
  feeds: [feed],
  isShared: false,
  ...(isOptional && { isOptional }),
});

const advisories = feedOf("osv", async () => reportOf("osv", ["npm"]));
const good = feedOf("kev", async (_, sink) => {
  sink.kev("CVE-2026-0001", "2026-01-01");
  return reportOf("kev");
});

const readAll = (...steps: PlanStep[]) => {
  const kept = recordingSink();
  const options = {
    cacheDir: freshFolder(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    optionalWaitMs: 50,
  };
  const reading = readSteps(options, { steps, missing: [], mend: "mend" }, () => kept.sink);
  return reading.then((sources) => ({ sources, kept }));
};

test("what enriches and fails, finds nothing or never ends is missing, with the reason; nothing of it is used, the rest is", async () => {
  const torn = feedOf("exploits", async (_, sink) => {
    sink.kev("CVE-2026-0002", "2026-01-01");
    throw new AppError("BAD_FEED", "It is no list.");
  });
  const absent = feedOf("eol", async () => null);
  const endless = feedOf(
    "cwe",
    ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
  );
  const { sources, kept } = await readAll(
    step(advisories, false),
    step(torn, true),
    step(good, true),
    step(absent, true),
    step(endless, true),
  );
  expect(sources.map(({ feed, recordCount }) => [feed, recordCount])).toEqual([
    ["osv", 1],
    ["exploits", 0],
    ["kev", 1],
    ["eol", 0],
    ["cwe", 0],
  ]);
  expect(sources[1]?.notCovered).toEqual(["All of it: it could not be read (It is no list)."]);
  expect(sources[4]?.notCovered).toEqual(["All of it: it could not be read (it took too long)."]);
  expect(kept.kev).toEqual([["CVE-2026-0001", "2026-01-01"]]);
});

test("when the advisories cannot be read, that is the error, and nothing goes on", async () => {
  let isEnded = false;
  const started = Promise.withResolvers<void>();
  const slow = feedOf(
    "cwe",
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          isEnded = true;
          reject(signal.reason as Error);
        });
        started.resolve();
      }),
  );
  const broken = feedOf("osv", async () => {
    await started.promise;
    throw new AppError("BAD_FEED", "Torn.");
  });
  await expect(readAll(step(broken, false), step(slow, true))).rejects.toMatchObject({ code: "BAD_FEED" });
  expect(isEnded).toBe(true);
});

const CWE = JSON.stringify({ date: "2026-01-01", cwes: { "CWE-79": { name: "Cross-site Scripting" } } });

test("the public sources are OSV and all that enriches; of those that are away or slow the copy is used, else it is told", async () => {
  let state: "all there" | "away" | "slow" = "all there";
  const cacheDir = freshFolder();
  const listener: RequestListener = ({ url = "" }, response) => {
    if (url === "/osv/ecosystems.txt") response.end("npm\n");
    else if (url === "/osv/npm/all.zip")
      response.end(zipOf([{ name: "A.json", bytes: recordJson("A", "2026-01-01T00:00:00Z") }]));
    else if (url.startsWith("/osv/")) response.writeHead(404).end();
    else if (url !== "/cwe-names.json" || state === "away") response.writeHead(503).end();
    else if (state === "all there") response.writeHead(200, { etag: '"1"' }).end(CWE);
    else response.writeHead(200, { etag: '"2"' }).write("{");
  };
  await withServer(listener, async (url) => {
    const publicSources = {
      osv: `${url}/osv`,
      kev: `${url}/kev.json`,
      epss: `${url}/epss.csv.gz`,
      cwe: `${url}/cwe-names.json`,
      eol: `${url}/api/v1/products/full`,
      exploits: `${url}/files_exploits.csv`,
    };
    const { signal } = new AbortController();
    const read = async () => {
      const plan = await planFeeds({ locations: [], cacheDir, publicSources }, signal, new Date());
      const { sink, cweNames } = recordingSink();
      const options = { cacheDir, signal, onProgress: () => undefined, optionalWaitMs: 300 };
      const sources = await readSteps(options, plan, () => sink);
      expect(cweNames).toEqual([["CWE-79", "Cross-site Scripting"]]);
      const [, cwe, ...others] = sources;
      expect(others.map(({ feed, recordCount }) => [feed, recordCount])).toEqual(
        ["kev", "epss", "eol", "exploits"].map((feed) => [feed, 0]),
      );
      expect(others[0]?.notCovered[0]).toContain("it answered 503");
      return cwe?.notCovered ?? [];
    };
    expect(await read()).toEqual([]);
    state = "away";
    expect((await read())[0]).toContain("it answered 503); the last copy is used");
    state = "slow";
    expect((await read())[0]).toContain("it took too long); the last copy is used");
  });
});
