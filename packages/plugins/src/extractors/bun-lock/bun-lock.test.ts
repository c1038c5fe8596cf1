import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "app", "dependencies": { "a": "^1", "old": "npm:real@3", }, "devDependencies": { "t": "1" } },
    "packages/w": { "name": "@s/w", "dependencies": { "b": "^1" } },
  },
  "packages": {
    "@s/w": ["@s/w@workspace:packages/w"],

    "@s/w/b": ["b@1.9.0", "", {}, "sha512-x"],

    "a": ["a@1.0.0", "", { "dependencies": { "b": "^2" } }, "sha512-x"],

    "b": ["b@2.0.0", "", {}, "sha512-x"],

    "g": ["g@github:x/g#abc", { "peerDependencies": { "b": "*" } }, "x-g-abc"],

    "old": ["real@3.0.0", "", {}, "sha512-x"],

    "t": ["t@1.0.0", "", { "dependencies": { "@u/v": "1" } }, "sha512-x"],

    "t/@u/v": ["@u/v@1.2.3", "", { "dependencies": { "b": "^2" } }, "sha512-x"],

    "bad": [1],
  }
}
`;

test("packages with their real names, graph, direct, dev by the graph and lines; workspaces are left out", async () => {
  const found = await extractFrom(extract, { "bun.lock": LOCK });
  expect(namesOf(found)).toEqual(["@u/v@1.2.3", "a@1.0.0", "b@1.9.0", "b@2.0.0", "g@", "real@3.0.0", "t@1.0.0"]);
  expect(found.packages.map((p) => [p.isDirect, p.isDev])).toEqual([
    [false, true],
    [true, false],
    [true, false],
    [false, false],
    [false, undefined],
    [true, false],
    [true, true],
  ]);
  expect(found.packages[0]).toMatchObject({ dependsOn: [3], via: [6], line: 22 });
  expect(found.problems).toEqual(["bad: it names no package"]);
});

test("a lockfile without packages is empty; what is none is refused by name", async () => {
  expect((await extractFrom(extract, { "bun.lock": '{ "workspaces": {}, }' })).packages).toEqual([]);
  await expect(extractFrom(extract, { "a/bun.lock": "[]" })).rejects.toThrow(/a\/bun\.lock/);
});
