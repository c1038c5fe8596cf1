import { componentExtras, withComponentExtras } from "../sbom-extras.ts";
import { type Json, objectsOf, said, textOf, textsOf } from "../sbom-json.ts";
import { newComponent, type SbomComponent, type SbomParty, type SbomProperty, type SbomReference } from "../sbom.ts";
import { asserted } from "../spdx-json/words.ts";
import { ALGORITHM_OF_HASH, HASH_OF, PURPOSE_OF, REFERENCE_OF, TYPE_OF_PURPOSE, TYPE_OF_REFERENCE } from "./words.ts";

/** What stands elsewhere in the graph and belongs to a package. */
export interface Belongings {
  readonly partyOf: (id: string) => SbomParty | null;
  readonly declared: readonly string[];
  readonly concluded: readonly string[];
  readonly properties: readonly SbomProperty[];
}

const TYPES: Readonly<Record<string, string>> = {
  ai_AIPackage: "machine-learning-model",
  dataset_DatasetPackage: "data",
};

const referencesOf = (json: Json): SbomReference[] => {
  const homepage = asserted(textOf(json["software_homePage"]));
  const external = objectsOf(json["externalRef"]).flatMap((one) => {
    const type = TYPE_OF_REFERENCE.get(textOf(one["externalRefType"])) ?? "other";
    return textsOf(one["locator"]).map((url) => ({ type, url }));
  });
  return homepage === "" ? external : [{ type: "website", url: homepage }, ...external];
};

const identifiersOf = (json: Json): { purl: string; cpes: string[] } => {
  const identifiers = objectsOf(json["externalIdentifier"]).map(
    (one) => [textOf(one["externalIdentifierType"]), textOf(one["identifier"])] as const,
  );
  const purl = identifiers.find(([type]) => type === "packageUrl" || type === "purl")?.[1] ?? "";
  return {
    purl: textOf(json["software_packageUrl"]) || purl,
    cpes: identifiers.filter(([type, id]) => /^cpe2[23]$/.test(type) && id !== "").map(([, id]) => id),
  };
};

const nativePackage = (
  json: Json,
  ref: string,
  { partyOf, declared, concluded, properties }: Belongings,
): SbomComponent => ({
  ...newComponent(ref, textOf(json["name"])),
  type: TYPE_OF_PURPOSE.get(textOf(json["software_primaryPurpose"])) ?? TYPES[textOf(json["type"])] ?? "library",
  version: textOf(json["software_packageVersion"]),
  ...identifiersOf(json),
  description: textOf(json["description"]) || textOf(json["summary"]),
  copyright: asserted(textOf(json["software_copyrightText"])),
  supplier: partyOf(textOf(json["suppliedBy"])),
  author: partyOf(textsOf(json["originatedBy"])[0] ?? ""),
  declaredLicenses: declared,
  concludedLicenses: concluded,
  hashes: objectsOf(json["verifiedUsing"]).flatMap((one) => {
    if (textOf(one["type"]) === "PackageVerificationCode") return [];
    const algorithm = textOf(one["algorithm"]);
    return { algorithm: ALGORITHM_OF_HASH.get(algorithm) ?? algorithm, value: textOf(one["hashValue"]) };
  }),
  downloadUrl: asserted(textOf(json["software_downloadLocation"])),
  references: referencesOf(json),
  properties,
});

/** A package of the graph as a component; its parent is told by relationships. */
export const readPackage3 = (json: Json, ref: string, belongings: Belongings): SbomComponent =>
  withComponentExtras(nativePackage(json, ref, belongings));

/** How the elements that a package names are called. */
export interface Naming {
  readonly id: string;
  /** The id of the element that stands for a party. */
  readonly idOf: (party: SbomParty) => string;
  /** What reading the parts of a license expression gives. */
  readonly readBack: (licenses: readonly string[]) => string[];
}

/** A component as a package and the properties that hold what the format has no place for. */
export const writePackage3 = (
  c: SbomComponent,
  { id, idOf, readBack }: Naming,
): { json: Record<string, unknown>; properties: SbomProperty[] } => {
  const references = c.references.filter(({ type }) => type !== "website");
  const homepage = c.references.find(({ type }) => type === "website");
  const json = {
    type: "software_Package",
    spdxId: id,
    creationInfo: "_:creation",
    ...said({
      name: c.name,
      description: c.description,
      software_packageVersion: c.version,
      software_packageUrl: c.purl,
      software_primaryPurpose: PURPOSE_OF[c.type] ?? "other",
      software_downloadLocation: c.downloadUrl,
      software_homePage: homepage?.url,
      software_copyrightText: c.copyright,
      suppliedBy: c.supplier === null ? "" : idOf(c.supplier),
      originatedBy: c.author === null ? [] : [idOf(c.author)],
      verifiedUsing: c.hashes.flatMap(({ algorithm, value }) =>
        Object.hasOwn(HASH_OF, algorithm) ? [{ type: "Hash", algorithm: HASH_OF[algorithm], hashValue: value }] : [],
      ),
      externalIdentifier: c.cpes.map((cpe) => ({
        type: "ExternalIdentifier",
        externalIdentifierType: cpe.startsWith("cpe:/") ? "cpe22" : "cpe23",
        identifier: cpe,
      })),
      externalRef: references.map(({ type, url }) => ({
        type: "ExternalRef",
        externalRefType: REFERENCE_OF[type] ?? "other",
        locator: [url],
      })),
    }),
  };
  const native = nativePackage(json, c.ref, {
    partyOf: (agent) => {
      const party = [c.supplier, c.author].find((one) => one !== null && idOf(one) === agent);
      // an agent of the document says all that a party says but its address
      return agent === "" || !party ? null : { ...party, url: "" };
    },
    declared: readBack(c.declaredLicenses),
    concluded: readBack(c.concludedLicenses),
    properties: [],
  });
  const own =
    id.slice(id.lastIndexOf("#") + 1) === c.ref ? [] : [{ name: "zerotrace:ref", value: JSON.stringify(c.ref) }];
  return { json, properties: [...c.properties, ...componentExtras(c, { ...native, parent: c.parent }), ...own] };
};
