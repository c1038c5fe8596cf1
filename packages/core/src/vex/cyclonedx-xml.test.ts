import { expect, test } from "vitest";
import { parseVexText } from "./parse.ts";

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" serialNumber="urn:uuid:1" version="1">
  <metadata>
    <timestamp>2026-01-01T00:00:00Z</timestamp>
    <authors><author><name>Example &amp; Co</name></author></authors>
    <component type="application" bom-ref="app"><name>app</name><purl>pkg:npm/app@1.0.0</purl></component>
  </metadata>
  <components>
    <component type="library" bom-ref="lib">
      <name>lib</name><version>2.0.0</version>
      <licenses><license><id>MIT</id></license></licenses>
      <purl>pkg:npm/lib@2.0.0</purl>
      <components><component bom-ref="inner"><purl>pkg:npm/inner@1.0.0</purl></component></components>
    </component>
  </components>
  <vulnerabilities>
    <vulnerability bom-ref="v1">
      <id>CVE-2026-1</id>
      <references><reference><id>GHSA-aaaa-bbbb-cccc</id><source><name>GitHub</name></source></reference></references>
      <analysis>
        <state>not_affected</state>
        <justification>code_not_reachable</justification>
        <responses><response>will_not_fix</response></responses>
        <detail><![CDATA[never called <here>]]></detail>
      </analysis>
      <affects>
        <target><ref>lib</ref></target>
        <target>
          <ref>inner</ref>
          <versions><version><range><![CDATA[vers:npm/<2.0.0]]></range><status>affected</status></version></versions>
        </target>
      </affects>
    </vulnerability>
    <vulnerability><id>CVE-2026-2</id><description>no analysis</description></vulnerability>
  </vulnerabilities>
</bom>`;

const JSON_TWIN = JSON.stringify({
  bomFormat: "CycloneDX",
  serialNumber: "urn:uuid:1",
  metadata: {
    timestamp: "2026-01-01T00:00:00Z",
    authors: [{ name: "Example & Co" }],
    component: { "bom-ref": "app", purl: "pkg:npm/app@1.0.0" },
  },
  components: [
    {
      "bom-ref": "lib",
      purl: "pkg:npm/lib@2.0.0",
      components: [{ "bom-ref": "inner", purl: "pkg:npm/inner@1.0.0" }],
    },
  ],
  vulnerabilities: [
    {
      id: "CVE-2026-1",
      references: [{ id: "GHSA-aaaa-bbbb-cccc" }],
      analysis: { state: "not_affected", justification: "code_not_reachable", detail: "never called <here>" },
      affects: [{ ref: "lib" }, { ref: "inner", versions: [{ range: "vers:npm/<2.0.0", status: "affected" }] }],
    },
    { id: "CVE-2026-2" },
  ],
});

test("CycloneDX in XML says the same as its twin in JSON, with or without a prefix", () => {
  const expected = parseVexText(JSON_TWIN);
  expect(expected.statements).toHaveLength(1);
  expect(parseVexText(XML)).toEqual(expected);
  const prefixed = XML.replace("xmlns=", "xmlns:c=").replaceAll(/<(\/?)(?=[a-z])/g, "<$1c:");
  expect(parseVexText(prefixed.replace("<c:here>", "<here>"))).toEqual(expected);
});

test("XML that is none, that is hostile or of another kind is refused with its reason", () => {
  const refusal = (text: string): string => {
    try {
      parseVexText(text);
    } catch (error) {
      return (error as Error).message;
    }
    return "taken";
  };
  expect(refusal("<html><body/></html>")).toContain("no VEX document");
  expect(refusal('<bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>')).toContain("no VEX document");
  expect(refusal(XML.slice(0, 900))).toContain("it ends in the middle");
  expect(refusal(`<!DOCTYPE bom [<!ENTITY a "b">]>${XML}`)).toContain("it declares a document type");
  expect(refusal(`<bom xmlns="http://cyclonedx.org/schema/bom/1.5">${"<x>".repeat(100)}`)).toContain("nested deeper");
  expect(refusal("<")).toContain("no XML that can be read");
});

test("what statements are not made of is passed over: a long BOM is read within its bounds", () => {
  const noise = `<component><hashes>${'<hash alg="SHA-1">0</hash>'.repeat(20)}</hashes></component>`;
  const long = XML.replace("<components>", `<components>${noise.repeat(2_000)}`);
  expect(parseVexText(long)).toEqual(parseVexText(XML));
  const many = `<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><vulnerabilities>${"<id/>".repeat(1_000_001)}`;
  expect(() => parseVexText(many)).toThrow("more than 1000000 elements");
});
