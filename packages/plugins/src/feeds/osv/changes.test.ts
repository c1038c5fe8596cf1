import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DOWNLOAD_LIMITS } from "../download.ts";
import { contextOf, recordingSink, recordJson, zipOf } from "../fixtures.ts";
import { NO_FAULT, stuckAt, withSource } from "../recorded-server.ts";
import type { Fault, Traffic } from "../recorded-server.ts";
import type { RecordedRequest } from "../recorded.ts";
import { createOsvFeed } from "./index.ts";
import { CHANGES_MAX } from "./modified-ids.ts";

interface Bucket {
  zip: readonly string[];
  /** Time by id, newest first. */
  list: readonly (readonly [string, string])[];
  records: Readonly<Record<string, string>>;
}

const LIMITS = { ...DOWNLOAD_LIMITS, retryDelayMs: 1 };
const DAY = (day: number) => `2026-01-${String(day).padStart(2, "0")}T00:00:00Z`;

const answerOf = (bucket: Bucket, { path }: RecordedRequest): { body: string | Buffer } | null => {
  if (path === "/ecosystems.txt") return { body: "npm\n" };
  if (path === "/npm/all.zip") {
    return { body: zipOf(bucket.zip.map((id) => ({ name: `${id}.json`, bytes: recordJson(id, DAY(1)) }))) };
  }
  if (path === "/npm/modified_id.csv") return { body: bucket.list.map(([id, at]) => `${at},${id}\n`).join("") };
  const modified = bucket.records[/^\/npm\/(.+)\.json$/.exec(path)?.[1] ?? ""];
  return modified === undefined ? null : { body: recordJson(path.slice(5, -5), modified) };
};

/** One source that changes under the feed's hands. */
async function withBucket(
  start: Bucket,
  use: (read: () => Promise<Record<string, string>>, bucket: Bucket, traffic: Traffic) => Promise<void>,
  fault: Fault = NO_FAULT,
): Promise<void> {
  const bucket = { ...start };
  const context = { ...contextOf(), isShared: false };
  await withSource({ answer: (request) => answerOf(bucket, request) }, fault, (url, traffic) =>
    use(
      async () => {
        const { sink, records } = recordingSink();
        await createOsvFeed({ download: LIMITS }).read(context, url, sink);
        return Object.fromEntries(records.map((one) => [one.id, one.modifiedAt.slice(0, 10)]));
      },
      bucket,
      traffic,
    ),
  );
}

const START: Bucket = {
  zip: ["A", "B", "C"],
  list: [
    ["A", DAY(3)],
    ["B", DAY(2)],
    ["C", DAY(1)],
  ],
  records: {},
};

const zipCount = (traffic: Traffic) => traffic.asked.filter((target) => target.endsWith("/all.zip")).length;

test("what changed since the archive is fetched alone: new, newer and removed records", async () => {
  await withBucket(START, async (read, bucket, traffic) => {
    expect(await read()).toEqual({ A: "2026-01-01", B: "2026-01-01", C: "2026-01-01" });
    bucket.list = [
      ["D", DAY(5)],
      ["B", DAY(4)],
      ["A", DAY(3)],
    ];
    bucket.records = { A: DAY(1), B: DAY(4), D: DAY(5) };
    expect(await read()).toEqual({ A: "2026-01-01", B: "2026-01-04", D: "2026-01-05" });
    // once more, over the overlay: what it held stays
    bucket.list = [["B", DAY(6)], ...bucket.list.filter(([id]) => id !== "B")];
    bucket.records = { B: DAY(6), D: DAY(5) };
    expect(await read()).toEqual({ A: "2026-01-01", B: "2026-01-06", D: "2026-01-05" });
    const before = traffic.bodyBytes;
    expect(await read()).toEqual({ A: "2026-01-01", B: "2026-01-06", D: "2026-01-05" });
    expect(traffic.bodyBytes).toBe(before);
    expect(zipCount(traffic)).toBe(1);
  });
});

test("too many changes, a list that lost most of its ids and no list at all bring the whole archive", async () => {
  await withBucket(START, async (read, bucket, traffic) => {
    await read();
    const many = Array.from({ length: CHANGES_MAX + 1 }, (_, i) => [`N-${i}`, DAY(5)] as const);
    bucket.list = [...many, ...START.list];
    bucket.zip = ["A"];
    expect(await read()).toEqual({ A: "2026-01-01" });
    expect(zipCount(traffic)).toBe(2);
    bucket.list = [["A", DAY(6)]];
    bucket.zip = ["A", "Z"];
    expect(await read()).toEqual({ A: "2026-01-01", Z: "2026-01-01" });
    bucket.list = [];
    bucket.zip = ["Y"];
    expect(await read()).toEqual({ Y: "2026-01-01" });
    expect(zipCount(traffic)).toBe(4);
  });
});

test("a record that is named and not there stays as it was; times that have not come yet do not count as newest", async () => {
  await withBucket(START, async (read, bucket) => {
    bucket.list = [["F", "2038-01-01T00:00:00Z"], ...START.list];
    await read();
    bucket.list = [
      ["F", "2038-01-01T00:00:00Z"],
      ["B", DAY(4)],
      ["C", DAY(4)],
      ["A", DAY(3)],
    ];
    bucket.records = { F: "2038-01-01T00:00:00Z", A: DAY(3), B: DAY(4) };
    expect(await read()).toEqual({ A: "2026-01-03", B: "2026-01-04", C: "2026-01-01", F: "2038-01-01" });
  });
});

test("changes that were ended in the middle are whole after the next reading", async () => {
  let isStuck = false;
  const abort = new AbortController();
  const stuck = stuckAt(1, () => setImmediate(() => abort.abort(new Error("ended"))));
  const fault: Fault = (asked, answer, response) =>
    isStuck && asked.path === "/npm/D.json" && stuck(asked, answer, response);
  const bucket = { ...START };
  const context = { ...contextOf(), isShared: false };
  await withSource({ answer: (request) => answerOf(bucket, request) }, fault, async (url) => {
    const feed = createOsvFeed({ download: LIMITS });
    await feed.read(context, url, recordingSink().sink);
    bucket.list = [["D", DAY(5)], ["B", DAY(4)], ...START.list.filter(([id]) => id !== "B")];
    bucket.records = { A: DAY(1), B: DAY(4), D: DAY(5) };
    isStuck = true;
    await expect(feed.read({ ...context, signal: abort.signal }, url, recordingSink().sink)).rejects.toThrow("ended");
    isStuck = false;
    const { sink, records } = recordingSink();
    await feed.read(context, url, sink);
    expect(records.map((one) => one.id).sort()).toEqual(["A", "B", "C", "D"]);
  });
});

test("a damaged copy of changes is refused, removed and made again", async () => {
  const bucket = { ...START, list: [["A", DAY(3)]] as Bucket["list"] };
  const context = { ...contextOf(), isShared: false };
  await withSource({ answer: (request) => answerOf(bucket, request) }, NO_FAULT, async (url) => {
    const feed = createOsvFeed({ download: LIMITS });
    await feed.read(context, url, recordingSink().sink);
    bucket.list = [["A", DAY(4)]];
    bucket.records = { A: DAY(4) };
    await feed.read(context, url, recordingSink().sink);
    const folder = join(context.cacheDir, encodeURIComponent(`${url}/`), "npm");
    writeFileSync(join(folder, "overlay.jsonl"), "no tab\n");
    await expect(feed.read(context, url, recordingSink().sink)).rejects.toMatchObject({ code: "BAD_FEED" });
    const { sink, records } = recordingSink();
    await feed.read(context, url, sink);
    expect(records.map((one) => one.id).sort()).toEqual(["A", "B", "C"]);
  });
});
