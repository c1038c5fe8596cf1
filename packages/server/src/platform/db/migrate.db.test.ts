import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { migrate } from "./index.ts";

let base: TestDatabase;
let directory: string;

beforeAll(async () => {
  base = await testDatabase();
  await base.owner.query("drop table schema_migration");
  directory = await mkdtemp(join(tmpdir(), "zt-migrations-"));
  await writeFile(join(directory, "0001_first.sql"), "create table first_table (n int);");
  await writeFile(
    join(directory, "0002_second.sql"),
    "create table second_table (n int); insert into first_table values (1);",
  );
});
afterAll(async () => {
  await base.close();
  await rm(directory, { recursive: true });
});

test("migrations run once, in order, with progress, also when two servers start together", async () => {
  const seen: string[] = [];
  const onProgress = (done: number, total: number, name: string) => void seen.push(`${done}/${total} ${name}`);
  const both = await Promise.all([
    migrate(base.connections.owner, { directory, onProgress }),
    migrate(base.connections.owner, { directory, onProgress }),
  ]);
  expect(both.toSorted((a, b) => a.from - b.from)).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 2 },
  ]);
  expect(seen).toEqual(["0/2 0001_first.sql", "1/2 0002_second.sql"]);
  expect((await base.owner.query("select n from first_table")).rowCount).toBe(1);
});

test("a migration that fails leaves nothing of itself behind", async () => {
  const file = join(directory, "0003_third.sql");
  await writeFile(file, "create table third_table (n int); select 1/0;");
  await expect(migrate(base.connections.owner, { directory })).rejects.toMatchObject({ code: "22012" });
  expect((await base.owner.query("select to_regclass('third_table') as t")).rows).toEqual([{ t: null }]);
  await rm(file);
});

test("an applied migration that was changed is refused", async () => {
  await base.owner.query("update schema_migration set checksum = 'other' where version = 2");
  await expect(migrate(base.connections.owner, { directory })).rejects.toMatchObject({ code: "BAD_CONFIG" });
});

test("a database of a newer schema is refused", async () => {
  await rm(join(directory, "0002_second.sql"));
  await expect(migrate(base.connections.owner, { directory })).rejects.toMatchObject({ code: "DATA_DIR_NEWER" });
});
