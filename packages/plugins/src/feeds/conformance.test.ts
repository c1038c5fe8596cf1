import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { compileFeeds } from "./compile.ts";
import { DOWNLOAD_LIMITS } from "./download.ts";
import type { FeedContext } from "./feed.ts";
import { contextOf, freshFolder, recordingSink } from "./fixtures.ts";
import {
  always,
  bitFlipped,
  BUSY_ONCE,
  CUT_ONCE,
  DOWN_TWICE,
  DRIP,
  NO_FAULT,
  stuckAt,
  withSource,
} from "./recorded-server.ts";
import type { Recorded } from "./recorded.ts";
import { FEEDS } from "./registry.ts";

/** Reads its host's own package mirror, which no recording stands for. */
const WITHOUT_RECORDING: ReadonlySet<string> = new Set(["debian-archive"]);
const LIMITS = {
  ...DOWNLOAD_LIMITS,
  answerTimeoutMs: 2000,
  windowMs: 1000,
  minBytesPerWindow: 1,
  retryDelayMs: 1,
  retryAfterMaxMs: 20,
};
const IMPATIENT = { ...LIMITS, windowMs: 60, minBytesPerWindow: 1000, attempts: 2 };
const HOSTILE_BYTES = 50 * 1024 * 1024;
const HOSTILE_RSS_BYTES = 700 * 1024 * 1024;
const HOSTILE_MS = 20_000;

const BRACKETS = Buffer.alloc(HOSTILE_BYTES, "[");
const HOSTILE_BODIES = [BRACKETS, gzipSync(BRACKETS, { level: 1 })];

const isRecorded = (value: unknown): value is Recorded =>
  typeof value === "object" && value !== null && "answer" in value && "expected" in value;

/** The recording of a feed: the one export of its `recorded.ts` that is one. */
async function recordingOf(id: string): Promise<Recorded | null> {
  const folder = join(import.meta.dirname, id);
  if (!readdirSync(folder).includes("recorded.ts")) return null;
  const module = (await import(join(folder, "recorded.ts"))) as Record<string, unknown>;
  return Object.values(module).find(isRecorded) ?? null;
}

const SOURCES = await Promise.all(
  FEEDS.filter((feed) => !WITHOUT_RECORDING.has(feed.descriptor.id)).map(async (feed) => ({
    id: feed.descriptor.id,
    recorded: await recordingOf(feed.descriptor.id),
  })),
);
const RECORDED = SOURCES.flatMap(({ id, recorded }) => (recorded ? [{ id, recorded }] : []));

const ownContext = (signal?: AbortSignal): FeedContext => ({ ...contextOf(signal), isShared: false });

/** One reading, in the shape of `Recorded.expected`. */
async function read(recorded: Recorded, url: string, context = ownContext(), limits = LIMITS) {
  const kept = recordingSink();
  const report = await recorded.feed(limits).read(context, recorded.location(url), kept.sink);
  const cves = [...kept.cves.map((entry) => entry.id), ...kept.kev.map(([id]) => id), ...kept.epss.map(([id]) => id)];
  return {
    records: kept.records.map((record) => record.id).sort(),
    cves: [...new Set(cves)].sort(),
    names: [...kept.cweNames.map(([id]) => id), ...kept.lifeCycles.map((one) => one.product)].sort(),
    badCount: report?.badCount,
  };
}

const expectedOf = ({ expected }: Recorded) => ({ ...expected, names: expected.names ?? [] });

test("every feed but the host's own mirror has a recording of its source", () => {
  expect(SOURCES.filter(({ recorded }) => recorded === null).map(({ id }) => id)).toEqual([]);
});

test.for(RECORDED)("$id: a whole reading gives what the source says, twice the same", async ({ recorded }) => {
  await withSource(recorded, NO_FAULT, async (url) => {
    expect(await read(recorded, url)).toEqual(expectedOf(recorded));
    expect(await read(recorded, url)).toEqual(expectedOf(recorded));
  });
});

test.for(RECORDED)("$id: a source that has not changed is not downloaded again", async ({ recorded }) => {
  await withSource(recorded, NO_FAULT, async (url, traffic) => {
    const context = ownContext();
    await read(recorded, url, context);
    const before = traffic.bodyBytes;
    expect(before).toBeGreaterThan(0);
    expect(await read(recorded, url, context)).toEqual(expectedOf(recorded));
    expect(traffic.bodyBytes - before).toBe(0);
  });
});

test.for(RECORDED)("$id: 429 with Retry-After, 503 twice and a cut body are got over", async ({ recorded }) => {
  for (const fault of [BUSY_ONCE, DOWN_TWICE, CUT_ONCE]) {
    await withSource(recorded, fault, async (url) => {
      expect(await read(recorded, url)).toEqual(expectedOf(recorded));
    });
  }
});

test.for(RECORDED)("$id: a drip below the limit is given up", async ({ recorded }) => {
  await withSource(recorded, DRIP, async (url) => {
    await expect(read(recorded, url, ownContext(), IMPATIENT)).rejects.toMatchObject({ code: "FEEDS_UNAVAILABLE" });
  });
});

test.for(RECORDED)("$id: garbage is refused and the index stays as it was", async ({ id, recorded }) => {
  // the same bytes in every run, none of them text
  const garbage = Buffer.from(Array.from({ length: 5000 }, (_, i) => ((i * i * 31 + i * 7 + 13) & 0x7f) | 0x80));
  await withSource(recorded, always(garbage), async (url) => {
    await expect(read(recorded, url)).rejects.toMatchObject({ code: "BAD_FEED" });
    const outDir = freshFolder();
    writeFileSync(join(outDir, "index.ztx"), "in force");
    const compiled = compileFeeds({
      locations: [`${id}=${recorded.location(url)}`],
      cacheDir: freshFolder(),
      outDir,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await expect(compiled).rejects.toMatchObject({ code: "BAD_FEED" });
    expect(readdirSync(outDir)).toEqual(["index.ztx"]);
    expect(readFileSync(join(outDir, "index.ztx"), "utf8")).toBe("in force");
  });
});

const CHECKED = RECORDED.flatMap(({ id, recorded: { checkedPath }, recorded }) =>
  checkedPath === undefined ? [] : [{ id, recorded, checkedPath }],
);

test.for(CHECKED)("$id: bytes with another checksum than the published one are refused", async (source) => {
  const { recorded, checkedPath } = source;
  await withSource(recorded, bitFlipped(checkedPath), async (url) => {
    await expect(read(recorded, url)).rejects.toMatchObject({ code: "BAD_FEED" });
  });
});

test.for(RECORDED)("$id: ended in the middle, a further reading gives all", async ({ recorded }) => {
  const count = await withSource(recorded, NO_FAULT, async (url, traffic) => {
    await read(recorded, url);
    return traffic.asked.length;
  });
  for (const order of new Set([1, Math.ceil(count / 2), count])) {
    const abort = new AbortController();
    const context = ownContext(abort.signal);
    const fault = stuckAt(order, () => setImmediate(() => abort.abort(new Error("ended"))));
    await withSource(recorded, fault, async (url) => {
      await expect(read(recorded, url, context)).rejects.toThrow();
    });
    await withSource(recorded, NO_FAULT, async (url) => {
      const again = { ...context, signal: new AbortController().signal };
      expect(await read(recorded, url, again)).toEqual(expectedOf(recorded));
    });
  }
});

test.for(RECORDED)("$id: 50 MB of open brackets cost bounded time and memory", { timeout: 60_000 }, async (source) => {
  const before = process.resourceUsage().maxRSS * 1024;
  const startedAt = performance.now();
  for (const body of HOSTILE_BODIES) {
    await withSource(source.recorded, always(body), async (url) => {
      await expect(read(source.recorded, url)).rejects.toMatchObject({ code: "BAD_FEED" });
    });
  }
  expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(HOSTILE_RSS_BYTES);
  expect(performance.now() - startedAt).toBeLessThan(HOSTILE_MS);
});

test.for(RECORDED)("$id: a shared place without it is nothing of this feed", async ({ recorded }) => {
  const { sink } = recordingSink();
  const shared = { ...contextOf(), isShared: true };
  const folder = freshFolder();
  mkdirSync(join(folder, "another"));
  expect(await recorded.feed(LIMITS).read(shared, folder, sink)).toBeNull();
  await withSource({ answer: () => null }, NO_FAULT, async (url) => {
    expect(await recorded.feed(LIMITS).read(shared, url, sink)).toBeNull();
  });
});
