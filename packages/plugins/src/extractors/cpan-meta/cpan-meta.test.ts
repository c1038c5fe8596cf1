import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("a distribution is named with its version and license, in JSON and in YAML", async () => {
  const meta = { "meta-spec": { version: 2 }, name: "Try-Tiny", version: "0.31", license: ["perl_5"] };
  const { packages } = await extractFrom(extract, { "META.json": JSON.stringify(meta) });
  const license = "Artistic-1.0-Perl OR GPL-1.0-or-later";
  expect(packages).toEqual([{ component: { ecosystem: "CPAN", name: "Try-Tiny", version: "0.31" }, license }]);
  const yaml = "name: Try-Tiny\nversion: 0.31\nlicense: perl\ngenerated_by: x\n";
  expect((await extractFrom(extract, { "META.yml": yaml })).packages).toEqual(packages);
});

test("Carton's snapshot lists distributions with their line", async () => {
  const snapshot =
    "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Try-Tiny-0.31\n    pathname: E/ET/Try-Tiny-0.31.tar.gz\n    requirements:\n      perl 5.006\n  Moo-v2.5.5\n";
  const found = await extractFrom(extract, { "cpanfile.snapshot": snapshot });
  expect(namesOf(found)).toEqual(["Moo@v2.5.5", "Try-Tiny@0.31"]);
  expect(found.packages[1]?.line).toBe(3);
});

test("a file of this name that another program wrote gives nothing; a broken one is refused by name", async () => {
  expect(namesOf(await extractFrom(extract, { "META.json": '{"name":"x"}' }))).toEqual([]);
  for (const text of ["{", "null", "[]"]) {
    await expect(extractFrom(extract, { "META.json": text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
