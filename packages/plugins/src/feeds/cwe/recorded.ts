import { zipOf } from "../fixtures.ts";
import type { Recorded } from "../recorded.ts";
import { createCweFeed } from "./index.ts";

const FILE = "/data/xml/cwec_latest.xml.zip";
const CATALOG = `<?xml version="1.0" encoding="UTF-8"?><Weakness_Catalog Name="CWE" Version="4.18" Date="2025-09-09"
  xmlns="http://cwe.mitre.org/cwe-7">
  <Weaknesses>
    <Weakness ID="79" Name="Improper Neutralization of Input During Web Page Generation (&apos;Cross-site Scripting&apos;)"
      Abstraction="Base" Structure="Simple" Status="Stable">
      <Description>a &lt;b&gt; c</Description>
      <Related_Weaknesses><Related_Weakness Nature="ChildOf" CWE_ID="74" View_ID="1000" Ordinal="Primary"/></Related_Weaknesses>
      <!-- <Weakness ID="1" Name="in a comment"/> -->
      <Body_Text><![CDATA[ <Weakness ID="2" Name="in text"/> ]]></Body_Text>
    </Weakness>
    <Weakness Name='A > B &#38; C' ID="1004" Abstraction="Variant" Status="Incomplete"/>
    <Weakness ID="bad" Name="no number" Status="Draft"/>
  </Weaknesses>
  <Categories><Category ID="310" Name="Cryptographic Issues" Status="Draft"></Category></Categories>
  <Views><View ID="699" Name="Software Development" Type="Graph" Status="Draft"/></Views>
</Weakness_Catalog>`;

/** MITRE's archive with one id that is none. */
export const recorded: Recorded = {
  feed: createCweFeed,
  location: (serverUrl) => serverUrl + FILE,
  answer: ({ path }) =>
    path === FILE
      ? {
          headers: { "content-type": "application/zip" },
          body: zipOf([{ name: "cwec_v4.18.xml", bytes: Buffer.from(CATALOG) }]),
        }
      : null,
  expected: { records: [], cves: [], names: ["CWE-1004", "CWE-310", "CWE-79"], badCount: 1 },
};
