import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../extractors/file-fixtures.ts";
import { extract } from "../extractors/sbom/index.ts";
import { isSbom, scanSbom } from "./sbom.ts";

const bom = JSON.stringify({
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  components: [
    { type: "library", name: "lodash", version: "4.17.20", purl: "pkg:npm/lodash@4.17.20" },
    { type: "library", name: "ours", version: "1" },
  ],
});

test("a bill of materials is told by what it holds, not by its name", () => {
  expect([isSbom(Buffer.from(bom)), isSbom(Buffer.from('{"name":"x","dependencies":{}}'))]).toEqual([true, false]);
});

test("its packages are found, and what has no package URL is told and not left out", async () => {
  const { kind, places } = await scanSbom(Buffer.from(bom), "bom.json");
  expect(kind).toBe("sbom");
  expect(places[0]?.packages.map(({ component }) => component)).toEqual([
    { ecosystem: "npm", name: "lodash", version: "4.17.20" },
  ]);
  expect(places[0]?.problems).toEqual(["ours 1 cannot be judged: it has no package URL"]);
});

test("one that lies in a tree is read there", async () => {
  expect(namesOf(await extractFrom(extract, { "bom.json": bom }))).toEqual(["lodash@4.17.20"]);
});
