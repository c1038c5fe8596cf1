import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { RecordedAnswer } from "../recorded.ts";

/** One package of an update in `updateXml`: name, epoch, version, release, architecture. */
export type PackageFixture = readonly [name: string, epoch: string, version: string, release: string, arch: string];

export interface UpdateFixture {
  readonly id: string;
  readonly type?: string;
  readonly title?: string;
  readonly severity?: string;
  readonly issued?: string;
  readonly updated?: string;
  readonly cves?: readonly string[];
  /** The `<module …/>` tag, when there is one. */
  readonly module?: string;
  readonly packages?: readonly PackageFixture[];
}

const updateXml = (update: UpdateFixture): string => `
 <update author="errata@example.org" from="errata@example.org" status="final" type="${update.type ?? "security"}" version="1.4">
  <id>${update.id}</id>
  <title>${update.title ?? `${update.id}: package update`}</title>
  <issued date="${update.issued ?? "2026-01-05 10:15"}" />
  ${update.updated === undefined ? "" : `<updated date="${update.updated}" />`}
  <severity>${update.severity ?? "important"}</severity>
  <description>A flaw &lt;in&gt; it.&#10;CVE-1999-0001 is named here only.</description>
  <references>
   <reference href="https://example.org/${update.id}" id="${update.id}" title="${update.id}" type="self" />
   ${(update.cves ?? []).map((id) => `<reference href="https://example.org/?name=${id}" id="${id}" title="" type="cve" />`).join("\n   ")}
  </references>
  <pkglist>
   <collection short="example">
    <name>An example</name>
    ${update.module ?? ""}
    ${(update.packages ?? [])
      .map(
        ([name, epoch, version, release, arch]) =>
          `<package arch="${arch}" epoch="${epoch}" name="${name}" release="${release}" version="${version}">` +
          `<filename>Packages/${name}-${version}-${release}.${arch}.rpm</filename></package>`,
      )
      .join("\n    ")}
   </collection>
  </pkglist>
 </update>`;

/** A whole updateinfo.xml. */
export const updateInfoXml = (updates: readonly UpdateFixture[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<updates>${updates.map(updateXml).join("")}\n</updates>\n`;

/** What an rpm repository at `base` answers; null: nothing there. */
export function rpmRepository(base: string, updates: readonly UpdateFixture[], path: string): RecordedAnswer | null {
  const packed = gzipSync(updateInfoXml(updates));
  const sum = hash("sha256", packed);
  if (path === `${base}/repodata/updateinfo.xml.gz`) return { body: packed };
  if (path !== `${base}/repodata/repomd.xml`) return null;
  return {
    headers: { "content-type": "text/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
  <revision>1767607000</revision>
  <data type="primary">
    <checksum type="sha256">${"0".repeat(64)}</checksum>
    <location href="repodata/primary.xml.gz"/>
  </data>
  <data type="updateinfo">
    <checksum type="sha256">${sum}</checksum>
    <open-checksum type="sha256">${"1".repeat(64)}</open-checksum>
    <location href="repodata/updateinfo.xml.gz"/>
    <timestamp>1767607000</timestamp>
    <size>${packed.length}</size>
  </data>
</repomd>`,
  };
}
