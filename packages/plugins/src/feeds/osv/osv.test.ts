import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contextOf, freshFolder, recordJson, recordingSink, withServer, zipOf } from "../fixtures.ts";
import type { ZipFixture } from "../fixtures.ts";
import { createOsvFeed } from "./index.ts";
import { ZIP_LIMITS } from "./zip.ts";

function layout(files: readonly ZipFixture[], ecosystem = "npm"): string {
  const folder = freshFolder();
  mkdirSync(join(folder, ecosystem));
  writeFileSync(join(folder, ecosystem, "all.zip"), zipOf(files));
  return folder;
}

const read = (folder: string, zip = ZIP_LIMITS) => {
  const kept = recordingSink();
  return createOsvFeed({ zip })
    .read(contextOf(), folder, kept.sink)
    .then((report) => ({ report, ...kept }));
};

test("records of a folder are read; bad ones are counted and named with the reason", async () => {
  const { report, records } = await read(
    layout([
      { name: "A-1.json", bytes: recordJson("A-1") },
      { name: "broken.json", bytes: Buffer.from("{") },
      { name: "no-id.json", bytes: Buffer.from("{}") },
      { name: "README", bytes: Buffer.from("not a record") },
    ]),
  );
  expect(records.map((record) => record.id)).toEqual(["A-1"]);
  expect(report).toMatchObject({ recordCount: 1, badCount: 2, covers: ["npm"], dataAt: "2026-01-01T00:00:00.000Z" });
  expect(report?.bad.map((bad) => bad.id)).toEqual(["broken.json", "no-id.json"]);
});

test("a folder of layouts is searched one level deep; an empty folder is nothing of this feed", async () => {
  const folder = freshFolder();
  expect((await read(folder)).report).toBeNull();
  mkdirSync(join(folder, "osv", "npm"), { recursive: true });
  writeFileSync(join(folder, "osv", "npm", "all.zip"), zipOf([{ name: "A.json", bytes: recordJson("A") }]));
  expect((await read(folder)).report?.recordCount).toBe(1);
});

test("the folder of one ecosystem may be named itself", async () => {
  const folder = layout([{ name: "A-1.json", bytes: recordJson("A-1") }]);
  expect((await read(join(folder, "npm"))).records.map((record) => record.id)).toEqual(["A-1"]);
});

test("a folder of something else is nothing of this feed, whatever lies in it", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "file"), "x");
  symlinkSync(join(folder, "file"), join(folder, "localtime"));
  symlinkSync(join(folder, "gone"), join(folder, "dangling"));
  mkdirSync(join(folder, "other"));
  expect((await read(folder)).report).toBeNull();
});

test("an archive that inflates beyond its bounds, lies about sizes or is damaged is refused whole", async () => {
  const bomb = { name: "A.json", bytes: Buffer.alloc(100_000, 0x20) };
  const tight = { ...ZIP_LIMITS, maxRatio: 2, floorBytes: 1000 };
  await expect(read(layout([bomb]), tight)).rejects.toMatchObject({ code: "BAD_FEED" });
  await expect(read(layout([{ ...bomb, declaredBytes: 10 }]))).rejects.toMatchObject({ code: "BAD_FEED" });
  await expect(read(layout([{ ...bomb, declaredCrc: 1 }]))).rejects.toMatchObject({ code: "BAD_FEED" });
  const folder = layout([bomb]);
  writeFileSync(join(folder, "npm", "all.zip"), zipOf([bomb]).subarray(0, 60));
  await expect(read(folder)).rejects.toMatchObject({ code: "BAD_FEED" });
});

test("a single record over the bound is bad, the others are read", async () => {
  const files = [
    { name: "big.json", bytes: Buffer.alloc(5000, 0x20) },
    { name: "A.json", bytes: recordJson("A") },
  ];
  const { report } = await read(layout(files), { ...ZIP_LIMITS, maxEntryBytes: 4000 });
  expect(report).toMatchObject({ recordCount: 1, badCount: 1 });
});

test("an address is read by its list of ecosystems, escaped, without the releases", async () => {
  const asked: string[] = [];
  const kept = recordingSink();
  const report = await withServer(
    (request, response) => {
      asked.push(request.url ?? "");
      if (request.url === "/base/ecosystems.txt") response.end("npm\nRocky Linux\nDebian:12\n../etc\n");
      else if (request.url === "/base/npm/all.zip") response.end(zipOf([{ name: "A.json", bytes: recordJson("A") }]));
      else response.writeHead(404).end();
    },
    (url) => createOsvFeed().read(contextOf(), `${url}/base/`, kept.sink),
  );
  expect(asked.sort()).toEqual([
    "/base/Rocky%20Linux/all.zip",
    "/base/Rocky%20Linux/modified_id.csv",
    "/base/ecosystems.txt",
    "/base/npm/all.zip",
    "/base/npm/modified_id.csv",
  ]);
  expect(report?.recordCount).toBe(1);
});
