import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = JSON.stringify(
  {
    _meta: { "pipfile-spec": 6 },
    default: { MarkupSafe: { version: "==2.1.1" }, g: { git: "https://x", ref: "abc" }, own: { path: "." }, bad: 1 },
    develop: { markupsafe: { version: "==2.1.1" }, pytest: { version: "==8.0" } },
  },
  null,
  4,
);

test("exact versions; dev is what only `develop` holds; git is unknown, folders are left out", async () => {
  const found = await extractFrom(extract, { "Pipfile.lock": LOCK });
  expect(namesOf(found)).toEqual(["g@", "markupsafe@2.1.1", "pytest@8.0"]);
  expect(found.packages.map((p) => p.isDev)).toEqual([false, false, true]);
  expect(found.packages[1]?.line).toBe(6);
  expect(found.problems).toEqual(["bad: it is not an object"]);
});

test("direct ones are told by the Pipfile", async () => {
  const pipfile = '[[source]]\nname = "pypi"\n[packages]\nMarkupSafe = "*"\n[dev-packages]\nx = "*"\n';
  const { packages } = await extractFrom(extract, { "Pipfile.lock": LOCK, Pipfile: pipfile });
  expect(packages.map((p) => p.isDirect)).toEqual([false, true, false]);
});
