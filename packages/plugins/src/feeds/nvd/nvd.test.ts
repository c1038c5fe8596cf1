import { hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DOWNLOAD_LIMITS } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { contextOf, freshFolder, recordingSink, withServer } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import type { RecordedRequest } from "../recorded.ts";
import type { NvdPace } from "./api.ts";
import { createNvdFeed, nvdFeed } from "./index.ts";
import { recorded } from "./recorded.ts";

const FAST = { ...DOWNLOAD_LIMITS, retryDelayMs: 1, retryAfterMaxMs: 10, attempts: 2 };
const NO_PACE: NvdPace = { openMs: 0, keyMs: 0 };
const API = "/rest/json/cves/2.0";

const element = (id: string, version: string, lastModified = "2026-01-01T00:00:00.000") => ({
  cve: {
    id,
    lastModified,
    descriptions: [{ lang: "en", value: `Fixed in ${version}` }],
    configurations: [
      {
        nodes: [
          { operator: "OR", cpeMatch: [{ vulnerable: true, criteria: `cpe:2.3:a:v:p:${version}:*:*:*:*:*:*:*` }] },
        ],
      },
    ],
  },
});

const envelope = (vulnerabilities: readonly object[], startIndex = 0, totalResults = vulnerabilities.length) =>
  JSON.stringify({
    resultsPerPage: vulnerabilities.length,
    startIndex,
    totalResults,
    format: "NVD_CVE",
    vulnerabilities,
  });

const at = (context: FeedContext, time: string): FeedContext => ({
  ...context,
  isShared: false,
  clock: () => new Date(time),
});

async function read(context: FeedContext, location: string, pace = NO_PACE) {
  const kept = recordingSink();
  const report = await createNvdFeed(FAST, pace).read(context, location, kept.sink);
  return { report, ...kept };
}

test("CVSS of NVD's own hand comes first, weaknesses without placeholders, the first line, rejected ones by time", async () => {
  await withSource(recorded, NO_FAULT, async (url) => {
    const { cves, records, report } = await read(at(contextOf(), "2026-02-03T04:05:06Z"), url + API);
    expect(cves.find((cve) => cve.id === "CVE-2026-0001")).toEqual({
      id: "CVE-2026-0001",
      vectors: ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L"],
      cwes: ["CWE-787"],
      ssvc: null,
      exploits: [],
      rejectedAt: null,
      summary: "A flaw, CVE-2026-0001.",
      publishedAt: "2026-01-01T10:15:08.123Z",
    });
    expect(cves.find((cve) => cve.id === "CVE-2026-0002")).toMatchObject({
      rejectedAt: "2026-01-05T10:15:08.123Z",
      summary: "",
    });
    expect(records).toMatchObject([
      {
        id: "NVD-CVE-2026-0001",
        aliases: ["CVE-2026-0001"],
        affected: [{ ecosystem: "CPE", name: "a:example:gateway+", ranges: [{ introduced: "2.0", fixed: "2.4.1" }] }],
      },
    ]);
    expect(report).toMatchObject({ covers: ["CPE"], recordCount: 4, badCount: 1, dataAt: "2026-02-03T04:05:06.000Z" });
  });
});

test("after the first whole reading only changes are asked for, 120 days at a time, and the newest form counts", async () => {
  const asked: string[] = [];
  const answer = ({ query }: RecordedRequest) => {
    const start = query.get("lastModStartDate");
    asked.push(start === null ? "all" : `${start.slice(0, 16)}/${String(query.get("lastModEndDate")).slice(0, 16)}`);
    const changes = start?.startsWith("2026-01-01") ? [element("CVE-2026-0002", "9")] : [];
    const list = start === null ? [element("CVE-2026-0001", "1"), element("CVE-2026-0002", "2")] : changes;
    return { body: envelope(list) };
  };
  await withSource({ answer }, NO_FAULT, async (url) => {
    const context = contextOf();
    await read(at(context, "2026-01-01T10:00:00Z"), url + API);
    await read(at(context, "2026-01-01T11:59:00Z"), url + API);
    expect(asked).toEqual(["all"]);
    const { records } = await read(at(context, "2026-06-01T10:00:00Z"), url + API);
    expect(asked.slice(1)).toEqual(["2026-01-01T08:00/2026-04-30T08:00", "2026-04-30T06:00/2026-06-01T10:00"]);
    const versions = Object.fromEntries(records.map((record) => [record.id, record.affected[0]?.versions]));
    expect(versions).toEqual({ "NVD-CVE-2026-0001": ["1"], "NVD-CVE-2026-0002": ["9"] });
  });
});

test("the first whole reading goes on at the page where it ended, and a source that is away later leaves the copy", async () => {
  const all = Array.from({ length: 5 }, (_, i) => element(`CVE-2026-000${i}`, "1"));
  const starts: number[] = [];
  let downFrom = 2;
  const answer = ({ query }: RecordedRequest) => {
    const start = Number(query.get("startIndex"));
    starts.push(start);
    if (start >= downFrom) return { status: 503, body: "" };
    return { body: envelope(all.slice(start, start + 1), start, all.length) };
  };
  await withSource({ answer }, NO_FAULT, async (url) => {
    const context = contextOf();
    const first = read(at(context, "2026-01-01T10:00:00Z"), url + API);
    await expect(first).rejects.toMatchObject({ code: "FEEDS_UNAVAILABLE" });
    downFrom = 5;
    expect((await read(at(context, "2026-01-01T12:01:00Z"), url + API)).records).toHaveLength(5);
    expect(starts).toEqual([0, 1, 2, 2, 2, 3, 4, 0, 1, 2, 3, 4]);
    downFrom = 0;
    const { report, records } = await read(at(context, "2026-01-03T10:00:00Z"), url + API);
    expect(records).toHaveLength(5);
    expect(report?.dataAt).toBe("2026-01-01T12:01:00.000Z");
    expect(report?.notCovered.join()).toContain("The last copy is used");
    expect(readdirSync(join(context.cacheDir, "api")).filter((name) => name.startsWith("page"))).toEqual([]);
  });
});

test("a key travels as NVD's header and stands in no report; 403 is waited for; requests keep their distance", async () => {
  const times: number[] = [];
  const keys: unknown[] = [];
  await withServer(
    (request, response) => {
      times.push(performance.now());
      keys.push(request.headers["apikey"], request.headers.authorization);
      if (times.length === 1) response.writeHead(403).end();
      else response.end(envelope([element("CVE-2026-0001", "1")]));
    },
    async (url) => {
      const location = `${url.replace("://", "://apikey:SECRET@")}${API}`;
      const { report } = await read(at(contextOf(), "2026-01-01T10:00:00Z"), location, { openMs: 5000, keyMs: 300 });
      expect(JSON.stringify(report)).not.toContain("SECRET");
    },
  );
  expect(keys).toEqual(["SECRET", undefined, "SECRET", undefined]);
  // the distance is kept where requests leave; a first one may take longer to arrive
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200);
});

test("a copy that is damaged is refused and forgotten: the next reading starts anew", async () => {
  await withSource(recorded, NO_FAULT, async (url) => {
    const context = at(contextOf(), "2026-02-03T04:05:06Z");
    await read(context, url + API);
    for (const bytes of [Buffer.from("damaged"), Buffer.alloc(0)]) {
      writeFileSync(join(context.cacheDir, "api", "layer-0.jsonl.gz"), bytes);
      await expect(read(context, url + API)).rejects.toMatchObject({ code: "BAD_FEED" });
      expect((await read(context, url + API)).report).toMatchObject({ recordCount: 4 });
    }
  });
});

test("what NVD says of a bad key is told, without the key", async () => {
  await withServer(
    (_, response) => void response.writeHead(404, { message: "Invalid apiKey: SECRET." }).end(),
    async (url) => {
      const location = `${url.replace("://", "://apikey:SECRET@")}${API}`;
      const error = await read(at(contextOf(), "2026-01-01T10:00:00Z"), location).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "FEEDS_UNAVAILABLE",
        message: expect.stringContaining("Invalid apiKey: …."),
      });
    },
  );
});

test("another page than asked for, an empty one in the middle and a source without CVEs are refused", async () => {
  const odd = [envelope([element("CVE-2026-0001", "1")], 7, 9), envelope([], 0, 9), envelope([])];
  for (const body of odd) {
    await withSource({ answer: () => ({ body }) }, NO_FAULT, async (url) => {
      const reading = read(at(contextOf(), "2026-01-01T10:00:00Z"), url + API);
      await expect(reading).rejects.toMatchObject({ code: "BAD_FEED" });
    });
  }
});

test("files of a folder are read plain or packed, checked against their .meta, with the newer ones first", async () => {
  const folder = freshFolder();
  const dir = join(folder, "nvd");
  mkdirSync(dir);
  const year = envelope([element("CVE-2026-0001", "1"), element("CVE-2026-0002", "1"), { cve: {} }]);
  writeFileSync(join(dir, "nvdcve-2.0-2026.json.gz"), gzipSync(year));
  writeFileSync(join(dir, "nvdcve-2.0-modified.json"), envelope([element("CVE-2026-0001", "2", "2026-02-01T00:00Z")]));
  writeFileSync(join(dir, "provenance.json"), "{}");
  const meta = (sum: string) =>
    writeFileSync(join(dir, "nvdcve-2.0-2026.meta"), `size:1\r\ngzSize:2\r\nsha256:${sum.toUpperCase()}\r\n`);
  meta(hash("sha256", year));
  const { records, report } = await read(contextOf(), folder);
  expect(records.map((record) => [record.id, record.affected[0]?.versions])).toEqual([
    ["NVD-CVE-2026-0001", ["2"]],
    ["NVD-CVE-2026-0002", ["1"]],
  ]);
  expect(report).toMatchObject({ badCount: 1, recordCount: 3 });
  const one = await read(at(contextOf(), "2026-03-01T00:00:00Z"), join(dir, "nvdcve-2.0-2026.json.gz"));
  expect(one.records).toHaveLength(2);
  meta("0".repeat(64));
  await expect(read(contextOf(), folder)).rejects.toMatchObject({ code: "BAD_FEED" });
  expect(existsSync(join(dir, "nvdcve-2.0-2026.json.gz"))).toBe(true);
});

test("of files made by others the newest form of a record counts wherever it stands, CVSS of all of them is told", async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "nvd"));
  for (const [name, version, modified] of [
    ["a.json", "1", "2026-01-02T00:00:00"],
    ["b.json", "2", "2026-01-03T00:00:00"],
    ["c.json", "3", "2026-01-01T00:00:00"],
    ["nvdcve-2.0-2026.json", "4", "2026-01-02T00:00:00"],
  ] as const) {
    writeFileSync(join(folder, "nvd", name), envelope([element("CVE-2026-0001", version, modified)]));
  }
  const { records, cves } = await read(contextOf(), folder);
  expect(records.map((record) => record.affected[0]?.versions)).toEqual([["2"]]);
  expect(cves).toHaveLength(4);
});

test("yearly files of an address are read, a copy with another checksum is forgotten", async () => {
  const body = gzipSync(envelope([element("CVE-2026-0001", "1")]));
  let sum = "0".repeat(64);
  const answer = ({ path }: RecordedRequest) =>
    path === "/nvd/nvdcve-2.0-2026.json.gz"
      ? { body }
      : path.endsWith("2026.meta")
        ? { body: `sha256:${sum}\n` }
        : null;
  await withSource({ answer }, NO_FAULT, async (url) => {
    const context = contextOf();
    await expect(read(context, url)).rejects.toMatchObject({ code: "BAD_FEED" });
    sum = hash("sha256", envelope([element("CVE-2026-0001", "1")]));
    expect((await read(context, url)).records).toHaveLength(1);
    expect((await read(at(context, "2026-03-01T00:00:00Z"), `${url}/nvd`)).records).toHaveLength(1);
  });
});

test("the feed's own description names no place but NVD's", () => {
  expect(nvdFeed.descriptor.source).toBe(nvdFeed.publicLocation);
});
