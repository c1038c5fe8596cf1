import { type Json, objectsOf, objectOf, textOf, textsOf } from "../sbom-json.ts";
import type { Sbom } from "../sbom.ts";
import type { Spdx2Version } from "../spdx-json/words.ts";
import { spdx2Parts } from "../spdx-json/write.ts";

/** A value of one line as it is, any other in `<text>`. An end of a text inside of one cannot be written and gets a space. */
const valueOf = (text: string): string =>
  /[\r\n]|^\s|\s$|<text>|<\/text>/.test(text) ? `<text>${text.replaceAll("</text>", "</ text>")}</text>` : text;

const tag = (name: string, value: unknown): string => {
  const text = textOf(value);
  return text === "" ? "" : `${name}: ${valueOf(text)}\n`;
};

const annotationTags = (annotations: unknown, about: string): string =>
  objectsOf(annotations)
    .map(
      (one) =>
        `\n${tag("Annotator", one["annotator"])}${tag("AnnotationDate", one["annotationDate"])}` +
        `${tag("AnnotationType", one["annotationType"])}SPDXREF: ${about}\n` +
        `AnnotationComment: <text>${textOf(one["comment"])}</text>\n`,
    )
    .join("");

const PACKAGE_TAGS = [
  ["PackageVersion", "versionInfo"],
  ["PackageSupplier", "supplier"],
  ["PackageOriginator", "originator"],
  ["PackageDownloadLocation", "downloadLocation"],
] as const;
const LICENSE_TAGS = [
  ["PackageLicenseConcluded", "licenseConcluded"],
  ["PackageLicenseDeclared", "licenseDeclared"],
  ["PackageCopyrightText", "copyrightText"],
  ["PackageDescription", "description"],
] as const;

const packageTags = (json: Json): string => {
  const id = textOf(json["SPDXID"]);
  const told = (tags: readonly (readonly [string, string])[]): string =>
    tags.map(([name, key]) => tag(name, json[key])).join("");
  const checksums = objectsOf(json["checksums"]).map(
    (one) => `PackageChecksum: ${textOf(one["algorithm"])}: ${textOf(one["checksumValue"])}\n`,
  );
  const refs = objectsOf(json["externalRefs"]).map(
    (one) =>
      `ExternalRef: ${textOf(one["referenceCategory"])} ${textOf(one["referenceType"])} ${textOf(one["referenceLocator"])}\n`,
  );
  return (
    `\n${tag("PackageName", json["name"])}SPDXID: ${id}\n${told(PACKAGE_TAGS)}FilesAnalyzed: false\n` +
    `${checksums.join("")}${told(LICENSE_TAGS)}${refs.join("")}` +
    `${tag("PrimaryPackagePurpose", json["primaryPackagePurpose"])}${annotationTags(json["annotations"], id)}`
  );
};

/** The document as tags and values, in pieces. The same document gives the same bytes. */
export function* writeSpdxTagValue(sbom: Sbom, version: Spdx2Version): Generator<string> {
  const { head, annotations, packages, relationships, licenses } = spdx2Parts(sbom, version);
  const creation = objectOf(head.creationInfo);
  yield (
    tag("SPDXVersion", head.spdxVersion) +
      tag("DataLicense", head.dataLicense) +
      tag("SPDXID", head.SPDXID) +
      tag("DocumentName", head.name) +
      tag("DocumentNamespace", head.documentNamespace) +
      textsOf(creation["creators"])
        .map((creator) => tag("Creator", creator))
        .join("") +
      tag("Created", creation["created"]) +
      annotationTags(annotations, head.SPDXID)
  );
  for (const json of packages) yield packageTags(json);
  yield "\n";
  for (const { spdxElementId, relationshipType, relatedSpdxElement } of relationships)
    yield `Relationship: ${spdxElementId} ${relationshipType} ${relatedSpdxElement}\n`;
  for (const { licenseId, extractedText, name } of licenses)
    yield `\nLicenseID: ${licenseId}\nExtractedText: <text>${extractedText.replaceAll("</text>", "</ text>")}</text>\n${tag("LicenseName", name)}`;
}
