import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCsafFeed } from "./csaf-feed.ts";
import { DOWNLOAD_LIMITS } from "./download.ts";
import { contextOf, recordingSink } from "./fixtures.ts";
import { NO_FAULT, withSource } from "./recorded-server.ts";
import { csafDirectory, vexJson } from "./redhat/fixtures.ts";
import { SUSE_ORIGIN, suseRecord } from "./suse/records.ts";

const SYSTEM = "openSUSE Leap 15.6";

const documentOf = (cve: string, version: string) =>
  JSON.stringify(
    vexJson({
      cve,
      wholes: { [SYSTEM]: "cpe:/o:opensuse:leap:15.6" },
      parts: { part: `pkg:rpm/suse/xz@${version}?upstream=xz.src.rpm` },
      states: [["recommended", SYSTEM, "part"]],
    }),
  );

/** Documents with the versions that they name; each changed at the second of that number. */
const directoryOf = (versions: Readonly<Record<string, number>>) => {
  const all = Object.entries(versions);
  const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
  return csafDirectory({
    changes: all.map(([cve, version]) => [`${cve.toLowerCase()}.json`, at(version)] as const),
    documents: Object.fromEntries(
      all.map(([cve, version]) => [`${cve.toLowerCase()}.json`, documentOf(cve, `${version}-1.1`)]),
    ),
  });
};

const feed = createCsafFeed(
  {
    descriptor: { id: "csaf", title: "CSAF", summary: "A test.", source: "https://example.org", version: "1" },
    publicLocation: "https://example.org",
    origin: SUSE_ORIGIN,
    convert: suseRecord,
    notCovered: [],
    maxFetched: 2,
  },
  DOWNLOAD_LIMITS,
);

const context = { ...contextOf(), isShared: false };

async function read(versions: Readonly<Record<string, number>>) {
  return withSource({ answer: directoryOf(versions) }, NO_FAULT, async (url, traffic) => {
    const kept = recordingSink();
    const report = await feed.read(context, url, kept.sink);
    return {
      fixed: kept.records.map((record) => `${record.id} ${record.affected[0]?.ranges[0]?.fixed}`).sort(),
      asked: traffic.asked.filter((path) => /cve-.*json$/.test(path)),
      missing: report?.notCovered,
    };
  });
}

test("a reading asks for so many documents, the newest first, and the next ones go on; what changed is asked for again", async () => {
  const versions = { "CVE-2026-0001": 1, "CVE-2026-0002": 2, "CVE-2026-0003": 3 };
  expect(await read(versions)).toEqual({
    fixed: ["SUSEVEX-CVE-2026-0002 2-1.1", "SUSEVEX-CVE-2026-0003 3-1.1"],
    asked: expect.arrayContaining(["/cve-2026-0003.json", "/cve-2026-0002.json"]),
    missing: ["1 documents are still to be fetched; the next readings go on."],
  });
  expect(await read(versions)).toMatchObject({ asked: ["/cve-2026-0001.json"], missing: [] });
  const changed = await read({ ...versions, "CVE-2026-0002": 5 });
  expect(changed.asked).toEqual(["/cve-2026-0002.json"]);
  expect(changed.fixed).toContain("SUSEVEX-CVE-2026-0002 5-1.1");
  // what is no longer listed is gone
  expect((await read({ "CVE-2026-0001": 1 })).fixed).toEqual(["SUSEVEX-CVE-2026-0001 1-1.1"]);
});

test("a line that was being written when the process ended costs its document only", async () => {
  const name = readdirSync(context.cacheDir).find((one) => one.endsWith(".jsonl"))!;
  appendFileSync(join(context.cacheDir, name), '\n["cve-2026-0004","2026-01-01T00:00:04.000Z",{"rec');
  const again = await read({ "CVE-2026-0001": 1, "CVE-2026-0004": 4 });
  expect(again.asked).toEqual(["/cve-2026-0004.json"]);
  expect(again.fixed).toEqual(["SUSEVEX-CVE-2026-0001 1-1.1", "SUSEVEX-CVE-2026-0004 4-1.1"]);
});
