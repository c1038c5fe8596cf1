import fc from "fast-check";
import { expect, test } from "vitest";
import { comparable, sbomArbitrary } from "./sbom-fixtures.ts";
import { SBOM_WRITERS, textOfPieces, writeSbom } from "./sbom-formats.ts";
import { readSbom } from "./sbom-read.ts";
import { validateSbom } from "./sbom-validate.ts";

const ALL = SBOM_WRITERS.flatMap(({ id, versions }) => versions.map((version) => [id, version] as const));
/** Documents that each format is tried with (count). */
const RUNS = 12;

test.each(ALL)(
  "what is written as %s %s is valid, the same bytes each time, and loses nothing",
  async (format, version) => {
    const hasVulnerabilities = format.startsWith("cyclonedx") && version > "1.4";
    await fc.assert(
      fc.asyncProperty(sbomArbitrary, async (sbom) => {
        const written = textOfPieces(await writeSbom(sbom, format, version));
        expect(textOfPieces(await writeSbom(sbom, format, version))).toBe(written);
        expect((await validateSbom(Buffer.from(written))).faults).toEqual([]);
        if (version === "1.2") return;
        const read = await readSbom(Buffer.from(written));
        expect(comparable(read, { hasVulnerabilities })).toEqual(comparable(sbom, { hasVulnerabilities }));
      }),
      { numRuns: RUNS },
    );
  },
);

test("CycloneDX 1.2 keeps components, licenses, hashes and the graph, though it has no properties", async () => {
  await fc.assert(
    fc.asyncProperty(sbomArbitrary, async (sbom) => {
      const read = await readSbom(Buffer.from(textOfPieces(await writeSbom(sbom, "cyclonedx-json", "1.2"))));
      const short = (one: typeof sbom) =>
        comparable(one).components.map(({ ref, name, version, purl, parent }) => ({
          ref,
          name,
          version,
          purl,
          parent,
        }));
      expect(short(read)).toEqual(short(sbom));
      expect(comparable(read).dependencies).toEqual(comparable(sbom).dependencies);
    }),
    { numRuns: RUNS },
  );
});

test("a document without an id gets one of its content", async () => {
  await fc.assert(
    fc.asyncProperty(sbomArbitrary, async (sbom) => {
      const one = textOfPieces(await writeSbom({ ...sbom, id: "" }, "cyclonedx-json"));
      const other = textOfPieces(await writeSbom({ ...sbom, id: "", name: `${sbom.name}!` }, "cyclonedx-json"));
      const idOf = (text: string): unknown => (JSON.parse(text) as Record<string, unknown>)["serialNumber"];
      expect(idOf(one)).toMatch(/^urn:uuid:/);
      expect(idOf(one)).not.toBe(idOf(other));
    }),
    { numRuns: 5 },
  );
});
