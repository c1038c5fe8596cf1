import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const json = (value: unknown): string => JSON.stringify(value, null, 2);

const V3 = json({
  lockfileVersion: 3,
  packages: {
    "": { name: "app", workspaces: ["packages/*"], dependencies: { a: "^1" }, devDependencies: { t: "1" } },
    "node_modules/a": { version: "1.0.0", license: "MIT", dependencies: { b: "^2" } },
    "node_modules/a/node_modules/b": { version: "2.0.0", inBundle: true },
    "node_modules/alias": { name: "@s/real", version: "3.0.0", devOptional: true },
    "node_modules/b": { version: "1.9.0", dev: true },
    "node_modules/g": { version: "0.1.0", resolved: "git+ssh://git@example.com/g.git#abc" },
    "node_modules/t": { version: "5.0.0", dev: true, dependencies: { b: "^1" } },
    "node_modules/w": { resolved: "packages/w", link: true },
    "packages/w": { version: "9.0.0", dependencies: { alias: "npm:@s/real@3", c: "1" } },
    "packages/w/node_modules/c": { version: "4.0.0", optional: true },
  },
});

test("versions 2 and 3 give installed packages, never the project, its workspaces or links", async () => {
  const found = await extractFrom(extract, { "package-lock.json": V3 });
  expect(namesOf(found)).toEqual(["@s/real@3.0.0", "a@1.0.0", "b@1.9.0", "b@2.0.0", "c@4.0.0", "g@0.1.0", "t@5.0.0"]);
});

test("versions 2 and 3 tell direct, dev, license, line and the way that brings a package", async () => {
  const { packages } = await extractFrom(extract, { "package-lock.json": V3 });
  const direct = packages.filter((p) => p.isDirect === true).map((p) => p.component.name);
  expect(direct).toEqual(["@s/real", "a", "c", "t"]);
  expect(packages.filter((p) => p.isDev === true).map((p) => p.component.name)).toEqual(["b", "t"]);
  expect(packages[1]).toMatchObject({ license: "MIT", dependsOn: [3], via: [], line: 16 });
  expect(packages[3]?.via).toEqual([1]);
});

test("the lock inside node_modules takes the direct ones from the package.json beside it", async () => {
  const { packages } = await extractFrom(extract, {
    "node_modules/.package-lock.json": json({
      packages: { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0" } },
    }),
    "package.json": json({ dependencies: { a: "1" } }),
  });
  expect(packages.map((p) => p.isDirect)).toEqual([true, false]);
});

test("version 1 gives nested packages, aliases by their real name, and no version for git and folders", async () => {
  const lock = json({
    lockfileVersion: 1,
    dependencies: {
      a: { version: "1.0.0", requires: { b: "^2" }, dependencies: { b: { version: "2.0.0" } } },
      alias: { version: "npm:real@3.0.0", dev: true },
      b: { version: "1.0.0" },
      g: { version: "git+ssh://git@example.com/g.git#abc" },
    },
  });
  const found = await extractFrom(extract, {
    "package-lock.json": lock,
    "package.json": json({ dependencies: { a: "1" } }),
  });
  expect(namesOf(found)).toEqual(["a@1.0.0", "b@1.0.0", "b@2.0.0", "g@", "real@3.0.0"]);
  expect(found.packages[2]).toMatchObject({ via: [0], isDirect: false, line: 10 });
  expect(found.packages[4]?.isDev).toBe(true);
});

test("where a shrinkwrap lies beside it, a package-lock.json says nothing", async () => {
  const files = { "package-lock.json": V3, "npm-shrinkwrap.json": V3 };
  expect((await extractFrom(extract, files)).packages).toEqual([]);
  expect((await extractFrom(extract, files, "npm-shrinkwrap.json")).packages).toHaveLength(7);
});

test("a lockfile that came with an installed package says nothing of what is installed", async () => {
  expect((await extractFrom(extract, { "node_modules/x/package-lock.json": V3 })).packages).toEqual([]);
});

test("a broken entry is a problem, the rest is read; what is no lockfile is refused by name", async () => {
  const lock = json({
    packages: { "node_modules/a": { version: "1.0.0" }, "node_modules/b": 1, "node_modules/c c": { version: "1" } },
  });
  const found = await extractFrom(extract, { "package-lock.json": lock });
  expect(namesOf(found)).toEqual(["a@1.0.0"]);
  expect(found.problems).toHaveLength(2);
  for (const text of ["null", "[1]", "{", ""]) {
    await expect(extractFrom(extract, { "x/package-lock.json": text })).rejects.toThrow(/x\/package-lock\.json/);
  }
});
