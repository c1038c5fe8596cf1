import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PATH = "gradle/verification-metadata.xml";
const metadata = (components: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<verification-metadata xmlns="https://schema.gradle.org/dependency-verification">
<configuration><trusted-keys/></configuration>
<components>
${components}
</components>
</verification-metadata>`;

test("verification metadata gives every component once for each version, with its line", async () => {
  const text =
    metadata(`<component group="androidx.activity" name="activity" version="1.2.1"><artifact name="a.jar"/></component>
<component name='activity' group='androidx.activity'
  version='1.2.3'/>`);
  const found = await extractFrom(extract, { [PATH]: text });
  expect(namesOf(found)).toEqual(["androidx.activity:activity@1.2.1", "androidx.activity:activity@1.2.3"]);
  expect(found.packages.map(({ line }) => line)).toEqual([5, 7]);
});

test("a component without a group is told; another document is refused by name", async () => {
  const text = metadata('<component name="x" version="1"/><component group="g" name="y"/>');
  const found = await extractFrom(extract, { [PATH]: text });
  expect([namesOf(found), found.problems]).toEqual([["g:y@"], ["line 5: a component has no group or no name"]]);
  for (const other of ["<x/>", "text"]) {
    await expect(extractFrom(extract, { [PATH]: other })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
