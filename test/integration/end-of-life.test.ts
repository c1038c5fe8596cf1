import type { Component } from "@zerotrace/core";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debian, type Live, type LiveHost, npm, record, startLive } from "../support/live.ts";

let live: Live;
let host: LiveHost;
const LEFT = record("CVE-2026-0002", "npm", "left", "0.1.0");
const system: Component = { ecosystem: "OS", name: "debian", version: "10" };

/** endoflife.date's products, as its site's source writes them. */
const writeCycles = async (cycles: Readonly<Record<string, string | boolean>>): Promise<void> => {
  const releases = Object.entries(cycles).map(([releaseCycle, eol]) => ({ releaseCycle, eol }));
  await mkdir(join(live.feeds, "eol"), { recursive: true });
  await writeFile(
    join(live.feeds, "eol", "endoflife-products.json"),
    JSON.stringify({
      debian: { title: "Debian", releases },
      left: {
        title: "Left",
        identifiers: [{ purl: "pkg:npm/left" }],
        releases: [
          { releaseCycle: "2", eol: false, latest: "2.4.0" },
          { releaseCycle: "1", eol: true },
        ],
      },
    }),
  );
  await live.publish({ npm: [LEFT] });
};
const open = async () =>
  (await live.findings()).map((f) => `${f.package} ${f.advisory} ${f.severity} ${f.fixedIn}`).sort();
const components = async () =>
  Object.fromEntries(
    (await live.call("GET", `/api/v1/assets/${host.assetId}/components`)).body.rows.map(
      (c: { name: string; verdict: string; reason: string | null }) => [c.name, c.reason ?? c.verdict],
    ),
  );

beforeAll(async () => {
  live = await startLive({ npm: [LEFT] });
  host = await live.host("old");
  const bash = { ...debian("bash", "5.0-4"), ecosystem: "Debian:10" };
  await host.report({ dpkg: [bash], npm: [npm("left", "1.5.0")], system: [system] });
  await live.server.settled();
});
afterAll(() => live.stop());

test("without a source of life cycles the system is unknown, and so are its packages", async () => {
  expect(await components()).toEqual({ bash: "no_feed", debian: "no_feed", left: "not_affected" });
});

test("a system and a package past their end of life are findings; what nobody mends is unknown for that reason", async () => {
  await writeCycles({ "12": "2999-01-01", "10": "2024-06-30" });
  expect(await open()).toEqual(["debian EOL-debian-10 high 12", "left EOL-left-1 medium 2.4.0"]);
  expect(await components()).toEqual({ bash: "end_of_life", debian: "affected", left: "affected" });
  const { rows } = (await live.call("GET", "/api/v1/findings?limit=10&q=debian")).body;
  const finding = (await live.call("GET", `/api/v1/findings/${rows[0].id}`)).body;
  expect(finding).toMatchObject({
    purl: "pkg:generic/debian@10?ecosystem=OS",
    summary: "Debian 10 reached its end of life on 2024-06-30; supported: 12.",
  });
  expect((await live.call("GET", "/api/v1/advisories/EOL-debian-10")).status).toBe(200);
  const asset = (await live.call("GET", `/api/v1/assets/${host.assetId}`)).body;
  expect(asset.coverage).toEqual({ covered: 2, notCovered: 1, unparsable: 0 });
});

test("an end that is put off closes the finding", async () => {
  await writeCycles({ "12": "2999-01-01", "10": "2998-01-01" });
  expect(await open()).toEqual(["left EOL-left-1 medium 2.4.0"]);
  expect(await components()).toMatchObject({ bash: "no_feed", debian: "not_affected" });
  await writeCycles({ "12": "2999-01-01" });
  expect(await components()).toMatchObject({ debian: "no_feed" });
});
