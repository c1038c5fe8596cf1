import { createIndexBuilder, openIndex } from "@zerotrace/core";
import { expect, test } from "vitest";
import { parseOsRelease } from "../../extractors/os-release.ts";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import { debianTrackerFeed } from "./index.ts";
import { recorded } from "./recorded.ts";

async function readRecorded() {
  const kept = recordingSink();
  const context = { ...contextOf(), isShared: false, cacheDir: freshFolder() };
  const report = await withSource(recorded, NO_FAULT, (url) =>
    debianTrackerFeed.read(context, recorded.location(url), kept.sink),
  );
  return { ...kept, report };
}

test("fixed, open, undetermined and no-dsa keep their meaning; 0 affects nothing; sid stands in for what testing lacks", async () => {
  const { records, report } = await readRecorded();
  const rows = records.map(({ id, upstream, summary, severity, affected }) => [
    [id, ...upstream, summary, severity.label],
    affected.map((one) => [one.ecosystem, one.name, one.ranges[0]?.fixed, one.urgency]),
  ]);
  expect(rows).toEqual([
    [
      ["DEBIAN-CVE-2026-0001", "CVE-2026-0001", 'A flaw in "OpenSSL", with } and { in it.', "high"],
      [
        ["Debian:12", "only-in-sid", null, "no-dsa"],
        ["Debian:14", "only-in-sid", "2:4.5-1", "high"],
        ["Debian:12", "openssl", "3.0.15-1~deb12u1", ""],
        ["Debian:14", "openssl", "3.5.1-1", ""],
      ],
    ],
    [
      ["DEBIAN-CVE-2026-0002", "CVE-2026-0002", "", "low"],
      [
        ["Debian:12", "openssl", null, "low, no-dsa postponed"],
        ["Debian:13", "openssl", null, "unimportant"],
        ["Debian:14", "openssl", null, "undetermined"],
      ],
    ],
    [["DEBIAN-TEMP-0000000-0CA7E3", "not yet named", ""], [["Debian:14", "openssl", null, ""]]],
  ]);
  expect(report).toMatchObject({ covers: ["Debian:12", "Debian:13", "Debian:14"], dataAt: "2026-02-03T03:00:00.000Z" });
  expect(report?.notCovered.join("\n")).toContain("not-a-release");
});

test("packages of a host are judged by their source and release", async () => {
  const { records, report } = await readRecorded();
  const builder = createIndexBuilder();
  for (const record of records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-02-03T00:00:00Z", sources: report ? [report] : [] }));
  const judged = (release: string, version: string) =>
    index.match(parseOsRelease(release).ecosystem, "openssl", version).hits.map((hit) => hit.recordId);
  expect(judged("ID=debian\nVERSION_ID=12", "3.0.14-1~deb12u2")).toEqual([
    "DEBIAN-CVE-2026-0001",
    "DEBIAN-CVE-2026-0002",
  ]);
  expect(judged("ID=debian\nVERSION_ID=12", "3.0.15-1~deb12u1")).toEqual(["DEBIAN-CVE-2026-0002"]);
  const sid = 'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\nVERSION_CODENAME=forky';
  expect(judged(sid, "3.5.1-1")).toEqual(["DEBIAN-CVE-2026-0002", "DEBIAN-TEMP-0000000-0CA7E3"]);
});
