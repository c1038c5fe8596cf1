import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("deps.json gives packages and the runtime with graph; the program's own projects are left out", async () => {
  const deps = {
    targets: {
      ".NETCoreApp,Version=v6.0": {
        "App/1.0.0": { dependencies: { Serilog: "2.10.0", Lib: "1.0.0" } },
        "Serilog/2.10.0": { dependencies: { "System.Text": "4.0.0" } },
      },
    },
    libraries: {
      "App/1.0.0": { type: "project" },
      "Lib/1.0.0": { type: "project" },
      "Serilog/2.10.0": { type: "package" },
      "System.Text/4.0.0": { type: "package" },
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1": { type: "runtimepack" },
    },
  };
  const found = await extractFrom(extract, { "app.deps.json": JSON.stringify(deps) });
  expect(namesOf(found)).toEqual([
    "Microsoft.NETCore.App.Runtime.linux-x64@6.0.1",
    "Serilog@2.10.0",
    "System.Text@4.0.0",
  ]);
  expect(found.packages.map(({ isDirect }) => isDirect)).toEqual([false, true, false]);
  expect(found.packages[2]?.via).toEqual([1]);
});

test("an entry without a name is told; what is no object is refused by name", async () => {
  const deps = { libraries: { "/1.0.0": { type: "package" }, "A/1.0.0": { type: "package" } } };
  const found = await extractFrom(extract, { "a.deps.json": JSON.stringify(deps) });
  expect([namesOf(found), found.problems]).toEqual([["A@1.0.0"], ["/1.0.0 has no name or no version"]]);
  await expect(extractFrom(extract, { "a.deps.json": "[]" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
