import { createIndexBuilder, openIndex } from "@zerotrace/core";
import { expect, test } from "vitest";
import { parseOsRelease } from "../../extractors/os-release.ts";
import { contextOf, recordingSink } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import { chainguardSecdbFeed } from "./index.ts";
import { recorded } from "./recorded.ts";

test("packages of such a host are judged; the age is that of the file; the version 0 affects nothing", async () => {
  const kept = recordingSink();
  const report = await withSource(recorded, NO_FAULT, (url) =>
    chainguardSecdbFeed.read({ ...contextOf(), isShared: false }, recorded.location(url), kept.sink),
  );
  expect(report).toMatchObject({ covers: ["Chainguard"], recordCount: 3, dataAt: "2026-02-03T01:02:03.000Z" });
  const builder = createIndexBuilder();
  for (const record of kept.records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-02-03T04:00:00Z", sources: report ? [report] : [] }));
  const { ecosystem } = parseOsRelease("ID=chainguard\nVERSION_ID=20230201");
  const verdict = index.match(ecosystem, "binutils", "2.39-r1");
  expect(verdict.hits.map((hit) => [hit.recordId, hit.fixedIn])).toEqual([
    ["CHAINGUARD-CVE-2026-0002", "2.39-r2"],
    ["CHAINGUARD-GHSA-abcd-2345-wxyz", "2.39-r2"],
  ]);
  expect(index.match(ecosystem, "binutils", "2.39-r2").verdict).toBe("not_affected");
  expect(index.match(ecosystem, "curl", "8.0.0-r0").verdict).toBe("not_affected");
});
