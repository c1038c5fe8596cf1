import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("installed ports are found with their port version; features and removed ports are not", async () => {
  const status = `Package: zlib
Version: 1.3.1
Port-Version: 2
Architecture: x64-linux
Status: install ok installed

Package: zlib
Feature: extra
Architecture: x64-linux
Status: install ok installed

Package: gone
Version: 1.0
Architecture: x64-linux
Status: purge ok not-installed
`;
  const { packages } = await extractFrom(extract, { "vcpkg_installed/vcpkg/status": status });
  expect(packages).toEqual([
    { component: { ecosystem: "vcpkg", name: "zlib", version: "1.3.1#2", arch: "x64-linux" } },
  ]);
});

test("a manifest's overrides fix versions, minimum versions do not", async () => {
  const manifest = {
    dependencies: ["fmt", { name: "zlib", "version>=": "1.3" }, { name: "cmake", host: true }, 5],
    overrides: [{ name: "fmt", version: "10.1.1", "port-version": 1 }],
  };
  const found = await extractFrom(extract, { "vcpkg.json": JSON.stringify(manifest) });
  expect(namesOf(found)).toEqual(["cmake@", "fmt@10.1.1#1", "zlib@"]);
  expect(found.packages.map((p) => p.isDev)).toEqual([true, false, false]);
  expect(found.problems).toEqual(["a dependency without a name"]);
});
