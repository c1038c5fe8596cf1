import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { countHeldPage, heldPage, writeHeld } from "./held-sql.ts";

const NAMES = ["zip", "gzip", "Zlib", "a_b", "a%b", "openssl", "libssl3", "log4j-core", "bzip2", "x"];

let api: TestApi;
let company: TestCompany;

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  await api.db.asServiceFor(company.id, async (tx) => {
    await tx.query("insert into package (id, ecosystem, name) overriding system value values (1, 'Debian:12', 'x')");
    for (let id = 1; id <= 30; id += 1)
      await tx.query(
        `insert into component (id, ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl)
         overriding system value values ($1::int, 'Debian:12', $2, $1::int::text, '', $3, '', 1, '1', '')`,
        [id, NAMES[id % 10], id % 3 ? "" : NAMES[(id + 4) % 10]],
      );
    const held = Array.from({ length: 20 }, (_, i) => ({ componentId: i + 5, assetCount: i + 1 }));
    await writeHeld(tx, company.id, held, true);
  });
});
afterAll(() => api.close());

test("components by any part of a name, however short, are found in the order of names, page by page, and counted", async () => {
  for (const q of ["", "z", "ZI", "a_", "%", "zip", "nothing", "q?"]) {
    await api.db.asServiceFor(company.id, async (tx) => {
      const all = await tx.query<{ id: number }>(
        `select c.id from component c where c.id between 5 and 24
           and strpos(lower(c.name || ' ' || c.source_name), lower($1)) > 0 order by c.name collate "C", c.id`,
        [q],
      );
      const found: number[] = [];
      for (let after: [string, number] | null = null; ;) {
        const rows = await heldPage(tx, company.id, { q, limit: 3, after });
        found.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (last === undefined) break;
        after = [last.name, last.id];
      }
      expect(found, q).toEqual(all.map(({ id }) => id));
      expect(await countHeldPage(tx, company.id, q)).toBe(all.length);
    });
  }
});

test("how many assets have each component is written, changed and forgotten, of some components and of all", async () => {
  const stored = async (): Promise<[number, number, string][]> =>
    await api.db.asServiceFor(company.id, async (tx) =>
      (
        await tx.query<{ id: number; n: number; name: string }>(
          `select component_id as id, asset_count as n, name from held_component where company_id = $1 order by 1`,
          [company.id],
        )
      ).map(({ id, n, name }) => [id, n, name]),
    );
  const write = (held: readonly [number, number][], isAll?: boolean) =>
    api.db.asServiceFor(company.id, (tx) =>
      writeHeld(
        tx,
        company.id,
        held.map(([componentId, assetCount]) => ({ componentId, assetCount })),
        isAll,
      ),
    );
  const nameOf = (id: number): string => NAMES[id % 10] as string;
  await write(
    [
      [3, 2],
      [4, 7],
    ],
    true,
  );
  expect(await stored()).toEqual([
    [3, 2, nameOf(3)],
    [4, 7, nameOf(4)],
  ]);
  await write([
    [3, 5],
    [4, 7],
    [6, 1],
    [9, 0],
  ]);
  expect(await stored()).toEqual([
    [3, 5, nameOf(3)],
    [4, 7, nameOf(4)],
    [6, 1, nameOf(6)],
  ]);
  await write([
    [4, 0],
    [6, 2],
  ]);
  expect(await stored()).toEqual([
    [3, 5, nameOf(3)],
    [6, 2, nameOf(6)],
  ]);
  await write([], true);
  expect(await stored()).toEqual([]);
});
