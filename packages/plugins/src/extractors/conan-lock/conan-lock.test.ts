import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const run = (content: unknown) => extractFrom(extract, { "conan.lock": JSON.stringify(content) });

test("version 1: the project's node asks, the others are found with the way to them", async () => {
  const found = await run({
    graph_lock: {
      nodes: {
        0: { ref: "own/1.0", path: "conanfile.py", requires: ["1"], build_requires: ["3"] },
        1: { ref: "poco/1.9.4#ffa77:19729#0", requires: ["2"] },
        2: { ref: "zlib/1.2.12@user/channel" },
        3: { ref: "ninja/1.11.1" },
      },
    },
  });
  expect(namesOf(found)).toEqual(["ninja@1.11.1", "poco@1.9.4", "zlib@1.2.12"]);
  expect(found.packages.map((p) => [p.isDirect, p.isDev, p.via])).toEqual([
    [true, true, []],
    [true, false, []],
    [false, false, [1]],
  ]);
});

test("version 2: what builds is for development", async () => {
  const found = await run({
    version: "0.5",
    requires: ["zlib/1.2.11#ffa7%1667396813.184"],
    build_requires: ["ninja/1.11.1"],
    python_requires: [],
  });
  expect(found.packages.map((p) => [p.component.name, p.component.version, p.isDev])).toEqual([
    ["ninja", "1.11.1", true],
    ["zlib", "1.2.11", false],
  ]);
});
