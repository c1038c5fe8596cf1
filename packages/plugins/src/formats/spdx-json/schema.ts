import type { Json } from "../sbom-json.ts";
import type { Spdx2Version } from "./words.ts";

const TEXT = { type: "string" } as const;
const NAME = { type: "string", minLength: 1 } as const;
const ID = { type: "string", pattern: "^SPDXRef-[A-Za-z0-9.-]+$" } as const;
const TIME = { type: "string", format: "date-time" } as const;
const CREATOR = { type: "string", pattern: "^(Person|Organization|Tool):" } as const;
const SUPPLIER = { type: "string", pattern: "^(NOASSERTION$|Person:|Organization:)" } as const;
const TEXTS = { type: "array", items: TEXT } as const;

const object = (properties: Json, required: readonly string[] = [], extra: Json = {}): Json => ({
  type: "object",
  properties,
  required: [...required],
  ...extra,
});
const list = (items: Json, extra: Json = {}): Json => ({ type: "array", items, ...extra });

const ALGORITHMS_22 = ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "MD2", "MD4", "MD5", "MD6"];
const ALGORITHMS_23 = [
  "SHA3-256",
  "SHA3-384",
  "SHA3-512",
  "BLAKE2b-256",
  "BLAKE2b-384",
  "BLAKE2b-512",
  "BLAKE3",
  "ADLER32",
];

/** Types of relationships of 2.2; what 2.3 added stands below. */
const RELATIONS_22 = [
  ..."AMENDS ANCESTOR_OF BUILD_DEPENDENCY_OF BUILD_TOOL_OF CONTAINED_BY CONTAINS COPY_OF DATA_FILE_OF DEPENDENCY_MANIFEST_OF".split(
    " ",
  ),
  ..."DEPENDENCY_OF DEPENDS_ON DESCENDANT_OF DESCRIBED_BY DESCRIBES DEV_DEPENDENCY_OF DEV_TOOL_OF DISTRIBUTION_ARTIFACT".split(
    " ",
  ),
  ..."DOCUMENTATION_OF DYNAMIC_LINK EXAMPLE_OF EXPANDED_FROM_ARCHIVE FILE_ADDED FILE_DELETED FILE_MODIFIED GENERATED_FROM".split(
    " ",
  ),
  ..."GENERATES HAS_PREREQUISITE METAFILE_OF OPTIONAL_COMPONENT_OF OPTIONAL_DEPENDENCY_OF OTHER PACKAGE_OF PATCH_APPLIED".split(
    " ",
  ),
  ..."PATCH_FOR PREREQUISITE_FOR PROVIDED_DEPENDENCY_OF RUNTIME_DEPENDENCY_OF STATIC_LINK TEST_CASE_OF TEST_DEPENDENCY_OF".split(
    " ",
  ),
  ..."TEST_OF TEST_TOOL_OF VARIANT_OF".split(" "),
];
const RELATIONS_23 = ["REQUIREMENT_DESCRIPTION_FOR", "SPECIFICATION_FOR"];

const CATEGORIES = ["OTHER", "PERSISTENT-ID", "PERSISTENT_ID", "SECURITY", "PACKAGE-MANAGER", "PACKAGE_MANAGER"];
const PURPOSES =
  "APPLICATION FRAMEWORK LIBRARY CONTAINER OPERATING-SYSTEM OPERATING_SYSTEM DEVICE FIRMWARE SOURCE ARCHIVE FILE INSTALL OTHER".split(
    " ",
  );

const checksums = (version: Spdx2Version): Json =>
  list(
    object(
      {
        algorithm: { enum: version === "2.2" ? ALGORITHMS_22 : [...ALGORITHMS_22, ...ALGORITHMS_23] },
        checksumValue: { type: "string", pattern: "^[0-9a-fA-F]+$" },
      },
      ["algorithm", "checksumValue"],
    ),
  );

const ANNOTATIONS = list(
  object(
    {
      annotationDate: TIME,
      annotationType: { enum: ["OTHER", "REVIEW"] },
      annotator: CREATOR,
      comment: TEXT,
    },
    ["annotationDate", "annotationType", "annotator", "comment"],
  ),
);

const REF = object(
  {
    referenceCategory: { enum: CATEGORIES },
    referenceType: NAME,
    referenceLocator: { type: "string", pattern: "^\\S+$" },
    comment: TEXT,
  },
  ["referenceCategory", "referenceType", "referenceLocator"],
);

const packageSchema = (version: Spdx2Version): Json =>
  object(
    {
      SPDXID: ID,
      name: NAME,
      versionInfo: TEXT,
      packageFileName: TEXT,
      supplier: SUPPLIER,
      originator: SUPPLIER,
      downloadLocation: { type: "string", pattern: "^\\S+$" },
      filesAnalyzed: { type: "boolean" },
      packageVerificationCode: object({ packageVerificationCodeValue: NAME }, ["packageVerificationCodeValue"]),
      checksums: checksums(version),
      homepage: TEXT,
      sourceInfo: TEXT,
      licenseConcluded: NAME,
      licenseDeclared: NAME,
      licenseInfoFromFiles: TEXTS,
      copyrightText: TEXT,
      summary: TEXT,
      description: TEXT,
      comment: TEXT,
      externalRefs: list(REF),
      annotations: ANNOTATIONS,
      ...(version === "2.3" ? { primaryPackagePurpose: { enum: PURPOSES } } : {}),
    },
    [
      "SPDXID",
      "name",
      "downloadLocation",
      ...(version === "2.2" ? ["licenseConcluded", "licenseDeclared", "copyrightText"] : []),
    ],
  );

const fileSchema = (version: Spdx2Version): Json =>
  object({ SPDXID: ID, fileName: NAME, checksums: checksums(version) }, ["SPDXID", "fileName"]);

/**
 * What a document of SPDX 2.2 or 2.3 must have, written by hand from the text of the specification
 * (https://spdx.github.io/spdx-spec/v2.3/): cardinalities, words and forms of packages, relationships and what belongs to them.
 */
export const spdx2Schema = (version: Spdx2Version): Json => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  ...object(
    {
      spdxVersion: { const: `SPDX-${version}` },
      dataLicense: { const: "CC0-1.0" },
      SPDXID: { const: "SPDXRef-DOCUMENT" },
      name: NAME,
      // A fragment would name a part of it.
      documentNamespace: { type: "string", pattern: "^[a-zA-Z][a-zA-Z0-9+.-]*:[^\\s#]+$" },
      creationInfo: object({ created: TIME, creators: list(CREATOR, { minItems: 1 }), licenseListVersion: TEXT }, [
        "created",
        "creators",
      ]),
      documentDescribes: TEXTS,
      externalDocumentRefs: list(object({ externalDocumentId: NAME }, ["externalDocumentId"])),
      packages: list(packageSchema(version)),
      files: list(fileSchema(version)),
      snippets: list(object({ SPDXID: ID }, ["SPDXID"])),
      relationships: list(
        object(
          {
            spdxElementId: NAME,
            relatedSpdxElement: NAME,
            relationshipType: { enum: version === "2.2" ? RELATIONS_22 : [...RELATIONS_22, ...RELATIONS_23] },
          },
          ["spdxElementId", "relatedSpdxElement", "relationshipType"],
        ),
      ),
      hasExtractedLicensingInfos: list(
        object(
          { licenseId: { type: "string", pattern: "^LicenseRef-[A-Za-z0-9.-]+$" }, extractedText: TEXT, name: TEXT },
          ["licenseId", "extractedText"],
        ),
      ),
      annotations: ANNOTATIONS,
    },
    ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"],
  ),
});
