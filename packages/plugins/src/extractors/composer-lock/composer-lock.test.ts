import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = JSON.stringify(
  {
    packages: [
      { name: "Sentry/SDK", version: "v2.0.4", require: { php: ">=7", "psr/log": "^1" }, license: ["MIT", "GPL-2.0"] },
      { name: "psr/log", version: "1.1.3" },
      { name: "own/part", version: "dev-main", dist: { type: "path", url: "../part" } },
    ],
    "packages-dev": [{ name: "phpunit/phpunit", version: "9.0.0" }],
  },
  null,
  4,
);

test("composer.lock gives packages with graph, line, license and what is for development; folders are left out", async () => {
  const project = JSON.stringify({ require: { "sentry/sdk": "^2" }, "require-dev": { "phpunit/phpunit": "*" } });
  const found = await extractFrom(extract, { "composer.lock": LOCK, "composer.json": project });
  expect(namesOf(found)).toEqual(["phpunit/phpunit@9.0.0", "psr/log@1.1.3", "sentry/sdk@2.0.4"]);
  expect(found.packages.map(({ isDev, isDirect }) => [isDev, isDirect])).toEqual([
    [true, true],
    [false, false],
    [false, true],
  ]);
  expect(found.packages[2]).toMatchObject({ license: "MIT OR GPL-2.0", line: 4, dependsOn: [1] });
  expect(found.packages[1]?.via).toEqual([2]);
});

test("without composer.json the lockfile does not tell what is direct", async () => {
  const found = await extractFrom(extract, { "composer.lock": LOCK });
  expect(found.packages.map(({ isDirect }) => isDirect)).toEqual([undefined, undefined, undefined]);
});

test("null and what is no JSON are refused by name", async () => {
  for (const text of ["null", "nope"]) {
    await expect(extractFrom(extract, { "composer.lock": text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
