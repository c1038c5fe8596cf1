import { componentExtras, withComponentExtras } from "../sbom-extras.ts";
import { type Json, objectsOf, said, textOf } from "../sbom-json.ts";
import { licensesOfExpression } from "../sbom-license.ts";
import { newComponent, type SbomComponent, type SbomPlace, type SbomProperty, type SbomReference } from "../sbom.ts";
import type { LicenseRefs } from "./license-refs.ts";
import {
  annotationsOf,
  asserted,
  HASH_OF,
  HASHES_SINCE_23,
  NOASSERTION,
  partyOf,
  propertyOfComment,
  PURPOSE_OF_TYPE,
  SPDX_OF_HASH,
  type Spdx2Version,
  TYPE_OF_PURPOSE,
  writeParty,
} from "./words.ts";

/** Names of licenses by their `LicenseRef-`, as a document lists them. */
export type LicenseNames = ReadonlyMap<string, string>;

const licensesOf = (value: unknown, names: LicenseNames): string[] => {
  const text = asserted(textOf(value));
  return text === "" ? [] : licensesOfExpression(text).map((one) => names.get(one) ?? one);
};

const SYFT_PLACES = /^acquired package info from [^:]*: (\/?\S.*)$/;

const placesOf = (sourceInfo: string): SbomPlace[] => {
  const found = SYFT_PLACES.exec(sourceInfo);
  return found === null ? [] : found[1]!.split(", ").map((path) => ({ path, line: 0, inside: "", layer: "" }));
};

interface Refs {
  purl: string;
  readonly cpes: string[];
  readonly references: SbomReference[];
}

/** External references by what they are; the first package URL is the package's. */
const refsOf = (json: Json): Refs => {
  const refs: Refs = { purl: "", cpes: [], references: [] };
  const homepage = asserted(textOf(json["homepage"]));
  if (homepage !== "") refs.references.push({ type: "website", url: homepage });
  for (const one of objectsOf(json["externalRefs"])) {
    const locator = textOf(one["referenceLocator"]);
    const type = textOf(one["referenceType"]).replace(/^https?:\/\/spdx\.org\/rdf\/references\//, "");
    if (locator === "") continue;
    if ((type === "purl" || locator.startsWith("pkg:")) && refs.purl === "") refs.purl = locator;
    else if (type === "cpe23Type" || type === "cpe22Type") refs.cpes.push(locator);
    else refs.references.push({ type: type === "advisory" ? "advisories" : type || "other", url: locator });
  }
  return refs;
};

/** Properties that annotations hold. */
export const annotatedProperties = (value: unknown): SbomProperty[] =>
  objectsOf(value).flatMap((one) => propertyOfComment(textOf(one["comment"])) ?? []);

const nativePackage = (json: Json, ref: string, names: LicenseNames): SbomComponent => {
  const purpose = textOf(json["primaryPackagePurpose"]);
  return {
    ...newComponent(ref, textOf(json["name"])),
    type: (Object.hasOwn(TYPE_OF_PURPOSE, purpose) ? TYPE_OF_PURPOSE[purpose] : undefined) ?? "library",
    version: textOf(json["versionInfo"]),
    ...refsOf(json),
    description: textOf(json["description"]) || textOf(json["summary"]),
    copyright: asserted(textOf(json["copyrightText"])),
    supplier: partyOf(textOf(json["supplier"])),
    author: partyOf(textOf(json["originator"])),
    declaredLicenses: licensesOf(json["licenseDeclared"], names),
    concludedLicenses: licensesOf(json["licenseConcluded"], names),
    hashes: objectsOf(json["checksums"]).map((one) => {
      const algorithm = textOf(one["algorithm"]);
      const own = Object.hasOwn(HASH_OF, algorithm) ? HASH_OF[algorithm]! : algorithm;
      return { algorithm: own, value: textOf(one["checksumValue"]) };
    }),
    downloadUrl: asserted(textOf(json["downloadLocation"])),
    places: placesOf(textOf(json["sourceInfo"])),
    properties: annotatedProperties(json["annotations"]),
  };
};

/** A package of a document as a component; its parent is told by relationships. */
export const readPackage = (json: Json, ref: string, names: LicenseNames): SbomComponent =>
  withComponentExtras(nativePackage(json, ref, names));

const isWord = (text: string): boolean => text !== "" && !/\s/.test(text);

const writeRefs = (c: SbomComponent, version: Spdx2Version): unknown[] => {
  const manager = version === "2.2" ? "PACKAGE_MANAGER" : "PACKAGE-MANAGER";
  const ref = (category: string, type: string, locator: string) =>
    isWord(locator) && isWord(type)
      ? [{ referenceCategory: category, referenceType: type, referenceLocator: locator }]
      : [];
  const isAdvisory = (type: string): boolean => type === "advisories" && version === "2.3";
  return [
    ...ref(manager, "purl", c.purl),
    ...c.cpes.flatMap((cpe) => ref("SECURITY", cpe.startsWith("cpe:/") ? "cpe22Type" : "cpe23Type", cpe)),
    ...c.references.flatMap(({ type, url }) =>
      isAdvisory(type) ? ref("SECURITY", "advisory", url) : ref("OTHER", type, url),
    ),
  ];
};

const writeChecksums = (c: SbomComponent, version: Spdx2Version): unknown[] =>
  c.hashes.flatMap(({ algorithm, value }) => {
    const own = Object.hasOwn(SPDX_OF_HASH, algorithm) ? SPDX_OF_HASH[algorithm]! : null;
    const isKnown = own !== null && (version === "2.3" || !HASHES_SINCE_23.has(own));
    return isKnown && /^[0-9a-fA-F]+$/.test(value) ? [{ algorithm: own, checksumValue: value }] : [];
  });

const nativeFields = (c: SbomComponent, version: Spdx2Version, licenses: LicenseRefs): Json => ({
  versionInfo: c.version,
  ...(c.supplier === null ? {} : { supplier: writeParty(c.supplier) }),
  ...(c.author === null ? {} : { originator: writeParty(c.author) }),
  downloadLocation: isWord(c.downloadUrl) ? c.downloadUrl : NOASSERTION,
  checksums: writeChecksums(c, version),
  licenseConcluded: licenses.expressionOf(c.concludedLicenses),
  licenseDeclared: licenses.expressionOf(c.declaredLicenses),
  copyrightText: c.copyright === "" ? NOASSERTION : c.copyright,
  description: c.description,
  externalRefs: writeRefs(c, version),
  ...(version === "2.3" ? { primaryPackagePurpose: PURPOSE_OF_TYPE[c.type] ?? "OTHER" } : {}),
});

/**
 * A component as a package. What the format has no place for is written as annotations of the package. `id` is its SPDX id
 * without `SPDXRef-`.
 */
export const writePackage = (
  c: SbomComponent,
  id: string,
  { version, licenses, at }: { version: Spdx2Version; licenses: LicenseRefs; at: string },
): Record<string, unknown> => {
  const written = {
    name: c.name === "" ? NOASSERTION : c.name,
    SPDXID: `SPDXRef-${id}`,
    ...said(nativeFields(c, version, licenses)),
    filesAnalyzed: false,
  };
  const native = { ...nativePackage(written, c.ref, licenses.names), parent: c.parent };
  const extras = componentExtras(c, native);
  const ref = id === c.ref ? [] : [{ name: "zerotrace:ref", value: JSON.stringify(c.ref) }];
  const annotations = annotationsOf([...c.properties, ...extras, ...ref], at);
  return annotations.length === 0 ? written : { ...written, annotations };
};
