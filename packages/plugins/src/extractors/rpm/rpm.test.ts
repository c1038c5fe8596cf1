import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { fakeFs, ndbFile, rpmHeader } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { rpm } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "zerotrace-rpm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADERS = [
  rpmHeader({
    1000: "openssl-libs",
    1001: "3.0.7",
    1002: "27.el9",
    1003: 1,
    1022: "x86_64",
    1044: "openssl-3.0.7-27.el9.src.rpm",
  }),
  rpmHeader({ 1000: "bash", 1001: "5.1.8", 1002: "9.el9", 1003: 0, 1022: "x86_64", 1044: "bash-5.1.8-9.el9.src.rpm" }),
  rpmHeader({ 1000: "gpg-pubkey", 1001: "8483c65d", 1002: "5ccc5b19" }),
];

const extract = (fs: ReturnType<typeof fakeFs>, release: string) =>
  rpm.extract({ fs, os: parseOsRelease(release), signal: new AbortController().signal });

/** Makes rpmdb.sqlite by running `fill`, and a fake host that has it. */
const sqliteHost = (name: string, fill: (database: DatabaseSync) => void) => {
  const file = join(folder, name);
  const database = new DatabaseSync(file);
  fill(database);
  database.close();
  return fakeFs({}, { "/var/lib/rpm/rpmdb.sqlite": file });
};

const TABLE = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)";

test("SQLite and ndb databases give the same packages, epoch only when it is not 0, keys left out", async () => {
  const sqlite = sqliteHost("good.sqlite", (database) => {
    database.exec(`PRAGMA journal_mode = WAL; ${TABLE}`);
    for (const header of HEADERS) database.prepare("INSERT INTO Packages(blob) VALUES (?)").run(header);
  });
  const expected = {
    problems: [],
    components: [
      { ecosystem: "AlmaLinux:9", name: "bash", version: "5.1.8-9.el9", arch: "x86_64" },
      { ecosystem: "AlmaLinux:9", name: "openssl-libs", version: "1:3.0.7-27.el9", arch: "x86_64" },
    ],
  };
  expect(await extract(sqlite, "ID=almalinux\nVERSION_ID=9.4")).toEqual(expected);
  const ndb = fakeFs({ "/usr/lib/sysimage/rpm/Packages.db": ndbFile(HEADERS) });
  expect(await extract(ndb, "ID=almalinux\nVERSION_ID=9.4")).toEqual(expected);
});

test("where advisories name source packages, the source comes from SOURCERPM", async () => {
  const fs = fakeFs({ "/var/lib/rpm/Packages.db": ndbFile(HEADERS) });
  const extraction = await extract(fs, "ID=mageia\nVERSION_ID=9");
  expect(extraction?.components.map((c) => c.source)).toEqual([
    undefined,
    { name: "openssl", version: "1:3.0.7-27.el9" },
  ]);
});

test("an empty SQLite database gives an empty list", async () => {
  const fs = sqliteHost("empty.sqlite", (database) => database.exec(TABLE));
  expect(await extract(fs, "ID=rocky\nVERSION_ID=9")).toEqual({ components: [], problems: [] });
});

test("a view without end in place of the table, a cut-off file and noise are UNREADABLE and do not hang", async () => {
  const endless = sqliteHost("view.sqlite", (database) =>
    database.exec(
      "CREATE VIEW Packages AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS hnum, zeroblob(9) AS blob FROM n",
    ),
  );
  await expect(extract(endless, "ID=rocky")).rejects.toMatchObject({ code: "UNREADABLE" });
  for (const [name, bytes] of [
    ["noise", new Uint8Array(9000).fill(65)],
    ["zero", new Uint8Array()],
  ] as const) {
    writeFileSync(join(folder, name), bytes);
    const fs = fakeFs({}, { "/var/lib/rpm/rpmdb.sqlite": join(folder, name) });
    await expect(extract(fs, "ID=rocky")).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});

test("a Packages file that is no Berkeley DB is unreadable, never passed over", async () => {
  const fs = fakeFs({ "/var/lib/rpm/Packages": "bdb" });
  await expect(extract(fs, "ID=centos")).rejects.toMatchObject({ code: "UNREADABLE" });
});

test("one damaged header is a problem; the others are read", async () => {
  const fs = fakeFs({ "/var/lib/rpm/Packages.db": ndbFile([new Uint8Array(40).fill(255), ...HEADERS]) });
  const extraction = await extract(fs, "ID=rocky\nVERSION_ID=9");
  expect(extraction?.components.length).toBe(2);
  expect(extraction?.problems.length).toBe(1);
});

test("a package of a module is judged within its stream, one of Amazon's extras by its topic where yum's notes tell it", async () => {
  const nodejs = { 1000: "npm", 1001: "10.8.2", 1002: "1.module_el8.10.0+1", 1003: 1, 1022: "x86_64" };
  const modular = ndbFile([rpmHeader({ ...nodejs, 5096: "nodejs:20:8100020240301:489197e6" })]);
  for (const [id, stream] of [
    ["almalinux", "nodejs:20/npm"],
    ["rocky", "nodejs:20/npm"],
    ["ol", "nodejs:20/npm"],
    ["mageia", undefined],
  ]) {
    const found = await extract(fakeFs({ "/var/lib/rpm/Packages.db": modular }), `ID=${id}\nVERSION_ID=8.10`);
    expect(found?.components[0]?.source?.name, id).toBe(stream);
  }
  const runc = ndbFile([rpmHeader({ 1000: "runc", 1001: "1.1", 1002: "1.amzn2", 1003: 2, 1022: "x86_64" })]);
  const notes = "/var/lib/yum/yumdb/r/0abc-runc-1.1-1.amzn2-x86_64/from_repo";
  const onAmazon = async (from: string) => {
    const fs = fakeFs({ "/var/lib/rpm/Packages.db": runc, [notes]: from });
    return (await extract(fs, "ID=amzn\nVERSION_ID=2"))?.components[0];
  };
  expect(await onAmazon("amzn2extra-docker")).toMatchObject({
    name: "runc",
    source: { name: "extra:docker/runc", version: "2:1.1-1.amzn2" },
  });
  expect((await onAmazon("amzn2-core"))?.source).toBeUndefined();
});
