import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `STORAGE: NONE
NUGET
  remote: https://api.nuget.org/v3/index.json
    NUnit (2.6.4)
      NUnit.Console (>= 3.0.0)
    NUnit.Console (3.1) - restriction: >= net45
GITHUB
  remote: fsprojects/Paket
    src/Paket.fs (5.0.0)
GROUP Build
NUGET
  remote: https://api.nuget.org/v3/index.json
    FAKE (5.20.4)
`;

test("paket.lock gives packages of all groups with graph and line; files of repositories are left out", async () => {
  const asked = "source https://api.nuget.org/v3/index.json\nnuget NUnit ~> 2.6\ngroup Build\n  nuget FAKE\n";
  const found = await extractFrom(extract, { "paket.lock": LOCK, "paket.dependencies": asked });
  expect(namesOf(found)).toEqual(["FAKE@5.20.4", "NUnit@2.6.4", "NUnit.Console@3.1"]);
  expect(found.packages.map(({ isDirect, via, line }) => [isDirect, via, line])).toEqual([
    [true, [], 13],
    [true, [], 4],
    [false, [1], 6],
  ]);
});

test("without paket.dependencies the lockfile does not tell what is direct; an empty one has no packages", async () => {
  expect((await extractFrom(extract, { "paket.lock": LOCK })).packages[0]?.isDirect).toBeUndefined();
  expect((await extractFrom(extract, { "paket.lock": "" })).packages).toEqual([]);
});
