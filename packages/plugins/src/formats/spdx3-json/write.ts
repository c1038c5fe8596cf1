import { headExtras } from "../sbom-extras.ts";
import { derivedId } from "../sbom-id.ts";
import { jsonPieces, said } from "../sbom-json.ts";
import { licensesOfExpression } from "../sbom-license.ts";
import type { Sbom, SbomParty, SbomProperty } from "../sbom.ts";
import { newLicenseRefs } from "../spdx-json/license-refs.ts";
import { NO_TIME, NOASSERTION, propertyComment, spdxTime } from "../spdx-json/words.ts";
import { spdxIds, topsOf } from "../spdx-json/write.ts";
import { writePackage3 } from "./package.ts";
import { nativeSpdx3Head } from "./read.ts";
import { CONTEXT, NOBODY, NONE, SPEC_VERSION } from "./words.ts";

type Element = Record<string, unknown>;

/** Elements of one document while it is written: those that several packages share are written once. */
class Elements {
  readonly base: string;
  readonly licenses = newLicenseRefs();
  readonly #parties = new Map<string, string>();
  readonly #expressions = new Map<string, string>();
  readonly #custom = new Set<string>();
  #pending: Element[] = [];
  #number = 0;

  constructor(base: string) {
    this.base = base;
  }

  id(name: string): string {
    return `${this.base}#${name}`;
  }

  /** What was made since the last call. */
  made(): Element[] {
    const made = this.#pending;
    this.#pending = [];
    return made;
  }

  element(type: string, id: string, fields: Element): Element {
    return { type, spdxId: id, creationInfo: "_:creation", ...said(fields) };
  }

  next(kind: string): string {
    this.#number += 1;
    // An underscore cannot stand in the id of a package.
    return this.id(`${kind}_${this.#number}`);
  }

  party(party: SbomParty): string {
    const key = JSON.stringify([party.kind, party.name, party.email]);
    const known = this.#parties.get(key);
    if (known !== undefined) return known;
    const id = this.next("Agent");
    this.#parties.set(key, id);
    const email = { type: "ExternalIdentifier", externalIdentifierType: "email", identifier: party.email };
    const externalIdentifier = party.email === "" ? [] : [email];
    const type = party.kind === "person" ? "Person" : "Organization";
    this.#pending.push(this.element(type, id, { name: party.name, externalIdentifier }));
    return id;
  }

  /** The element of an expression; null when nothing is said. */
  license(licenses: readonly string[]): string | null {
    const text = this.licenses.expressionOf(licenses);
    if (text === NOASSERTION) return null;
    const known = this.#expressions.get(text);
    if (known !== undefined) return known;
    const id = this.next("License");
    this.#expressions.set(text, id);
    const custom = licensesOfExpression(text).filter((one) => this.licenses.names.has(one));
    const entries = custom.map((reference) => ({
      type: "DictionaryEntry",
      key: reference,
      value: this.#customText(reference),
    }));
    this.#pending.push(
      this.element("simplelicensing_LicenseExpression", id, {
        simplelicensing_licenseExpression: text,
        simplelicensing_customIdToUri: entries,
      }),
    );
    return id;
  }

  #customText(reference: string): string {
    const id = this.id(reference.replace("LicenseRef-", "LicenseRef_"));
    if (this.#custom.has(reference)) return id;
    this.#custom.add(reference);
    const name = this.licenses.names.get(reference)!;
    this.#pending.push(
      this.element("simplelicensing_SimpleLicensingText", id, { name, simplelicensing_licenseText: name }),
    );
    return id;
  }

  relationship(from: string, relationshipType: string, to: readonly string[], completeness = ""): Element {
    return this.element("Relationship", this.next("Relationship"), { from, relationshipType, to, completeness });
  }

  annotation(subject: string, { name, value }: SbomProperty): Element {
    return this.element("Annotation", this.next("Annotation"), {
      annotationType: "other",
      subject,
      contentType: "application/json",
      statement: propertyComment(name, value),
    });
  }
}

const headElements = (sbom: Sbom, made: Elements, roots: readonly string[]): Element[] => {
  const createdBy = sbom.authors.map((author) => made.party(author));
  const tools = sbom.tools.map(({ name, version }) => {
    const id = made.next("Tool");
    return made.element("Tool", id, { name: `${name}${version === "" ? "" : `-${version}`}` || "unknown" });
  });
  const nobody = made.element("SoftwareAgent", made.id("Agent_0"), { name: NOBODY });
  const creation = {
    type: "CreationInfo",
    "@id": "_:creation",
    specVersion: SPEC_VERSION,
    created: spdxTime(sbom.createdAt) || NO_TIME,
    createdBy: createdBy.length > 0 ? createdBy : [nobody["spdxId"]],
    ...said({ createdUsing: tools.map((tool) => tool["spdxId"]) }),
  };
  const profileConformance = ["core", "software", "simpleLicensing"];
  const document = made.element("SpdxDocument", made.id("DOCUMENT"), {
    name: sbom.name,
    profileConformance,
    rootElement: [made.id("SBOM_0")],
  });
  const bill = made.element("software_Sbom", made.id("SBOM_0"), { profileConformance, rootElement: roots });
  return [creation, ...(createdBy.length > 0 ? [] : [nobody]), ...made.made(), ...tools, document, bill];
};

function* packageElements(sbom: Sbom, made: Elements, ids: ReadonlyMap<string, string>): Generator<Element> {
  const readBack = (licenses: readonly string[]): string[] => {
    const text = made.licenses.expressionOf(licenses);
    return text === NOASSERTION ? [] : licensesOfExpression(text).map((one) => made.licenses.names.get(one) ?? one);
  };
  for (const component of sbom.components) {
    const id = made.id(ids.get(component.ref)!);
    const { json, properties } = writePackage3(component, { id, idOf: (party) => made.party(party), readBack });
    const declared = made.license(component.declaredLicenses);
    const concluded = made.license(component.concludedLicenses);
    yield* made.made();
    yield json;
    if (declared !== null) yield made.relationship(id, "hasDeclaredLicense", [declared]);
    if (concluded !== null) yield made.relationship(id, "hasConcludedLicense", [concluded]);
    for (const property of properties) yield made.annotation(id, property);
  }
}

function* relationElements(sbom: Sbom, made: Elements, ids: ReadonlyMap<string, string>): Generator<Element> {
  const idOf = (ref: string): string => made.id(ids.get(ref)!);
  const subject = sbom.subject !== null && ids.has(sbom.subject) ? sbom.subject : null;
  const parts = new Map<string, string[]>();
  const tops = topsOf(sbom).map(({ ref }) => idOf(ref));
  if (subject !== null && tops.length > 0) parts.set(subject, tops);
  for (const { ref, parent } of sbom.components) {
    if (parent === "" || parent === subject || !ids.has(parent)) continue;
    const known = parts.get(parent);
    if (known === undefined) parts.set(parent, [idOf(ref)]);
    else known.push(idOf(ref));
  }
  for (const [whole, inside] of parts) yield made.relationship(idOf(whole), "contains", inside);
  for (const { ref, dependsOn } of sbom.dependencies) {
    if (!ids.has(ref)) continue;
    const known = dependsOn.filter((one) => ids.has(one)).map(idOf);
    yield made.relationship(idOf(ref), "dependsOn", known.length > 0 ? known : [NONE], "complete");
  }
}

/** The document as JSON-LD of SPDX 3.0.1, in pieces. The same document gives the same bytes. */
export const writeSpdx3Json = (sbom: Sbom): Iterable<string> => {
  const isAddress = /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s#]+$/.test(sbom.id);
  const made = new Elements(isAddress ? sbom.id : derivedId(sbom));
  const ids = spdxIds(sbom.components);
  const subject = sbom.subject !== null && ids.has(sbom.subject) ? [sbom.subject] : topsOf(sbom).map(({ ref }) => ref);
  const head = headElements(
    sbom,
    made,
    subject.map((ref) => made.id(ids.get(ref)!)),
  );
  const native = nativeSpdx3Head(head, SPEC_VERSION);
  const extras = headExtras(sbom, sbom.id === "" ? { ...native, id: "" } : native);
  return jsonPieces({
    "@context": CONTEXT,
    "@graph": (function* () {
      yield* head;
      for (const property of [...sbom.properties, ...extras]) yield made.annotation(made.id("DOCUMENT"), property);
      yield* packageElements(sbom, made, ids);
      yield* relationElements(sbom, made, ids);
    })(),
  });
};
