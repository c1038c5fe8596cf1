import { expect, test } from "vitest";
import { extractFrom } from "../file-fixtures.ts";
import { FILE_EXTRACTORS } from "../files.ts";
import { extract } from "./index.ts";

const at = (path: string, fields: unknown) => extractFrom(extract, { [path]: JSON.stringify(fields) });

test("an installed package is told with its licence, in old forms too", async () => {
  const found = await at("app/node_modules/@s/a/package.json", { name: "@s/a", version: "1.0.0", license: "MIT" });
  expect(found.packages).toEqual([{ component: { ecosystem: "npm", name: "@s/a", version: "1.0.0" }, license: "MIT" }]);
  const old = { name: "b", version: "1", licenses: [{ type: "MIT", url: "x" }, { type: "GPL-2.0" }] };
  expect((await at("node_modules/b/package.json", old)).packages[0]?.license).toBe("(MIT OR GPL-2.0)");
});

test("only roots of installed packages are chosen", () => {
  const { match } = FILE_EXTRACTORS.find(({ id }) => id === "package-json")!.files;
  expect(match!.test("a/node_modules/b/package.json")).toBe(true);
  expect(match!.test("usr/share/nodejs/@s/b/package.json")).toBe(true);
  for (const path of [
    "package.json",
    "a/package.json",
    "node_modules/b/dist/package.json",
    "node_modules/@s/package.json",
  ]) {
    expect(match!.test(path)).toBe(false);
  }
});

test("a project's own file and one without name and version say nothing; broken JSON is refused by name", async () => {
  expect((await at("package.json", { name: "app", version: "1.0.0" })).packages).toEqual([]);
  expect((await at("node_modules/x/package.json", { type: "module" })).packages).toEqual([]);
  await expect(extractFrom(extract, { "node_modules/x/package.json": "{" })).rejects.toThrow(/node_modules\/x/);
});
