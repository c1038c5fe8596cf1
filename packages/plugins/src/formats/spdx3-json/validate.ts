import { type Json, objectOf, objectsOf, textOf } from "../sbom-json.ts";
import { compiledSchema, faultsOf, type SbomFault } from "../sbom-schema-check.ts";
import { SBOM_LIMITS } from "../sbom.ts";
import { HASH_OF, isNone, PURPOSE_OF } from "./words.ts";

const TEXT = { type: "string" } as const;
/** An IRI; elements are never blank. */
const IRI = { type: "string", pattern: "^(?!_:).+:.+" } as const;
const NODE = { anyOf: [{ type: "string", pattern: ".+:.+" }, { type: "object" }] } as const;
const TARGET = { type: ["string", "object"], minLength: 1 } as const;

const PURPOSES = [
  ...Object.values(PURPOSE_OF),
  ..."archive bom configuration diskImage documentation evidence executable filesystemImage install manifest module other".split(
    " ",
  ),
  ..."patch requirement source specification test".split(" "),
];
const ALGORITHMS = [...Object.values(HASH_OF), "crystalsDilithium", "crystalsKyber", "falcon", "other", "sha3_224"];
const RELATIONS = [
  ..."affects amendedBy ancestorOf availableFrom configures contains coordinatedBy copiedTo delegatedTo dependsOn".split(
    " ",
  ),
  ..."descendantOf describes doesNotAffect expandsTo exploitCreatedBy fixedBy fixedIn foundBy generates hasAddedFile".split(
    " ",
  ),
  ..."hasAssessmentFor hasAssociatedVulnerability hasConcludedLicense hasDataFile hasDeclaredLicense hasDeletedFile".split(
    " ",
  ),
  ..."hasDependencyManifest hasDistributionArtifact hasDocumentation hasDynamicLink hasEvidence hasExample hasHost".split(
    " ",
  ),
  ..."hasInput hasMetadata hasOptionalComponent hasOptionalDependency hasOutput hasPrerequisite hasProvidedDependency".split(
    " ",
  ),
  ..."hasRequirement hasSpecification hasStaticLink hasTest hasTestCase hasVariant invokedBy modifiedBy other".split(
    " ",
  ),
  ..."packagedBy patchedBy publishedBy reportedBy republishedBy serializedInArtifact testedOn trainedOn".split(" "),
  ..."underInvestigationFor usesTool".split(" "),
];

const CREATED = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" } as const;
const HASH = {
  type: "object",
  required: ["algorithm", "hashValue"],
  properties: { algorithm: { enum: ALGORITHMS }, hashValue: TEXT },
} as const;

/** What each class must have beside an element's own; others are elements and nothing more is asked of them. */
const CLASSES: Readonly<Record<string, { required: readonly string[]; properties: Json }>> = {
  software_Package: {
    required: [],
    properties: {
      name: TEXT,
      software_packageVersion: TEXT,
      software_packageUrl: TEXT,
      software_downloadLocation: TEXT,
      software_primaryPurpose: { enum: PURPOSES },
      suppliedBy: NODE,
      originatedBy: { type: "array", items: NODE },
      verifiedUsing: { type: "array", items: HASH },
      externalIdentifier: {
        type: "array",
        items: { type: "object", required: ["externalIdentifierType", "identifier"], properties: { identifier: TEXT } },
      },
    },
  },
  Relationship: {
    required: ["from", "to", "relationshipType"],
    properties: {
      from: NODE,
      to: { type: "array", minItems: 1, items: TARGET },
      relationshipType: { enum: RELATIONS },
      completeness: { enum: ["complete", "incomplete", "noAssertion"] },
    },
  },
  Annotation: {
    required: ["annotationType", "subject"],
    properties: { annotationType: { enum: ["other", "review"] }, subject: NODE, statement: TEXT },
  },
  SpdxDocument: { required: [], properties: { rootElement: { type: "array", items: NODE } } },
  simplelicensing_LicenseExpression: {
    required: ["simplelicensing_licenseExpression"],
    properties: { simplelicensing_licenseExpression: TEXT },
  },
};

const ELEMENT = {
  type: "object",
  required: ["type", "spdxId", "creationInfo"],
  properties: { type: TEXT, spdxId: IRI, creationInfo: NODE, name: TEXT },
} as const;

const CREATION = {
  type: "object",
  required: ["created", "createdBy", "specVersion"],
  properties: {
    created: CREATED,
    createdBy: { type: "array", minItems: 1, items: NODE },
    specVersion: { type: "string", pattern: "^3\\.0\\.\\d+$" },
  },
} as const;

const of = (type: string): Json => ({ properties: { type: { const: type } }, required: ["type"] });

/** What a document of SPDX 3.0 in JSON-LD must have, written by hand from its model (https://spdx.github.io/spdx-spec/v3.0.1/). */
const SCHEMA: Json = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  required: ["@context", "@graph"],
  properties: {
    "@context": {},
    "@graph": {
      type: "array",
      items: {
        type: "object",
        required: ["type"],
        if: of("CreationInfo"),
        // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON schema
        then: CREATION,
        else: {
          allOf: [
            ELEMENT,
            ...Object.entries(CLASSES).map(([type, { required, properties }]) => ({
              if: of(type),
              // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON schema
              then: { required: [...required], properties },
            })),
          ],
        },
      },
    },
  },
};

/** Ids are given once; a relationship begins at an element of the graph. What it ends at may lie elsewhere. */
const referenceFaults = (document: Json): SbomFault[] => {
  const faults: SbomFault[] = [];
  const elements = objectsOf(document["@graph"], SBOM_LIMITS.components * 10);
  const ids = new Set<string>();
  for (const [i, one] of elements.entries()) {
    const id = textOf(one["spdxId"]) || textOf(one["@id"]);
    if (id !== "" && ids.has(id)) faults.push({ place: `/@graph/${i}/spdxId`, says: `${id} is given twice` });
    ids.add(id);
  }
  const imported = objectsOf(elements.find(({ type }) => type === "SpdxDocument")?.["import"]);
  const isKnown = (id: string): boolean =>
    ids.has(id) || isNone(id) || imported.some((one) => one["externalSpdxId"] === id);
  for (const [i, one] of elements.entries()) {
    const creation = textOf(one["creationInfo"]);
    if (creation.startsWith("_:") && !ids.has(creation))
      faults.push({ place: `/@graph/${i}/creationInfo`, says: `${creation} is not in the graph` });
    const from = textOf(one["from"]);
    if (from !== "" && !isKnown(from)) faults.push({ place: `/@graph/${i}/from`, says: `${from} is not in the graph` });
  }
  return faults;
};

/** What is wrong with a document of SPDX 3.0; with `isAll` every fault. */
export const validateSpdx3 = (document: Json, isAll: boolean): SbomFault[] => {
  const validate = compiledSchema("spdx-3.0", isAll, () => ({ schema: objectOf(SCHEMA), others: [] }));
  if (!validate(document)) return faultsOf(validate.errors);
  return referenceFaults(document);
};
