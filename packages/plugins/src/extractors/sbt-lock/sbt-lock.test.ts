import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("build.sbt.lock gives modules; what only tests use is for development, an entry without a name is told", async () => {
  const lock = {
    lockVersion: 1,
    dependencies: [
      { org: "org.a", name: "a_2.13", version: "1.0.0", configurations: ["compile", "test"] },
      { org: "org.b", name: "b", version: "2.0.0", configurations: ["test"] },
      { name: "c" },
    ],
  };
  const found = await extractFrom(extract, { "build.sbt.lock": JSON.stringify(lock) });
  expect(namesOf(found)).toEqual(["org.a:a_2.13@1.0.0", "org.b:b@2.0.0"]);
  expect(found.packages.map(({ isDev }) => isDev)).toEqual([false, true]);
  expect(found.problems).toEqual(["an entry has no org or no name"]);
});

test("another document is refused by name", async () => {
  for (const text of ["{}", "no"]) {
    await expect(extractFrom(extract, { "build.sbt.lock": text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
