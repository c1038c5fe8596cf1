import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PATH = "packages.lock.json";

test("packages.lock.json gives packages of all frameworks with graph; projects are left out, names are normalized", async () => {
  const lock = {
    version: 2,
    dependencies: {
      "net6.0": {
        "Core.Dep": { type: "Direct", resolved: "1.24.0", dependencies: { "Some.Dep": "1.1.1" } },
        "Some.Dep": { type: "Transitive", resolved: "1.1.1" },
        mine: { type: "Project", dependencies: { "Some.Dep": "1.1.1" } },
      },
      "net8.0": { "Some.Dep": { type: "CentralTransitive", resolved: "2.0.0" } },
    },
  };
  const found = await extractFrom(extract, { [PATH]: JSON.stringify(lock) });
  expect(namesOf(found)).toEqual(["Core.Dep@1.24.0", "Some.Dep@1.1.1", "Some.Dep@2.0.0"]);
  expect(found.packages.map(({ isDirect, via }) => [isDirect, via])).toEqual([
    [true, []],
    [false, [0]],
    [false, undefined],
  ]);
});

test("an entry without a version is told; another document is refused by name", async () => {
  const lock = { dependencies: { "net6.0": { A: { type: "Direct" }, B: { type: "Direct", resolved: "1.0.0" } } } };
  const found = await extractFrom(extract, { [PATH]: JSON.stringify(lock) });
  expect(found.problems).toEqual(["A has no version for net6.0"]);
  for (const text of ["[]", "no", '{"dependencies":[]}']) {
    await expect(extractFrom(extract, { [PATH]: text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
