import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PATH = "vendor/composer/installed.json";
const PACKAGES = [
  { name: "guzzlehttp/psr7", version: "1.8.3", require: { "psr/http-message": "~1.0" } },
  { name: "psr/http-message", version: "1.1" },
];

test("installed.json of Composer 2 and of 1 gives the same packages; only 2 tells what is for development", async () => {
  const second = { packages: PACKAGES, "dev-package-names": ["psr/http-message"] };
  const found = await extractFrom(extract, { [PATH]: JSON.stringify(second) });
  expect(namesOf(found)).toEqual(["guzzlehttp/psr7@1.8.3", "psr/http-message@1.1"]);
  expect(found.packages.map(({ isDev }) => isDev)).toEqual([false, true]);
  const first = await extractFrom(extract, { [PATH]: JSON.stringify(PACKAGES) });
  expect(namesOf(first)).toEqual(namesOf(found));
  expect(first.packages[0]).toMatchObject({ dependsOn: [1] });
});

test("another program's installed.json has no packages", async () => {
  expect((await extractFrom(extract, { "installed.json": '{"apps":{}}' })).packages).toEqual([]);
});
