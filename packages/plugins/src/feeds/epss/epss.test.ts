import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { contextOf, recordingSink, withServer } from "../fixtures.ts";
import { epssFeed } from "./index.ts";

const csv =
  "#model_version:v1,score_date:2026-01-02T00:00:00Z\ncve,epss,percentile\nCVE-2024-1234,0.5,0.9\nCVE-2024-1,2,x\n";

test("scores are read from gzip and from plain text alike; lines that cannot be used are counted", async () => {
  for (const body of [gzipSync(csv), Buffer.from(csv)]) {
    const kept = recordingSink();
    const report = await withServer(
      (_, response) => void response.end(body),
      (url) => epssFeed.read(contextOf(), url, kept.sink),
    );
    expect(kept.epss).toEqual([["CVE-2024-1234", 0.5, 0.9]]);
    expect(report).toMatchObject({ recordCount: 1, badCount: 1, dataAt: "2026-01-02T00:00:00.000Z" });
  }
});

test("a truncated file and endless lines are refused", async () => {
  const packed = gzipSync(csv.repeat(100));
  for (const body of [packed.subarray(0, packed.length - 20), gzipSync("x".repeat(100_000))]) {
    await withServer(
      (_, response) => void response.end(body),
      async (url) => {
        const reading = epssFeed.read(contextOf(), url, recordingSink().sink);
        await expect(reading).rejects.toMatchObject({ code: "BAD_FEED" });
      },
    );
  }
});
