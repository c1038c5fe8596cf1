import { withComponentExtras } from "../sbom-extras.ts";
import { type Json, objectOf, objectsOf, textOf, textsOf } from "../sbom-json.ts";
import {
  newComponent,
  type SbomComponent,
  type SbomParty,
  type SbomPlace,
  type SbomProperty,
  type SbomReference,
} from "../sbom.ts";

/** A supplier or manufacturer; one without a name is known by its contact. Null when it says nothing. */
export const organizationOf = (value: unknown): SbomParty | null => {
  const organization = objectOf(value);
  const contact = objectsOf(organization["contact"])[0] ?? {};
  const name = textOf(organization["name"]);
  const email = textOf(contact["email"]);
  const url = textsOf(organization["url"])[0] ?? "";
  if (name !== "") return { kind: "organization", name, email, url };
  const person = textOf(contact["name"]);
  return person === "" && email === "" && url === "" ? null : { kind: "person", name: person, email, url };
};

/** Someone who is named as an author. */
export const personOf = (value: Json): SbomParty => ({
  kind: "person",
  name: textOf(value["name"]),
  email: textOf(value["email"]),
  url: "",
});

export const propertiesOf = (value: unknown): SbomProperty[] =>
  objectsOf(value).map((one) => ({ name: textOf(one["name"]), value: textOf(one["value"]) }));

interface Licenses {
  readonly declared: readonly string[];
  readonly concluded: readonly string[];
}

/** Licenses by who says so; without a word they are declared. */
const licensesOf = (value: unknown): Licenses => {
  const declared: string[] = [];
  const concluded: string[] = [];
  for (const choice of objectsOf(value)) {
    const license = objectOf(choice["license"]);
    const text = textOf(choice["expression"]) || textOf(license["id"]) || textOf(license["name"]);
    const isConcluded = (choice["acknowledgement"] ?? license["acknowledgement"]) === "concluded";
    // SPDX's word for nothing said; kept as a license it would become a `LicenseRef-NOASSERTION` there.
    if (text !== "" && text !== "NOASSERTION") (isConcluded ? concluded : declared).push(text);
  }
  return { declared, concluded };
};

const referencesOf = (value: unknown): { references: SbomReference[]; downloadUrl: string } => {
  const references = objectsOf(value).flatMap((one) => {
    const url = textOf(one["url"]);
    return url === "" ? [] : [{ type: textOf(one["type"]) || "other", url }];
  });
  const at = references.findIndex(({ type }) => type === "distribution");
  const [download] = at < 0 ? [] : references.splice(at, 1);
  return { references, downloadUrl: download?.url ?? "" };
};

const LOCATION = /^syft:location:\d+:(path|layerID)$/;

/** Where other tools say that they found it: Syft by numbered properties, Trivy by two. */
const toldPlaces = (properties: readonly SbomProperty[]): SbomPlace[] => {
  const places = new Map<string, { path: string; layer: string }>();
  for (const { name, value } of properties) {
    const found = LOCATION.exec(name);
    const key =
      found?.[1] ??
      (name === "aquasecurity:trivy:FilePath" ? "path" : name === "aquasecurity:trivy:LayerDiffID" ? "layerID" : "");
    if (key === "") continue;
    const number = found === null ? "trivy" : name.slice(0, name.lastIndexOf(":"));
    const place = places.get(number) ?? { path: "", layer: "" };
    places.set(number, key === "path" ? { ...place, path: value } : { ...place, layer: value });
  }
  return [...places.values()].filter(({ path }) => path !== "").map((place) => ({ ...place, line: 0, inside: "" }));
};

const placesOf = (evidence: Json, properties: readonly SbomProperty[]): SbomPlace[] => {
  const occurrences = objectsOf(evidence["occurrences"]).flatMap((one): SbomPlace[] => {
    const path = textOf(one["location"]);
    const { line } = one;
    return path === "" ? [] : [{ path, line: Number.isSafeInteger(line) ? Number(line) : 0, inside: "", layer: "" }];
  });
  return occurrences.length > 0 ? occurrences : toldPlaces(properties);
};

const isDevOf = (properties: readonly SbomProperty[]): boolean | null => {
  const told = properties.find(({ name }) => name === "cdx:npm:package:development" || name === "cdx:poetry:group");
  if (told === undefined) return null;
  return told.name === "cdx:npm:package:development" ? told.value === "true" : told.value === "dev";
};

const hashesOf = (value: unknown): SbomComponent["hashes"] =>
  objectsOf(value).map((one) => ({ algorithm: textOf(one["alg"]), value: textOf(one["content"]) }));

/** A component as CycloneDX has it, before our own properties are taken for its fields. */
export const nativeComponent = (json: Json, ref: string, parent: string): SbomComponent => {
  const properties = json["properties"] === undefined ? [] : propertiesOf(json["properties"]);
  const { declared, concluded } = licensesOf(json["licenses"]);
  const { references, downloadUrl } = referencesOf(json["externalReferences"]);
  const [first] = objectsOf(json["authors"]);
  const author = textOf(json["author"]);
  const cpe = textOf(json["cpe"]);
  return {
    ...newComponent(ref, textOf(json["name"])),
    type: textOf(json["type"]) || "library",
    group: textOf(json["group"]),
    version: textOf(json["version"]),
    purl: textOf(json["purl"]),
    cpes: cpe === "" ? [] : [cpe],
    description: textOf(json["description"]),
    copyright: textOf(json["copyright"]),
    publisher: textOf(json["publisher"]),
    supplier: organizationOf(json["supplier"]) ?? organizationOf(json["manufacturer"]),
    author: first ? personOf(first) : author === "" ? null : personOf({ name: author }),
    declaredLicenses: declared,
    concludedLicenses: concluded,
    hashes: hashesOf(json["hashes"]),
    scope: textOf(json["scope"]),
    downloadUrl,
    references,
    parent,
    places: placesOf(objectOf(json["evidence"]), properties),
    isDev: isDevOf(properties),
    properties,
  };
};

/** A component of a document. */
export const readComponent = (json: Json, ref: string, parent: string): SbomComponent =>
  withComponentExtras(nativeComponent(json, ref, parent));
