import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const ASKED = `source https://api.nuget.org/v3/index.json
nuget NUnit ~> 2.6.3 // test
nuget Newtonsoft.Json == 12.0.3
github fsprojects/Paket
group Build
  nuget FAKE
`;

test("paket.dependencies gives what is asked for with line; only an exact version is one", async () => {
  const found = await extractFrom(extract, { "paket.dependencies": ASKED });
  expect(namesOf(found)).toEqual(["FAKE@", "NUnit@", "Newtonsoft.Json@12.0.3"]);
  expect(found.packages.map(({ isDirect, line }) => [isDirect, line])).toEqual([
    [true, 6],
    [true, 2],
    [true, 3],
  ]);
});

test("with the lockfile beside it, nothing is said", async () => {
  const files = { "paket.dependencies": ASKED, "paket.lock": "" };
  expect((await extractFrom(extract, files)).packages).toEqual([]);
});
