import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../extractors/file-fixtures.ts";
import { extract } from "../extractors/sbom/index.ts";
import { SBOM_FORMATS } from "../formats/sbom.ts";
import { writeSbom } from "../formats/sbom-formats.ts";
import { sbomOfInventory } from "../formats/sbom-inventory.ts";
import { readSbom } from "../formats/sbom-read.ts";
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
    { ecosystem: "Generic", name: "ours", version: "1" },
    { ecosystem: "npm", name: "lodash", version: "4.17.20" },
  ]);
  expect(places[0]?.problems).toEqual(["ours 1 cannot be judged: it has no package URL"]);
});

test("one that lies in a tree is read there", async () => {
  expect(namesOf(await extractFrom(extract, { "bom.json": bom }))).toEqual(["ours@1", "lodash@4.17.20"]);
});

test("packages of a kind that nobody knows are counted as not covered and keep their package URL, licenses and needs", async () => {
  const components = [
    {
      type: "library",
      "bom-ref": "a",
      name: "model",
      version: "2",
      purl: "pkg:mlflow/acme/model@2",
      licenses: [{ license: { id: "MIT" } }, { license: { id: "Apache-2.0", acknowledgement: "concluded" } }],
    },
    { type: "library", "bom-ref": "b", name: "left", version: "1", purl: "pkg:npm/left@1" },
    { type: "operating-system", name: "debian", version: "12" },
  ];
  const text = JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    components,
    dependencies: [{ ref: "a", dependsOn: ["b"] }],
  });
  const inventory = await scanSbom(Buffer.from(text), "bom.json");
  expect(inventory.places[0]?.packages).toEqual([
    {
      component: { ecosystem: "Generic:mlflow", name: "model", version: "2" },
      purl: "pkg:mlflow/acme/model@2",
      license: "MIT",
      concludedLicense: "Apache-2.0",
      dependsOn: [1],
    },
    { component: { ecosystem: "npm", name: "left", version: "1" } },
  ]);
  expect(inventory.places[0]?.problems).toHaveLength(2);
  const head = { tool: { vendor: "", name: "t", version: "1" }, createdAt: "2026-01-01T00:00:00.000Z" };
  for (const to of SBOM_FORMATS) {
    const again = await readSbom(Buffer.from([...(await writeSbom(sbomOfInventory(inventory, head), to))].join("")));
    const model = again.components.find(({ name }) => name === "model");
    expect(model, to).toMatchObject({
      purl: "pkg:mlflow/acme/model@2",
      declaredLicenses: ["MIT"],
      concludedLicenses: ["Apache-2.0"],
    });
  }
});
