import { componentExtras } from "../sbom-extras.ts";
import { licenseKind } from "../sbom-license.ts";
import { said } from "../sbom-json.ts";
import type { SbomComponent, SbomParty, SbomProperty } from "../sbom.ts";
import { nativeComponent } from "./read-component.ts";
import { type CycloneDxVersion, cycloneDxWords, isSince } from "./schema.ts";

const HASH = /^(?:[a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$/;
const EMAIL = /^[^\s@<>]+@[^\s@<>]+$/;
const SCOPES = new Set(["required", "optional", "excluded"]);

/** Whether a text can stand where the schema wants an IRI reference. */
export const isIri = (text: string): boolean => /^[^\s<>"{}|\\^`]+$/.test(text);

const contactOf = ({ name, email }: SbomParty): Record<string, unknown> =>
  said({ name, email: EMAIL.test(email) ? email : "" });

/** A supplier as an organization; a person is its contact. */
export const writeOrganization = (party: SbomParty | null): Record<string, unknown> | undefined => {
  if (party === null) return undefined;
  const isPerson = party.kind === "person";
  const contact = contactOf(isPerson ? party : { ...party, name: "" });
  return said({
    name: isPerson ? "" : party.name,
    url: isIri(party.url) ? [party.url] : [],
    contact: Object.keys(contact).length === 0 ? [] : [contact],
  });
};

/** Authors as CycloneDX has them: people. */
export const writeAuthors = (authors: readonly SbomParty[]): Record<string, unknown>[] => authors.map(contactOf);

const oneLicense = (text: string, acknowledgement: string | undefined): Record<string, unknown> =>
  licenseKind(text) === "id"
    ? { license: { id: text, acknowledgement } }
    : { license: { name: text, acknowledgement } };

/** Before 1.7 an expression stands alone: beside other licenses it is written as a name. */
const writeLicenses = (component: SbomComponent, version: CycloneDxVersion): unknown[] => {
  const knowsWho = isSince(version, "1.6");
  const { declaredLicenses, concludedLicenses } = component;
  const told = [
    ...declaredLicenses.map((text) => [text, "declared"] as const),
    ...(knowsWho || declaredLicenses.length === 0 ? concludedLicenses : []).map((text) => [text, "concluded"] as const),
  ].filter(([text]) => text !== "");
  const isFree = isSince(version, "1.7") || told.length === 1;
  return told.map(([text, who]) => {
    // That it is declared goes without saying.
    const acknowledgement = knowsWho && who === "concluded" ? who : undefined;
    if (isFree && licenseKind(text) === "expression") return { expression: text, acknowledgement };
    return oneLicense(text, acknowledgement);
  });
};

const writeReferences = (component: SbomComponent, types: ReadonlySet<string>): unknown[] => {
  const { downloadUrl, references } = component;
  const all = downloadUrl === "" ? references : [{ type: "distribution", url: downloadUrl }, ...references];
  return all.filter(({ url }) => isIri(url)).map(({ type, url }) => ({ type: types.has(type) ? type : "other", url }));
};

/** Places one after the other; those that differ in their layer alone are told once. */
const writeOccurrences = (component: SbomComponent, version: CycloneDxVersion): unknown[] => {
  if (!isSince(version, "1.5")) return [];
  const seen = new Set<string>();
  return component.places.flatMap(({ path, line, inside }) => {
    const location = inside === "" ? path : `${path}!/${inside}`;
    const occurrence = line > 0 && isSince(version, "1.6") ? { location, line } : { location };
    const key = JSON.stringify(occurrence);
    if (location === "" || seen.has(key)) return [];
    seen.add(key);
    return [occurrence];
  });
};

const hasHash = (algorithms: ReadonlySet<string>) => {
  return ({ algorithm, value }: SbomComponent["hashes"][number]): boolean =>
    algorithms.has(algorithm) && HASH.test(value);
};

const nativeFields = (c: SbomComponent, version: CycloneDxVersion): Record<string, unknown> => {
  const words = cycloneDxWords(version);
  const hasAuthors = isSince(version, "1.6");
  const occurrences = writeOccurrences(c, version);
  return {
    type: words.componentTypes.has(c.type) ? c.type : "library",
    "bom-ref": c.ref,
    supplier: writeOrganization(c.supplier),
    authors: hasAuthors && c.author !== null ? writeAuthors([c.author]) : [],
    author: !hasAuthors && c.author !== null ? c.author.name : "",
    publisher: c.publisher,
    group: c.group,
    description: c.description,
    scope: SCOPES.has(c.scope) ? c.scope : "",
    hashes: c.hashes
      .filter(hasHash(words.hashAlgorithms))
      .map(({ algorithm: alg, value: content }) => ({ alg, content })),
    licenses: writeLicenses(c, version),
    copyright: c.copyright,
    cpe: c.cpes[0] ?? "",
    purl: c.purl,
    externalReferences: writeReferences(c, words.referenceTypes),
    evidence: occurrences.length === 0 ? undefined : { occurrences },
  };
};

/** Properties as a version of the format has them; 1.2 has none. */
export const writeProperties = (properties: readonly SbomProperty[], version: CycloneDxVersion): unknown[] =>
  isSince(version, "1.3") ? properties.map(({ name, value }) => ({ name, value })) : [];

/**
 * A component as JSON of CycloneDX, without the ones inside it. What the format has no place for is written as properties
 * (`zerotrace:…`), of which 1.2 has none: there it is lost.
 */
export const writeComponent = (component: SbomComponent, version: CycloneDxVersion): Record<string, unknown> => {
  // Both of them must be there, empty or not: 1.2 and 1.3 want a version.
  const written = { ...said(nativeFields(component, version)), name: component.name, version: component.version };
  const native = nativeComponent({ ...written, properties: undefined }, component.ref, component.parent);
  const extras = componentExtras(component, native);
  return { ...written, ...said({ properties: writeProperties([...component.properties, ...extras], version) }) };
};
