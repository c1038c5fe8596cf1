import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Live, npm, type OsvRecord, record, startLive } from "../support/live.ts";

let live: Live;
const LEFT = record("CVE-2026-0002", "npm", "left", "2.0.0");
const RIGHT = record("CVE-2026-0003", "npm", "right", "3.0.0");
let now: OsvRecord[] = [LEFT, RIGHT];

const publish = async (records: OsvRecord[]): Promise<void> => {
  now = records;
  await live.publish({ npm: records });
};
const open = async () => (await live.findings()).map((f) => `${f.package} ${f.advisory} ${f.fixedIn}`).sort();
const generation = async (): Promise<number> => (await live.call("GET", "/api/v1/feeds")).body.generation.id;

beforeAll(async () => {
  live = await startLive({ npm: now });
  const host = await live.host("feeds");
  await host.report({ npm: [npm("left", "1.0.0"), npm("right", "1.0.0"), npm("up", "1.0.0")] });
  await live.server.settled();
});
afterAll(() => live.stop());

test("a new advisory opens a finding without any report of an agent", async () => {
  await publish([...now, record("CVE-2026-0004", "npm", "up", "1.2.0")]);
  expect(await open()).toEqual(["left CVE-2026-0002 2.0.0", "right CVE-2026-0003 3.0.0", "up CVE-2026-0004 1.2.0"]);
});

test("a changed fix moves in the same finding, and only components that a change concerns are judged again", async () => {
  const [before] = (await live.findings()).filter((f) => f.package === "left");
  const service = await live.sql("zerotrace");
  const judged = async () =>
    new Map(
      (await service.query("select name, judged_generation as at from component")).rows.map((r) => [r.name, r.at]),
    );
  const was = await judged();
  await publish([record("CVE-2026-0002", "npm", "left", "2.1.0"), ...now.slice(1)]);
  const is = await judged();
  await service.end();
  expect(is.get("left")).toBe(await generation());
  expect([is.get("right"), is.get("up")]).toEqual([was.get("right"), was.get("up")]);
  const [after] = (await live.findings()).filter((f) => f.package === "left");
  expect(after).toMatchObject({ id: before.id, fixedIn: "2.1.0", firstSeenAt: before.firstSeenAt, reopenedAt: null });
});

test("a withdrawn advisory and one that left the feed close their findings, with history", async () => {
  await publish([{ ...LEFT, modified: "2026-03-01T00:00:00Z", withdrawn: "2026-03-01T00:00:00Z" }, RIGHT]);
  expect(await open()).toEqual(["right CVE-2026-0003 3.0.0"]);
  const closed = await live.findings("status=fixed");
  expect(closed.map((f) => `${f.package} ${f.fixedAt !== null}`).sort()).toEqual(["left true", "up true"]);
});

test("a severity that a feed corrects reaches findings and assets without a change of ranges", async () => {
  const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  await publish([{ ...RIGHT, modified: "2026-04-01T00:00:00Z", severity: [{ type: "CVSS_V3", score: vector }] }]);
  expect((await live.findings())[0]).toMatchObject({ severity: "critical", cvss: 9.8 });
  const [asset] = (await live.call("GET", "/api/v1/assets")).body.rows;
  expect(asset.findings).toMatchObject({ critical: 1, unknown: 0 });
});

test("a feed that breaks leaves the generation in force, its findings and a last error in the status", async () => {
  const before = await generation();
  const findings = await open();
  await writeFile(join(live.feeds, "npm", "all.zip"), "this is no zip");
  expect((await live.call("POST", "/api/v1/feeds/sync")).status).toBe(202);
  let status;
  do status = (await live.call("GET", "/api/v1/feeds")).body;
  while (status.lastError === null);
  expect(status.generation.id).toBe(before);
  expect(status.lastError.message).not.toBe("");
  expect(await open()).toEqual(findings);
  await publish(now);
  expect((await live.call("GET", "/api/v1/feeds")).body).toMatchObject({ lastError: null });
});

test("sources that look as they did are not read again, and the status tells when they were looked at", async () => {
  const before = (await live.call("GET", "/api/v1/feeds")).body;
  expect((await live.call("POST", "/api/v1/feeds/sync")).status).toBe(202);
  let status;
  do status = (await live.call("GET", "/api/v1/feeds")).body;
  while (status.sources[0].readAt === before.sources[0].readAt);
  expect(status.generation).toEqual(before.generation);
  expect(status.nextSyncAt > before.nextSyncAt).toBe(true);
  expect(status.progress).toBeNull();
});

test("a CVE, its GHSA and its distribution's record are one finding with every name", async () => {
  const names = ["CVE-2026-0009", "DEBIAN-CVE-2026-0009", "GHSA-zzzz-zzzz-zzzz"];
  await live.publish({
    npm: [
      record("GHSA-zzzz-zzzz-zzzz", "npm", "left", "2.0.0", { aliases: ["CVE-2026-0009"] }),
      record("CVE-2026-0009", "npm", "left", "2.0.0"),
      record("DEBIAN-CVE-2026-0009", "npm", "left", "2.0.0", { upstream: ["CVE-2026-0009"] }),
    ],
  });
  const found = await live.findings();
  expect(found).toHaveLength(1);
  expect([found[0].advisory, ...found[0].aliases].map(String).sort()).toEqual(names);
  expect(found[0].advisory).toBe("CVE-2026-0009");
});
