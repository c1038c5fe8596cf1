import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const MANIFEST = `manifest_format = "2.0"
[[deps.DataStructures]]
deps = ["Unicode", "OrderedCollections"]
uuid = "864edb3b"
version = "0.17.0"
[[deps.OrderedCollections]]
uuid = "bac558e1"
version = "1.1.0"
[[deps.Unicode]]
uuid = "4ec0a83e"
[[deps.Own]]
path = "../Own"
uuid = "1111"
version = "0.1.0"
`;

test("registered packages are found with what they need; the standard library and own packages are not", async () => {
  const project = '[deps]\nDataStructures = "864edb3b"\n';
  const found = await extractFrom(extract, { "a/Manifest.toml": MANIFEST, "a/Project.toml": project });
  expect(namesOf(found)).toEqual(["DataStructures@0.17.0", "OrderedCollections@1.1.0"]);
  expect(found.packages.map((p) => [p.isDirect, p.via, p.dependsOn])).toEqual([
    [true, [], [1]],
    [false, [0], []],
  ]);
});

test("format 1 has its packages at the top, and a broken project file costs only what is direct", async () => {
  const found = await extractFrom(extract, {
    "Manifest-v1.11.toml":
      '[[A]]\nuuid = "1"\nversion = "1.0.0"\n[A.deps]\nB = "2"\n[[B]]\nuuid = "2"\nversion = "2.0.0"\n',
    "Project.toml": "= broken",
  });
  expect(namesOf(found)).toEqual(["A@1.0.0", "B@2.0.0"]);
  expect(found.packages[0]).toEqual({
    component: { ecosystem: "Julia", name: "A", version: "1.0.0" },
    dependsOn: [1],
  });
});

test("a file that is no TOML is refused by name", async () => {
  await expect(extractFrom(extract, { "Manifest.toml": "not toml!" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
