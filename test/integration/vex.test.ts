import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../packages/cli/src/fixtures.ts";
import { type Live, type LiveHost, npm, record, startLive } from "../support/live.ts";

let live: Live;
let host: LiveHost;
let target: string[];

beforeAll(async () => {
  live = await startLive({
    npm: [record("CVE-2026-0001", "npm", "left", "2.0.0"), record("CVE-2026-0002", "npm", "right", "2.0.0")],
  });
  host = await live.host("web");
  await host.report({ npm: [npm("left", "1.0.0"), npm("right", "1.0.0")] });
  await live.server.settled();
  target = ["--server", live.server.url, "--token", await live.server.createCliToken()];
});
afterAll(() => live.stop());

const vex = (...argv: string[]) => run(["vex", ...argv, ...target]);
const open = async (): Promise<string[]> => (await live.findings()).map((f) => String(f.advisory)).sort();
const riskOf = async (): Promise<number> =>
  (await live.call("GET", `/api/v1/assets/${host.assetId}`)).body.findings.unknown;

test("a document closes its findings from the command line to the sums of assets, through new advisories, until it goes", async () => {
  const file = join(live.feeds, "..", "vex.json");
  const statement = {
    vulnerability: { name: "CVE-2026-0001" },
    products: [{ "@id": "pkg:npm/left" }],
    status: "not_affected",
    impact_statement: "not called",
  };
  const document = { "@context": "https://openvex.dev/ns/v0.2.0", author: "Us", timestamp: "2026-01-05T00:00:00Z" };
  await writeFile(file, JSON.stringify({ ...document, statements: [statement, { status: "x" }] }));
  const added = await vex("add", file);
  expect(added).toMatchObject({ code: 0, err: expect.stringContaining("statement 2") });
  expect(added.out).toMatch(/^Added \S+: vex\.json by Us, 1 statement; it decides on 1 finding and closes 1\n$/);
  expect(await open()).toEqual(["CVE-2026-0002"]);
  await live.server.settled();
  expect(await riskOf()).toBe(1);
  const components = (await live.call("GET", `/api/v1/assets/${host.assetId}/components`)).body.rows;
  expect(components).toMatchObject([
    { name: "left", verdict: "not_affected", reason: "vex", findingCount: 0, coverage: { sources: ["osv"] } },
    { name: "right", verdict: "affected", reason: null, findingCount: 1 },
  ]);
  await live.publish({
    npm: [
      record("CVE-2026-0001", "npm", "left", "3.0.0"),
      record("CVE-2026-0002", "npm", "right", "2.0.0"),
      record("CVE-2026-0003", "npm", "left", "2.0.0"),
    ],
  });
  expect(await open()).toEqual(["CVE-2026-0002", "CVE-2026-0003"]);
  const explained = await live.call("GET", "/api/v1/explain?purl=pkg:npm/left@1.0.0&advisory=CVE-2026-0001");
  expect(explained.body).toMatchObject({ rule: "vex", verdict: "not_affected" });
  const [closed] = (await live.call("GET", "/api/v1/findings?status=not_affected")).body.rows;
  const { explanation } = (await live.call("GET", `/api/v1/findings/${closed.id}`)).body;
  expect(explanation.answer).toBe("Not affected: left 1.0.0 by CVE-2026-0001, as its supplier says");

  const list = JSON.parse((await vex("list", "--format", "json")).out);
  expect(list.documents).toMatchObject([{ name: "vex.json", closedCount: 1, problemCount: 1 }]);
  expect((await vex("list")).out).toContain("openvex");
  expect((await vex("remove", list.documents[0].id)).out).toContain("Removed");
  expect(await open()).toEqual(["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"]);
  await live.server.settled();
  expect(await riskOf()).toBe(3);
  expect((await vex("add", join(live.feeds, "missing.json"))).code).toBe(2);
});
