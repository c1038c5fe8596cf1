import { AppError, parseVexText } from "@zerotrace/core";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packagesOfSbom } from "./sbom-packages.ts";
import { readSbom, unpackSbom } from "./sbom-read.ts";
import { validateSbom } from "./sbom-validate.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");

/** Documents of our own, each with the components that it lists; what stands in the corpora also stands here in small. */
const OWN: Readonly<Record<string, readonly [text: string, names: readonly string[]]>> = {
  "cyclonedx-json": [
    JSON.stringify({
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      version: 1,
      metadata: { component: { type: "application", name: "app", "bom-ref": "app" } },
      components: [
        {
          type: "library",
          name: "a",
          version: "1",
          "bom-ref": "a",
          purl: "pkg:npm/a@1",
          components: [{ type: "library", name: "b", "bom-ref": "b" }],
        },
        { type: "application", name: "app", "bom-ref": "app", version: "2" },
      ],
      dependencies: [{ ref: "app", dependsOn: ["a"] }],
    }),
    ["app@2", "a@1", "b@"],
  ],
  "cyclonedx-xml": [
    '<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.4" version="1"><c:components><c:component type="library"><c:name>a &amp; b</c:name><c:version>1</c:version><x:other xmlns:x="urn:x"><x:name>no</x:name></x:other></c:component></c:components></c:bom>',
    ["a & b@1"],
  ],
  "spdx-json": [
    JSON.stringify({
      spdxVersion: "SPDX-2.3",
      SPDXID: "SPDXRef-DOCUMENT",
      name: "d",
      packages: [
        {
          SPDXID: "SPDXRef-a",
          name: "a",
          versionInfo: "1",
          externalRefs: [
            { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: "pkg:npm/a@1" },
          ],
        },
        { SPDXID: "SPDXRef-b", name: "b" },
      ],
      relationships: [
        { spdxElementId: "SPDXRef-b", relationshipType: "DEPENDENCY_OF", relatedSpdxElement: "SPDXRef-a" },
      ],
    }),
    ["a@1", "b@"],
  ],
  "spdx-tag-value": [
    "SPDXVersion: SPDX-2.2\nSPDXID: SPDXRef-DOCUMENT\n# note\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1\nPackageDescription: <text>two\nlines</text>\n",
    ["a@1"],
  ],
  "spdx3-json": [
    JSON.stringify({
      "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
      "@graph": [{ type: "software_Package", spdxId: "urn:a", name: "a", software_packageVersion: "1" }],
    }),
    ["a@1"],
  ],
};

test.each(Object.entries(OWN))("a small document in %s is read", async (format, [text, names]) => {
  const sbom = await readSbom(Buffer.from(text));
  expect(sbom.source.format).toBe(format);
  expect(sbom.components.map(({ name, version }) => `${name}@${version}`)).toEqual(names);
  expect(sbom.problems).toEqual([]);
});

/** What is not read, and why. */
const REFUSED: readonly (readonly [ending: RegExp, reason: RegExp])[] = [
  [/bom\.1\.1\.xml$/, /CycloneDX 1\.1 is not read/],
  [/\.bz2$/, /packed with bzip2/],
  [/\.xz$/, /packed with xz/],
  [/\.rdf$/, /RDF is not read/],
  [/\.yml$/, /YAML is not read/],
  [/pom(?:-with-spdx-plugin)?\.xml$|\.ext$|invalid_sbom\.(?:spdx|cdxjson)$/, /neither CycloneDX/],
];

const CORPORA = [
  "cyclonedx-bom-examples",
  "guac-dockerhub-sboms",
  "osv-scalibr-lockfiles/sbom",
  "spdx-examples",
  "trustify/datasets/ds1/spdx",
  "trustify/test-data/cyclonedx",
  "trustify/test-data/spdx",
];

test.each(CORPORA)("all of %s is read, or refused for a known reason", async (folder) => {
  const root = join(SHARED, "corpus", folder);
  const found = existsSync(root) ? globSync("**/*", { cwd: root, withFileTypes: true }) : [];
  for (const entry of found.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const reason = REFUSED.find(([ending]) => ending.test(path))?.[1];
    const told = await readSbom(readFileSync(path)).catch((error: unknown) => error);
    if (reason !== undefined) {
      expect(told, path).toBeInstanceOf(AppError);
      expect((told as AppError).message).toMatch(reason);
      continue;
    }
    expect(told, path).not.toBeInstanceOf(Error);
    const sbom = told as Awaited<ReturnType<typeof readSbom>>;
    const { packages, notJudged } = packagesOfSbom(sbom, entry.name);
    const own = sbom.subject !== null && sbom.components.length > 1 ? 1 : 0;
    // two entries of one component are one package
    expect(packages.length + notJudged.length, path).toBeLessThanOrEqual(sbom.components.length - own);
    expect(packages.length > 0 || notJudged.length > 0 || sbom.components.length <= own, path).toBe(true);
  }
});

test("what else a corpus holds is no bill of materials and says so; its CSAF is read as VEX", async () => {
  const root = join(SHARED, "corpus/trustify/test-data");
  const files = existsSync(root) ? globSync("{csaf,cve,osv}/*.{json,gz}", { cwd: root }) : [];
  for (const file of files) {
    const bytes = readFileSync(join(root, file));
    const told = await readSbom(bytes).catch((error: unknown) => error);
    expect(told, file).toMatchObject({ code: "BAD_REQUEST" });
    const isPlain = file.startsWith("csaf") && !file.includes(".xz");
    if (isPlain) expect(parseVexText(Buffer.from(unpackSbom(bytes)).toString()).format, file).toBe("csaf");
  }
});

const VECTORS = join(SHARED, "vectors/cyclonedx-conformance");
const INVALID = OWN["cyclonedx-json"]![0].replace('"type":"library"', '"type":"nothing"');

test("CycloneDX's own examples: valid ones pass, invalid ones are refused with the place", async () => {
  expect((await validateSbom(Buffer.from(INVALID))).faults[0]).toMatchObject({ place: "/components/0/type" });
  const files = existsSync(VECTORS) ? globSync("1.*/*", { cwd: VECTORS }) : [];
  const wrong: string[] = [];
  for (const file of files) {
    const told = await validateSbom(readFileSync(join(VECTORS, file))).catch((error: unknown) => error);
    const faults =
      told instanceof AppError ? [told.message] : (told as Awaited<ReturnType<typeof validateSbom>>).faults;
    if ((faults.length === 0) !== file.includes("/valid-")) wrong.push(`${file}: ${JSON.stringify(faults[0])}`);
  }
  expect(wrong).toEqual([]);
});
