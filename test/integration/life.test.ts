import { afterAll, beforeAll, expect, test } from "vitest";
import { debian, digestOf, full, type Live, npm, record, startLive, toColumns } from "../support/live.ts";

let live: Live;

const OPENSSL = record("CVE-2026-0001", "Debian:12", "openssl", "3.0.15-1");
const LEFT = record("GHSA-aaaa-bbbb-cccc", "npm", "left", "2.0.0", { aliases: ["CVE-2026-0002"] });

beforeAll(async () => {
  live = await startLive({ Debian: [OPENSSL], npm: [LEFT] });
  await live.server.settled();
});
afterAll(() => live.stop());

const about = async (advisory: string, filter = "status=all") =>
  (await live.findings(filter)).filter((f) => f.advisory === advisory);

test("a reported inventory becomes findings with the fixed version of the source package", async () => {
  const host = await live.host("first");
  const digests = { dpkg: digestOf([debian("libssl3", "3.0.14-1", "openssl")]) };
  const asked = await live.call("POST", "/api/v1/inventory/digests", { token: host.credential, body: { digests } });
  expect(asked.body.held).toEqual({ dpkg: null });
  const stored = await host.report({
    dpkg: [debian("libssl3", "3.0.14-1", "openssl"), debian("zlib1g", "1.2.13", "zlib")],
    npm: [npm("left", "1.9.9"), npm("right", "1.0.0")],
  });
  expect(stored).toMatchObject({ status: 202, body: { componentCount: 4, addedCount: 4, removedCount: 0 } });
  await live.server.settled();
  const found = await live.findings();
  expect(
    found
      .map((f) => [f.advisory, f.package, f.source, f.version, f.fixedIn])
      .sort((a, b) => (String(a) < String(b) ? -1 : 1)),
  ).toEqual([
    ["CVE-2026-0001", "libssl3", "openssl", "3.0.14-1", "3.0.15-1"],
    ["CVE-2026-0002", "left", null, "1.9.9", "2.0.0"],
  ]);
  const asset = (await live.call("GET", `/api/v1/assets/${host.assetId}`)).body;
  expect(asset).toMatchObject({ componentCount: 4, findings: { unknown: 2 } });
});

test("a delta that upgrades closes the finding with its time, and the old version's return reopens the same one", async () => {
  const host = await live.host("delta");
  const bad = [npm("left", "1.0.0")];
  const good = [npm("left", "2.0.0")];
  const delta = (from: typeof bad, to: typeof bad) => [
    {
      kind: "delta",
      source: "npm",
      digest: digestOf(to),
      baseDigest: digestOf(from),
      added: toColumns(to),
      removed: toColumns(from),
      problems: [],
    },
  ];
  const mine = async () => (await about("CVE-2026-0002")).filter((f) => f.version === "1.0.0");
  await host.report({ npm: bad });
  await live.server.settled();
  const [opened] = await mine();
  expect(opened).toMatchObject({ status: "open", fixedAt: null, reopenedAt: null, assetCount: 1 });

  expect((await host.report(delta(bad, good))).body).toMatchObject({ addedCount: 1, removedCount: 1 });
  await live.server.settled();
  const [closed] = await mine();
  expect(closed).toMatchObject({ id: opened.id, status: "fixed", firstSeenAt: opened.firstSeenAt });
  expect(Date.parse(closed.fixedAt)).toBeGreaterThan(Date.parse(opened.firstSeenAt));

  await host.report(delta(good, bad));
  await live.server.settled();
  const again = await mine();
  expect(again).toHaveLength(1);
  expect(again[0]).toMatchObject({ id: opened.id, status: "open", fixedAt: null });
  expect(Date.parse(again[0].reopenedAt)).toBeGreaterThanOrEqual(Date.parse(closed.fixedAt));
});

test("a delta on a base that the server does not hold is refused with CONFLICT and stores nothing", async () => {
  const host = await live.host("conflict");
  const held = [npm("left", "1.5.0")];
  await host.report({ npm: held });
  const answer = await host.report([
    {
      kind: "delta",
      source: "npm",
      digest: digestOf([]),
      baseDigest: digestOf([npm("x", "1")]),
      added: toColumns([]),
      removed: toColumns(held),
      problems: [],
    },
  ]);
  expect(answer).toMatchObject({ status: 409, body: { code: "CONFLICT", field: "npm" } });
  const components = await live.call("GET", `/api/v1/assets/${host.assetId}/components`);
  expect(components.body.rows.map((c: { version: string }) => c.version)).toEqual(["1.5.0"]);
});

test("an older inventory that is delivered late changes nothing", async () => {
  const host = await live.host("late");
  await host.report({ npm: [npm("left", "2.0.0")] }, new Date(Date.now() - 1_000));
  const late = await host.report({ npm: [npm("left", "1.1.1")] }, new Date(Date.now() - 60_000));
  expect(late).toMatchObject({ status: 202, body: { componentCount: 1, addedCount: 0, removedCount: 0 } });
  await live.server.settled();
  expect((await live.findings()).filter((f) => f.version === "1.1.1")).toEqual([]);
});

test("a clock that was wrong once does not shut a host out: what comes later is stored", async () => {
  const host = await live.host("clock");
  await host.report({ npm: [npm("left", "1.2.1")] }, new Date("2099-01-01T00:00:00Z"));
  const next = await host.report({ npm: [npm("left", "2.0.0")] });
  expect(next.body).toMatchObject({ addedCount: 1, removedCount: 1 });
});

test("the same inventory twice makes no second finding, no change and no second delta", async () => {
  const host = await live.host("twice");
  const sources = { npm: [npm("left", "1.3.3")] };
  await host.report(sources);
  await live.server.settled();
  expect((await host.report(sources)).body).toMatchObject({ addedCount: 0, removedCount: 0 });
  await live.server.settled();
  expect((await about("CVE-2026-0002")).filter((f) => f.version === "1.3.3")).toHaveLength(1);
  expect((await live.call("GET", `/api/v1/assets/${host.assetId}/deltas`)).body.rows).toHaveLength(1);
});

test("an unreadable source keeps its components and says so, until it is read again", async () => {
  const host = await live.host("unreadable");
  const components = [npm("left", "1.4.4")];
  await host.report({ npm: components });
  const answer = await host.report([{ kind: "unreadable", source: "npm", error: "permission denied" }]);
  expect(answer.body).toMatchObject({ componentCount: 1, removedCount: 0 });
  await live.server.settled();
  expect((await live.findings()).filter((f) => f.version === "1.4.4")).toHaveLength(1);
  const asset = async () => (await live.call("GET", `/api/v1/assets/${host.assetId}`)).body;
  expect(await asset()).toMatchObject({
    unreadableSources: ["npm"],
    sources: [{ source: "npm", status: "unreadable", error: "permission denied", componentCount: 1 }],
  });
  await host.report([{ kind: "same", source: "npm", digest: digestOf(components) }]);
  expect(await asset()).toMatchObject({ unreadableSources: [], sources: [{ status: "ok", error: null }] });
});

test("a source that a host no longer has takes its findings along", async () => {
  const host = await live.host("gone");
  await host.report({ npm: [npm("left", "1.6.6")], dpkg: [debian("zlib1g", "1", "zlib")] });
  await live.server.settled();
  expect((await host.report(full({ dpkg: [debian("zlib1g", "1", "zlib")] }))).body).toMatchObject({ removedCount: 1 });
  await live.server.settled();
  const mine = (await about("CVE-2026-0002")).filter((f) => f.version === "1.6.6");
  expect(mine).toMatchObject([{ status: "fixed", assetCount: 0 }]);
});
