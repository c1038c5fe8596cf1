import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../packages/cli/src/fixtures.ts";
import { debian, freshDir, type Live, npm, record, startLive } from "../support/live.ts";

let live: Live;
let asset: string;
let older: string;
let newer: string;

const LEFT = record("CVE-2026-0002", "npm", "left", "2.0.0");
const QUIET = record("CVE-2026-0005", "npm", "quiet", "2.0.0");
const SSL = record("CVE-2026-0006", "Debian:12", "openssl", "3.0.13-1~deb12u1");
const INSIDE = {
  ...npm("inside", "1.0.0"),
  ownedBy: { ecosystem: "Debian:12", name: "openssl", version: "3.0.11-1" },
};

const writeScores = async (scores: Readonly<Record<string, number>>, day: string): Promise<void> => {
  const lines = Object.entries(scores).map(([cve, score]) => `${cve},${score},0.5`);
  await mkdir(join(live.feeds, "epss"), { recursive: true });
  const text = [`#model_version:v1,score_date:${day}T00:00:00Z`, "cve,epss,percentile", ...lines, ""].join("\n");
  await writeFile(join(live.feeds, "epss", "epss_scores-current.csv.gz"), text);
};

beforeAll(async () => {
  live = await startLive({ npm: [LEFT, QUIET] });
  await writeScores({ "CVE-2026-0005": 0.02, "CVE-2026-0002": 0.1 }, "2026-01-02");
  await live.publish({ npm: [LEFT, QUIET], "Debian:12": [] });
  const host = await live.host("diff");
  await host.report({
    npm: [npm("left", "1.0.0"), npm("quiet", "1.0.0"), npm("other", "1.0.0"), INSIDE],
    dpkg: [debian("libssl3", "3.0.11-1", "openssl")],
  });
  await live.server.settled();
  [asset] = (await live.call("GET", "/api/v1/assets")).body.rows.map((row: { id: string }) => row.id);
  await writeScores({ "CVE-2026-0005": 0.7, "CVE-2026-0002": 0.11 }, "2026-01-03");
  const later = { modified: "2026-03-01T00:00:00Z" };
  await live.publish({
    npm: [{ ...record("CVE-2026-0002", "npm", "left", "2.1.0"), ...later }, QUIET],
    "Debian:12": [SSL],
  });
  const { rows } = (await live.call("GET", "/api/v1/feeds/generations")).body;
  [newer, older] = rows.map((row: { hash: string }) => row.hash.slice(0, 12));
}, 60_000);
afterAll(() => live.stop());

const diff = (...more: string[]) => run(["feeds", "diff", older, newer, "--data-dir", live.dataDir, ...more]);
const EXPECTED = [
  ["left", "CVE-2026-0002", "affected, fixed in 2.0.0, unknown", "affected, fixed in 2.1.0, unknown", ["ranges"]],
  ["openssl", "CVE-2026-0006", null, "affected, fixed in 3.0.13-1~deb12u1, unknown", ["new"]],
  [
    "quiet",
    "CVE-2026-0005",
    "affected, fixed in 2.0.0, unknown, EPSS 0.02",
    "affected, fixed in 2.0.0, unknown, EPSS 0.7",
    ["epss"],
  ],
];

interface Rejudged {
  readonly name: string;
  readonly changes: readonly { id: string; before: string | null; after: string | null; why: string[] }[];
}
const told = (out: string): unknown[] =>
  (JSON.parse(out).components as Rejudged[])
    .flatMap(({ name, changes }) => changes.map((c) => [name, c.id, c.before, c.after, c.why]))
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));

test("a diff names what changed and why, an EPSS score that moved with both of its values", async () => {
  const { counts, changes } = JSON.parse((await diff("--format", "json")).out);
  expect(counts).toMatchObject({ new: 1, ranges: 1, epss: 1 });
  expect(changes.find((c: { feed: string }) => c.feed === "epss")).toMatchObject({
    id: "CVE-2026-0005",
    epss: { before: 0.02, after: 0.7 },
  });
  expect((await diff()).out).toContain("EPSS 0.02 to 0.7");
  expect(JSON.parse((await diff("--epss", "0.01", "--format", "json")).out).counts.epss).toBe(2);
});

test("an asset of the server is judged by both generations: by sources and owners, as the server judges it", async () => {
  const server = ["--server", live.server.url, "--token", live.token];
  const answer = await diff("--asset", asset, "--format", "json", ...server);
  expect(answer).toMatchObject({ code: 0 });
  expect(told(answer.out)).toEqual(EXPECTED);
  const table = await diff("--asset", asset, ...server);
  expect(table.out).toContain("3 components judged otherwise");
  expect(table.out).toContain("EPSS moved");
  const foreign = await diff("--asset", "00000000-0000-4000-8000-000000000000", ...server);
  expect([foreign.code, foreign.err.includes("There is no asset")]).toEqual([2, true]);
});

test("an inventory file tells the same, and a line that is none is named", async () => {
  const path = join(await freshDir(), "inventory.tsv");
  const lines = ["npm\tleft\t1.0.0", "npm\tquiet\t1.0.0", "npm\tother\t1.0.0", "Debian:12\topenssl\t3.0.11-1"];
  await writeFile(path, `${lines.join("\n")}\n`);
  expect(told((await diff("--inventory", path, "--format", "json")).out)).toEqual(EXPECTED);
  await writeFile(path, "npm left 1.0.0\n");
  const wrong = await diff("--inventory", path);
  expect([wrong.code, wrong.err.includes("Line 1 of")]).toEqual([2, true]);
});

test("a dry run of a bundle tells what the company would see: findings that come, go, move and change their risk", async () => {
  const folder = await freshDir();
  const [bundle, keyFile] = [join(folder, "older.ztb"), join(folder, "site.key")];
  const key = (await run(["feeds", "keygen", "--out", keyFile])).out.trim();
  const place = ["--data-dir", live.dataDir];
  await run(["feeds", "bundle", "--out", bundle, "--key", keyFile, "--generation", older, ...place]);
  const server = ["--server", live.server.url, "--token", live.token];
  const own = ["--data-dir", join(folder, "own")];
  const dry = await run(["feeds", "import", bundle, "--trust", key, "--dry-run", ...own, ...server]);
  expect(dry.out).toContain(
    "3 of 5 components judged otherwise: 0 new findings, 1 closed, 1 with another fix, 2 findings with another risk",
  );
});
