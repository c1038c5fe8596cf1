import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../packages/cli/src/fixtures.ts";
import { debian, type Live, npm, record, startLive } from "../support/live.ts";

let live: Live;

const document = (name: string, parts: readonly (readonly [string, string])[]) =>
  JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { component: { "bom-ref": "s", type: "application", name } },
    components: parts.map(([part, version]) => ({
      type: "library",
      "bom-ref": part,
      name: part,
      version,
      purl: `pkg:npm/${part}@${version}`,
    })),
  });

const upload = async (branch: string, parts: readonly (readonly [string, string])[]): Promise<string> => {
  const answer = await fetch(`${live.server.url}/api/v1/sboms?branch=${branch}`, {
    method: "POST",
    headers: { authorization: `Bearer ${live.token}`, "content-type": "application/vnd.cyclonedx+json" },
    body: document("shop", parts),
  });
  const body = (await answer.json()) as { assetId: string };
  expect(answer.status, JSON.stringify(body)).toBe(201);
  await live.server.settled();
  return body.assetId;
};

const get = async (path: string) => (await live.call("GET", `/api/v1${path}`)).body;
const ask = (q: string, more = "") => get(`/affected?q=${encodeURIComponent(q)}${more}`);

let main: string;
let dev: string;

beforeAll(async () => {
  live = await startLive({
    npm: [
      record("CVE-2026-0001", "npm", "left", "2.0.0", { aliases: ["GHSA-aaaa-bbbb-cccc"] }),
      record("CVE-2026-0002", "npm", "right", "5.0.0"),
    ],
    Debian: [record("DSA-1-1", "Debian:12", "openssl", "3.0.11-1")],
  });
  main = await upload("main", [
    ["left", "1.0.0"],
    ["right", "4.0.0"],
    ["same", "1.0.0"],
  ]);
  dev = await upload("dev", [
    ["left", "2.0.0"],
    ["same", "1.0.0"],
    ["fresh", "0.1.0"],
  ]);
});
afterAll(() => live.stop());

test("an advisory by any of its names names the affected, those that are mended and those that lack it", async () => {
  const host = await live.host("box");
  await host.report({ dpkg: [debian("libssl3", "3.0.9-1", "openssl")], npm: [npm("left", "not-a-version")] });
  await live.server.settled();
  for (const name of ["CVE-2026-0001", "ghsa-AAAA-bbbb-cccc"]) {
    const answer = await ask(name);
    expect(answer.asked).toMatchObject({ kind: "advisory", name: "CVE-2026-0001", isKnown: true });
    expect(answer.totals).toEqual({ affected: 1, unknown: 1, notAffected: 1, without: 0 });
    expect(
      answer.rows.map((r: { name: string; branch: string; verdict: string }) => [r.name, r.branch, r.verdict]),
    ).toEqual([
      ["shop", "main", "affected"],
      ["box", "", "unknown"],
      ["shop", "dev", "not_affected"],
    ]);
    expect(answer.rows[0].components).toMatchObject([
      { name: "left", version: "1.0.0", reason: "match", fixedIn: "2.0.0" },
    ]);
  }
  expect((await ask("CVE-2026-0001", "&verdict=affected")).rows).toHaveLength(1);
  const first = await ask("CVE-2026-0001", "&limit=2");
  const rest = await ask("CVE-2026-0001", `&limit=2&cursor=${first.next}`);
  expect([first.rows.length, rest.rows.length, rest.next]).toEqual([2, 1, null]);
});

test("a package with a range, by name, source or package URL, is judged by versions", async () => {
  expect((await ask("left <2")).totals).toMatchObject({ affected: 1, unknown: 1, notAffected: 1 });
  expect((await ask("pkg:npm/left@2.0.0")).rows[0]).toMatchObject({ assetId: dev, verdict: "affected" });
  expect((await ask("openssl <3.0.10")).rows).toMatchObject([{ name: "box", verdict: "affected" }]);
  expect((await ask("right")).rows).toMatchObject([{ assetId: main, verdict: "affected" }]);
  expect((await ask("no-such-package")).totals).toMatchObject({ affected: 0, unknown: 0, notAffected: 0, without: 3 });
});

test("of an advisory that no feed knows nothing is said to be clean, and a bad question names its part", async () => {
  const answer = await ask("CVE-1999-0001");
  expect([answer.asked.isKnown, answer.totals]).toEqual([
    false,
    { affected: 0, unknown: 3, notAffected: 0, without: 0 },
  ]);
  expect(await live.call("GET", "/api/v1/affected?q=left%20%5E1")).toMatchObject({ status: 400, body: { field: "q" } });
});

test("two branches and two moments differ by components and by findings", async () => {
  const branches = await get(`/assets/${dev}/diff?from=branch:main&to=now`);
  expect(branches.components).toMatchObject({
    added: { count: 1, rows: [{ name: "fresh" }] },
    removed: { count: 1, rows: [{ name: "right" }] },
    upgraded: { count: 1, rows: [{ name: "left", from: "1.0.0", to: "2.0.0" }] },
    sameCount: 1,
  });
  expect(branches.findings.closed.rows.map((f: { advisory: string }) => f.advisory).sort()).toEqual([
    "CVE-2026-0001",
    "CVE-2026-0002",
  ]);
  expect(branches.findings.gained.count).toBe(0);
  const before = new Date().toISOString();
  await upload("main", [
    ["left", "1.1.0"],
    ["same", "1.0.0"],
  ]);
  const moments = await get(`/assets/${main}/diff?from=${before}`);
  expect([moments.from.componentCount, moments.to.componentCount]).toEqual([3, 2]);
  expect(moments.components.upgraded.rows).toMatchObject([{ name: "left", from: "1.0.0", to: "1.1.0" }]);
  // The same advisory on the same package is neither gained nor closed.
  expect(moments.findings).toMatchObject({ gained: { count: 0 }, closed: { count: 1 } });
  const early = await get(`/assets/${main}/diff?from=2026-01-01T00:00:00Z&to=now`);
  expect(early.code ?? early.from.componentCount).toBeDefined();
  expect(await live.call("GET", `/api/v1/assets/${main}/diff?from=branch:none`)).toMatchObject({ status: 400 });
  expect(await live.call("GET", `/api/v1/assets/${main}/diff?from=1999-01-01`)).toMatchObject({ status: 400 });
  expect(await live.call("GET", `/api/v1/assets/${crypto.randomUUID()}/diff?from=now`)).toMatchObject({ status: 404 });
});

test("the course of an asset is kept by day and ends with what is now", async () => {
  const { rows } = await get(`/assets/${dev}/trend`);
  expect(rows.at(-1)).toMatchObject({ componentCount: 3, findingCount: 0 });
  const sql = await live.sql("zerotrace");
  await sql.query(`update asset set first_seen_at = now() - interval '10 days' where id = $1`, [main]);
  await sql.query(
    `insert into asset_day select company_id, asset_id, day - 5, 90, 7, 1, 2, 0, 0, 0, 0, 1, 0 from asset_day where asset_id = $1`,
    [main],
  );
  const days = (await get(`/assets/${main}/trend?days=7`)).rows;
  expect(days.map((d: { risk: number }) => d.risk).slice(0, 5)).toEqual([90, 90, 90, 90, 90]);
  expect(days).toHaveLength(6);
  expect(days.at(-1).componentCount).toBe(2);
  await sql.end();
  expect((await live.call("GET", `/api/v1/assets/${crypto.randomUUID()}/trend`)).status).toBe(404);
});

test("the command line asks the same and compares branches", async () => {
  const target = ["--server", live.server.url, "--token", live.token];
  const asked = await run(["affected", "CVE-2026-0002", "--fail", ...target]);
  expect(asked.err).toMatch(/assets? affected/);
  const diff = await run(["assets", "diff", "shop", "--from", "branch:main", "--to", "branch:dev", ...target]);
  expect(diff, diff.err).toMatchObject({ code: 0, out: expect.stringContaining("~ left 1.1.0 -> 2.0.0") });
  const json = await run(["assets", "diff", dev, "--from", "now", "--format", "json", ...target]);
  expect(JSON.parse(json.out)).toMatchObject({ schema: "zerotrace.asset-diff/1", components: { sameCount: 3 } });
});
