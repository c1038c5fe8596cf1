import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("packages.config gives packages with line and what is for development; one without an id is told", async () => {
  const config = `<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="Newtonsoft.Json" version="9.0.1" targetFramework="net46" />
  <package id="Microsoft.Net.Compilers" version="1.0.0" developmentDependency="true" />
  <package id="Unfixed" />
  <package version="1.0.0" />
</packages>`;
  const found = await extractFrom(extract, { "packages.config": config });
  expect(namesOf(found)).toEqual(["Microsoft.Net.Compilers@1.0.0", "Newtonsoft.Json@9.0.1", "Unfixed@"]);
  expect(found.packages.map(({ isDev, line }) => [isDev, line])).toEqual([
    [true, 4],
    [false, 3],
    [false, 5],
  ]);
  expect(found.problems).toEqual(["line 6: a package has no id"]);
});

test("another document is refused by name", async () => {
  for (const text of ["<configuration/>", "invalid"]) {
    await expect(extractFrom(extract, { "packages.config": text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
