import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "./fixtures.ts";

let server: Server;
let url = "";
let asked: URL[] = [];

const page = (rows: unknown[]) => ({ rows, next: null, count: rows.length, countIsExact: true });
const FINDING = {
  id: "11111111-1111-4111-8111-111111111111",
  advisory: "CVE-2026-1",
  package: '=cmd("x")',
  version: "1,0",
  fixedIn: null,
  severity: "critical",
  ecosystem: "npm",
  risk: 92.1,
  kevAddedAt: "2026-01-01",
  epss: 0.5,
  assetCount: 3,
  status: "open",
};
const PURL = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";
const COMPONENT = {
  id: 1,
  purl: PURL,
  name: "log4j-core",
  version: "2.14.1",
  ecosystem: "Maven",
  findingCount: 4,
  risk: 99,
};
const ASSET = { name: "web-1", kind: "host", os: "Debian 12", componentCount: 5, findings: {}, kevCount: 0, risk: 1 };
const affected = (purl: string, name: string) => ({ assetId: FINDING.id, name, components: [{ purl }] });
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/api/v1/findings": page([FINDING]),
  "/api/v1/assets": page([{ ...ASSET, findings: { critical: 1, high: 2 } }]),
  "/api/v1/components": page([{ ...COMPONENT, assetCount: 2 }]),
  "/api/v1/affected": page([affected(PURL, "web-1"), affected("pkg:maven/other@1", "web-2")]),
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    const address = new URL(request.url ?? "", "http://localhost");
    asked.push(address);
    answer.end(JSON.stringify(ANSWERS[address.pathname]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void (asked = []));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const zerotrace = (...argv: string[]) => run([...argv, "--server", url, "--token", "t"]);

test("a query of findings goes to the server as it is, and comes as a table, as JSON or as CSV that no spreadsheet runs", async () => {
  const shown = await zerotrace("query", "severity:critical", "fix:yes");
  expect(asked[0]?.searchParams.get("query")).toBe("severity:critical fix:yes");
  expect(shown.out).toMatch(/critical +92.1 +CVE-2026-1/);
  const json = await zerotrace("query", "--format", "json");
  expect(JSON.parse(json.out)).toMatchObject({
    schema: "zerotrace.query/1",
    of: "findings",
    count: 1,
    rows: [FINDING],
  });
  const lines = (await zerotrace("query", "kev:true", "--format", "csv")).out.split("\r\n");
  expect(lines[0]).toMatch(/^severity,risk,advisory,component/);
  expect(lines[1]).toBe(`critical,92.1,CVE-2026-1,"'=cmd(""x"")","1,0",,npm,yes,0.5,3,open`);
});

test("a mistake is shown where it is, and nobody is asked", async () => {
  const wrong = await zerotrace("query", "severity:huge");
  expect([wrong.code, asked.length]).toEqual([2, 0]);
  expect(wrong.err).toContain("^^^^");
});

test("assets and components are asked by what their lists know, and nothing is left out silently", async () => {
  await zerotrace("query", "label:prod kind:host web", "--of", "assets");
  expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({ label: "prod", kind: "host", q: "web" });
  for (const query of ["severity:high", "label:a OR label:b", "(-label:a)", "label:a,b", "one two"]) {
    const refused = await zerotrace("query", query, "--of", "assets");
    expect([query, refused.code, refused.err]).toEqual([query, 2, expect.stringContaining("Of assets one asks by")]);
  }
});

test("where is log4j: its components, and with --assets those that have exactly that one", async () => {
  expect((await zerotrace("components", "log4j")).out).toMatch(/log4j-core +2.14.1 +Maven +4 +99.0 +2\n/);
  const named = await zerotrace("components", "log4j", "--assets");
  expect(asked.at(-1)?.searchParams.get("q")).toBe(PURL);
  expect(named.out).toMatch(/ON\n.* 2 +web-1\n$/);
});

test("a mistake in a query is pointed at below the query, each on a line of its own", async () => {
  const { err } = await run(["query", "severity:critcal"]);
  expect(err).toContain(`The query cannot be read:\nseverity:critcal\n${"^".repeat(16)} severity does not know`);
  expect((await run(["query", "-label:lab"])).err).toContain("write ! in place of the -");
  expect((await run(["query", "--bogus"])).err).not.toContain("write !");
  const long = await run(["query", `${"a ".repeat(50)}kev:maybe${" b".repeat(50)}`]);
  const [, shown = "", mark = ""] = long.err.split("\n");
  expect(shown).toBe(`…${"a ".repeat(20)}kev:maybe${" b".repeat(20)}…`);
  expect(shown.slice(mark.indexOf("^")).slice(0, 9)).toBe("kev:maybe");
  expect((await run(["query", "x".repeat(10_000)])).err.length).toBeLessThan(400);
});
