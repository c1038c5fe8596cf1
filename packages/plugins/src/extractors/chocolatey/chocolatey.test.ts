import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const NUSPEC =
  '<?xml version="1.0"?>\n<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd"><metadata><id>Atom</id><version>1.60.0</version></metadata></package>';

test("an installed package is found; a nuspec elsewhere is a source and none", async () => {
  const installed = await extractFrom(extract, { "ProgramData/chocolatey/lib/Atom/Atom.nuspec": NUSPEC });
  expect(namesOf(installed)).toEqual(["atom@1.60.0"]);
  expect(namesOf(await extractFrom(extract, { "src/Atom.nuspec": NUSPEC }))).toEqual([]);
});

test("a nuspec without a name or one that is no XML is refused by name", async () => {
  for (const text of ["hello", "<package><metadata/></package>", '<!DOCTYPE a [<!ENTITY b "c">]><package/>']) {
    const run = extractFrom(extract, { "chocolatey/lib/a/a.nuspec": text });
    await expect(run).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
