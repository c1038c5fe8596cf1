import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { madeElf, madeMacho, madePe } from "../program-fixtures.ts";
import { extract } from "./index.ts";

const LIST = {
  packages: [
    { name: "app", version: "1.0.0", source: "local", root: true, dependencies: [1, 4] },
    { name: "serde", version: "1.0.200", source: "crates.io", dependencies: [2] },
    { name: "itoa", version: "1.0.1", source: "crates.io" },
    { name: "cc", version: "1.0.90", source: "crates.io", kind: "build" },
    { name: "member", version: "0.1.0", source: "local" },
  ],
};
const bytes = deflateSync(JSON.stringify(LIST));

test.each([
  ["ELF", madeElf([{ name: ".dep-v0", bytes }])],
  ["PE", madePe([{ name: ".dep-v0", bytes }])],
  ["Mach-O", madeMacho([{ name: "__dep_v0", bytes }])],
])("an auditable Rust program names its crates with graph and build-time ones: %s", async (_, program) => {
  const found = await extractFrom(extract, { app: program });
  expect(namesOf(found)).toEqual(["app@1.0.0", "cc@1.0.90", "itoa@1.0.1", "serde@1.0.200"]);
  expect(found.packages.map(({ isDev }) => isDev)).toEqual([false, true, false, false]);
  expect(found.packages[3]).toMatchObject({ isDirect: true, dependsOn: [2] });
  expect(found.packages[2]).toMatchObject({ isDirect: false, via: [3] });
});

test("a list that unpacks to more than 8 MiB, or not at all, is refused by name", async () => {
  for (const broken of [deflateSync(Buffer.alloc(9 * 1024 * 1024)), Buffer.from("no zlib"), deflateSync("{")]) {
    const program = madeElf([{ name: ".dep-v0", bytes: broken }]);
    await expect(extractFrom(extract, { app: program })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});

test("a program without the section has no crates", async () => {
  expect((await extractFrom(extract, { app: madeElf([{ name: ".data", bytes }]) })).packages).toEqual([]);
});
