import { expect, test } from "vitest";
import { extractFrom } from "../file-fixtures.ts";
import { FILE_EXTRACTORS } from "../files.ts";
import { zipOf } from "../zip-fixtures.ts";
import { extract } from "./index.ts";

const METADATA = `Metadata-Version: 2.1
Name: Some_Name
Version: 1.0
Version: 2.0
License: UNKNOWN
Classifier: License :: OSI Approved :: MIT License
Keywords: a
 Name: continued

Name: README
`;

const EXPECTED = { component: { ecosystem: "PyPI", name: "some-name", version: "1.0" }, license: "MIT License" };

test("name, version and licence are those of the head", async () => {
  const found = await extractFrom(extract, { "site-packages/some_name-1.0.dist-info/METADATA": METADATA });
  expect(found.packages).toEqual([EXPECTED]);
  const spdx = METADATA.replace("License: UNKNOWN", "License: MIT\nLicense-Expression: MIT OR Apache-2.0");
  const egg = await extractFrom(extract, { "x.egg-info/PKG-INFO": spdx });
  expect(egg.packages[0]?.license).toBe("MIT OR Apache-2.0");
});

test("archives are read by their own description, not by what lies deeper", async () => {
  const wheel = zipOf({
    "some_name-1.0.dist-info/METADATA": METADATA,
    "vendor/x-1.dist-info/METADATA": "Name: x\nVersion: 1\n",
  });
  const found = await extractFrom(extract, { "a.whl": wheel });
  expect(found.packages).toEqual([{ ...EXPECTED, inside: "some_name-1.0.dist-info/METADATA" }]);
  const egg = await extractFrom(extract, { "a.egg": zipOf({ "EGG-INFO/PKG-INFO": METADATA }) });
  expect(egg.packages).toHaveLength(1);
});

test("what names no distribution or is no archive is refused by name", async () => {
  for (const [path, content] of [
    ["a/x.dist-info/METADATA", "Name: x\n"],
    ["a/x.dist-info/METADATA", ""],
    ["a/x.whl", "PK"],
    ["a/x.whl", zipOf({ "x.dist-info/METADATA": "Name: x\n" })],
  ] as const) {
    await expect(extractFrom(extract, { [path]: content })).rejects.toThrow(/a\/x/);
  }
});

test("descriptions are chosen where tools put them", () => {
  const { match, endings } = FILE_EXTRACTORS.find(({ id }) => id === "wheel-egg")!.files;
  for (const path of ["a-1.dist-info/METADATA", "a.egg-info/PKG-INFO", "a.egg/EGG-INFO/PKG-INFO"]) {
    expect(match!.test(path)).toBe(true);
  }
  expect(match!.test("META-INF/METADATA")).toBe(false);
  expect(endings).toEqual([".egg", ".egg-info", ".whl"]);
});
