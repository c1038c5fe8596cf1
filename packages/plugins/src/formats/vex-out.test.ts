import { parseVexText, type VexStatement } from "@zerotrace/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { validateSbom } from "./sbom-validate.ts";
import { VEX_OUT_FORMATS, type VexOut, writeVex } from "./vex-out.ts";

const AT = "2026-01-02T03:04:05.000Z";
const TOOL = { name: "zerotrace", version: "1.2.3" };

const statement: fc.Arbitrary<VexStatement> = fc
  .record({
    aliases: fc.constantFrom([], ["GHSA-aaaa-bbbb-c1cc"]),
    status: fc.constantFrom("not_affected", "affected", "fixed", "under_investigation"),
    purls: fc.uniqueArray(fc.constantFrom("pkg:npm/a@1.0.0", "pkg:npm/b", "pkg:deb/debian/c@1?distro=debian-12"), {
      minLength: 1,
    }),
    note: fc.constantFrom("", "because of this"),
    why: fc.constantFrom("", "x"),
  })
  .map(({ purls, why, ...rest }) => ({
    ...rest,
    vulnerability: "",
    products: purls.map((purl) => ({ purl, versions: null, subcomponents: [] })),
    justification: rest.status === "not_affected" && why !== "" ? "given" : "",
    author: "ACME",
    at: AT,
  }));

/** Each statement on a weakness of its own. */
const statements = fc
  .array(statement, { minLength: 1, maxLength: 5 })
  .map((list) => list.map((one, i) => ({ ...one, vulnerability: `CVE-2024-${1000 + i}` })));

const WORDS = {
  openvex: "vulnerable_code_not_present",
  "csaf-vex": "vulnerable_code_not_present",
  "cyclonedx-vex": "code_not_reachable",
};
/** What stands where a format demands words and nothing was said. */
const FILLED = /^No (?:reason|action) is told\.$/;

test.each(VEX_OUT_FORMATS)("statements written as %s and read again say the same", async (format) => {
  await fc.assert(
    fc.asyncProperty(statements, async (list) => {
      const given = list.map((one) => ({ ...one, justification: one.justification === "" ? "" : WORDS[format] }));
      const { text, problems } = await writeVex(
        { id: "", author: "ACME", at: AT, statements: given, tool: TOOL },
        format,
      );
      expect(problems).toEqual([]);
      const read = parseVexText(text);
      expect(read.problems).toEqual([]);
      const brief = (one: VexStatement) => ({
        vulnerability: one.vulnerability,
        aliases: one.aliases,
        status: one.status,
        justification: one.justification,
        // CSAF has notes of what is not affected alone
        note: FILLED.test(one.note) || (format === "csaf-vex" && one.status !== "not_affected") ? "" : one.note,
        products: one.products.map(({ purl }) => purl).sort(),
        author: one.author,
        at: one.at,
      });
      expect(read.statements.map(brief)).toEqual(given.map(brief));
      if (format === "cyclonedx-vex") expect((await validateSbom(Buffer.from(text))).faults).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

const one = (products: VexStatement["products"]): VexOut => ({
  id: "",
  author: "ACME",
  at: AT,
  tool: TOOL,
  statements: [
    {
      vulnerability: "CVE-2024-1",
      aliases: [],
      products,
      status: "not_affected",
      justification: "",
      note: "n",
      author: "ACME",
      at: AT,
    },
  ],
});

test("ranges and parts stay what they are, or are left out and named: nothing is made wider", async () => {
  const part = one([{ purl: "pkg:npm/a@1", versions: null, subcomponents: ["pkg:npm/b@2"] }]);
  for (const format of ["openvex", "csaf-vex"] as const) {
    const read = parseVexText((await writeVex(part, format)).text);
    expect(read.statements[0]?.products).toEqual(part.statements[0]?.products);
  }
  expect((await writeVex(part, "cyclonedx-vex")).problems).toHaveLength(1);
  const range = one([{ purl: "pkg:npm/a", versions: "vers:npm/>=1|<2", subcomponents: [] }]);
  for (const format of ["openvex", "csaf-vex"] as const)
    expect((await writeVex(range, format)).problems).toHaveLength(1);
  expect(parseVexText((await writeVex(range, "cyclonedx-vex")).text).statements[0]?.products).toEqual(
    range.statements[0]?.products,
  );
  const exact = one([{ purl: "pkg:npm/a", versions: "vers:npm/1.0|2.0", subcomponents: [] }]);
  const read = parseVexText((await writeVex(exact, "openvex")).text);
  expect(read.statements[0]?.products.map(({ purl }) => purl)).toEqual(["pkg:npm/a@1.0", "pkg:npm/a@2.0"]);
});
