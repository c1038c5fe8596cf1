import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BACKOFF_MAX_MS, backoffMs } from "./backoff.ts";
import { fromColumns, toColumns } from "./columns.ts";
import { bodyOf, snapshotOf } from "./inventory-body.ts";
import { openSpool } from "./spool.ts";
import { deb, hostWith } from "./test-server.ts";

let dir: string;
beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), "zerotrace-spool-"))));
afterEach(() => rm(dir, { recursive: true, force: true }));

const bodyAt = (minute: number, names: readonly string[] = ["a"]) =>
  bodyOf(snapshotOf(hostWith(names.map((n) => deb(n))), new Date(Date.UTC(2026, 0, 1, 0, minute))), null, {});

test("the spool gives the oldest first and drops the oldest when it is full", async () => {
  const spool = openSpool(dir, { inventoryCount: 2, sizeBytes: 1_000_000 });
  expect(await spool.put(bodyAt(2))).toBe(0);
  expect(await spool.put(bodyAt(1))).toBe(0);
  expect((await spool.oldest())?.body).toEqual(bodyAt(1));
  expect(await spool.put(bodyAt(3))).toBe(1);
  expect((await spool.oldest())?.body).toEqual(bodyAt(2));
});

test("the spool stays within its bytes but always keeps the newest", async () => {
  const spool = openSpool(dir, { inventoryCount: 9, sizeBytes: 10 });
  await spool.put(bodyAt(1));
  expect(await spool.put(bodyAt(2))).toBe(1);
  expect(await spool.count()).toBe(1);
});

test("a damaged file in the spool is passed over, and files are readable by their owner only", async () => {
  const spool = openSpool(dir);
  await writeFile(join(dir, "000000000000001-0001.json.zst"), "torn");
  await spool.put(bodyAt(1));
  expect((await spool.oldest())?.body).toEqual(bodyAt(1));
  const [name] = await readdir(dir);
  expect((await stat(join(dir, name!))).mode & 0o777).toBe(0o600);
});

test("waiting grows, stays below five minutes and spreads over the whole span", () => {
  expect([0, 1, 2, 3].map((n) => backoffMs(n, () => 1))).toEqual([1000, 2000, 4000, 8000]);
  expect(backoffMs(1000, () => 1)).toBe(BACKOFF_MAX_MS);
  expect(backoffMs(5, () => 0)).toBe(0);
});

test("columns are the same for the same set in any order, and give the components back", () => {
  const components = [
    deb("b"),
    { ecosystem: "npm", name: "left-pad", version: "1.0.0" },
    { ...deb("a"), source: { name: "src", version: "2" } },
  ];
  expect(toColumns(components)).toEqual(toColumns(components.toReversed()));
  expect(new Set(fromColumns(toColumns(components)).map((c) => JSON.stringify(c)))).toEqual(
    new Set(components.map((c) => JSON.stringify(c))),
  );
});

test("changed problems alone are told as an empty delta", () => {
  const before = snapshotOf(hostWith([deb("a")]), new Date(0));
  const [source] = before.sources;
  if (source === undefined || !("digest" in source)) throw new Error("unreachable");
  const acknowledged = { dpkg: { digest: source.digest, problems: [], components: toColumns([deb("a")]) } };
  const after = snapshotOf(hostWith([deb("a")], ["x: it has no version"]), new Date(0));
  const body = bodyOf(after, { dpkg: source.digest }, acknowledged);
  expect(body.sources[0]).toMatchObject({ kind: "delta", problems: ["x: it has no version"], added: { name: [] } });
});
