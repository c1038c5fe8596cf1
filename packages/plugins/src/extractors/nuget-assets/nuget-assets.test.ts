import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("project.assets.json gives packages with graph; what only private ones need is for development", async () => {
  const assets = {
    version: 3,
    targets: {
      "net8.0": {
        "SourceLink/1.0.0": { type: "package", dependencies: { "Build.Tasks": "1.0.0" } },
        "Build.Tasks/1.0.0": { type: "package" },
        "Serilog/2.10.0": { type: "package" },
        "Mine/1.0.0": { type: "project" },
      },
      "net8.0/win-x64": { "Serilog/2.10.0": { type: "package" } },
    },
    projectFileDependencyGroups: { "net8.0": ["SourceLink >= 1.0.0", "Serilog >= 2.10.0"] },
    project: { frameworks: { "net8.0": { dependencies: { SourceLink: { suppressParent: "All" }, Serilog: {} } } } },
  };
  const found = await extractFrom(extract, { "obj/project.assets.json": JSON.stringify(assets) });
  expect(namesOf(found)).toEqual(["Build.Tasks@1.0.0", "Serilog@2.10.0", "SourceLink@1.0.0"]);
  expect(found.packages.map(({ isDirect, isDev }) => [isDirect, isDev])).toEqual([
    [false, true],
    [true, false],
    [true, true],
  ]);
  expect(found.packages[0]?.via).toEqual([2]);
});

test("a document without targets is refused by name", async () => {
  for (const text of ["{}", "not json"]) {
    await expect(extractFrom(extract, { "project.assets.json": text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
