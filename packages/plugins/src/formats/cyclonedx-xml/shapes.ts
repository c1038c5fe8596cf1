/** What an element holds. */
export type Kind =
  | { readonly is: "text" | "int" | "number" | "bool" }
  /** Passed over with all that it holds. */
  | { readonly is: "skip" }
  | { readonly is: "shape"; readonly shape: string }
  /** A list in an element of its own; what stands in it, by name. */
  | { readonly is: "list"; readonly of: Readonly<Record<string, Kind>> }
  /** As a list, of `{name: value}` each: licenses. */
  | { readonly is: "choices"; readonly of: Readonly<Record<string, Kind>> }
  /** Tools: a list of `tool`, or components and services. */
  | { readonly is: "tools" }
  /** References to others by their attribute `ref`. */
  | { readonly is: "refs"; readonly child: string };

export interface Field {
  readonly kind: Kind;
  /** The name in JSON. */
  readonly json: string;
  /** It may stand there several times, and is a list in JSON. */
  readonly isRepeated: boolean;
  /** The position among its siblings. */
  readonly at: number;
}

export interface Shape {
  /** Attributes and their names in JSON. */
  readonly attributes: Readonly<Record<string, readonly [json: string, type: "text" | "int" | "bool"]>>;
  /** In the order in which they must stand. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Where the element's own text goes; null when it has none. */
  readonly text: string | null;
  /** Its children may stand in any order. */
  readonly isFree: boolean;
}

const TEXT: Kind = { is: "text" };
const INT: Kind = { is: "int" };
const NUMBER: Kind = { is: "number" };
const BOOL: Kind = { is: "bool" };
const SKIP: Kind = { is: "skip" };
const shape = (name: string): Kind => ({ is: "shape", shape: name });
const list = (child: string, kind: Kind = shape(child)): Kind => ({ is: "list", of: { [child]: kind } });
const LICENSES: Kind = {
  is: "choices",
  of: { license: shape("license"), expression: shape("expression"), "expression-detailed": shape("detailed") },
};

type Written = readonly [element: string, kind: Kind, json?: string];

const of = (
  fields: readonly Written[],
  attributes: Readonly<Record<string, string>> = {},
  options: { text?: string; repeated?: readonly string[]; isFree?: boolean } = {},
): Shape => ({
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([xml, told]) => {
      const [json, type = "text"] = told.split(":");
      return [xml, [json || xml, type as "text" | "int" | "bool"] as const];
    }),
  ),
  fields: new Map(
    fields.map(([element, kind, json = element], at) => [
      element,
      { kind, json, isRepeated: options.repeated?.includes(element) ?? false, at },
    ]),
  ),
  text: options.text ?? null,
  isFree: options.isFree ?? false,
});

const texts = (...names: string[]): Written[] => names.map((name) => [name, TEXT]);
const skipped = (...names: string[]): Written[] => names.map((name) => [name, SKIP]);

const COMPONENT: readonly Written[] = [
  ["supplier", shape("organization")],
  ["manufacturer", shape("organization")],
  ["authors", list("author", shape("contact"))],
  ...texts("author", "publisher", "group", "name", "version", "versionRange", "description", "scope"),
  ["hashes", list("hash")],
  ["licenses", LICENSES],
  ["copyright", TEXT],
  ...skipped("patentAssertions"),
  ...texts("cpe", "purl", "omniborId", "swhid"),
  ["swid", shape("swid")],
  ["modified", BOOL],
  ["pedigree", shape("pedigree")],
  ["externalReferences", list("reference")],
  ["properties", list("property")],
  ["components", list("component")],
  ["evidence", shape("evidence")],
  ...skipped("releaseNotes", "modelCard", "data", "cryptoProperties"),
  ["tags", list("tag", TEXT)],
];

const SERVICE: readonly Written[] = [
  ["provider", shape("organization")],
  ...texts("group", "name", "version", "description"),
  ["endpoints", list("endpoint", TEXT)],
  ["authenticated", BOOL],
  ["x-trust-boundary", BOOL],
  ["trustZone", TEXT],
  ["data", { is: "list", of: { classification: shape("classification"), dataflow: shape("dataflow") } }],
  ["licenses", LICENSES],
  ...skipped("patentAssertions"),
  ["externalReferences", list("reference")],
  ["properties", list("property")],
  ["services", list("service")],
  ...skipped("releaseNotes"),
  ["tags", list("tag", TEXT)],
];

const VULNERABILITY: readonly Written[] = [
  ["id", TEXT],
  ["source", shape("source")],
  ["references", list("reference", shape("aliased"))],
  ["ratings", list("rating")],
  ["cwes", list("cwe", INT)],
  ...texts("description", "detail", "recommendation", "workaround"),
  ...skipped("proofOfConcept"),
  ["advisories", list("advisory")],
  ...texts("created", "published", "updated", "rejected"),
  ...skipped("credits"),
  ["tools", { is: "tools" }],
  ["analysis", shape("analysis")],
  ["affects", list("target")],
  ["properties", list("property")],
];

/** Every kind of element that is read and written; the order of the fields is the one of CycloneDX's XML schemas. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  bom: of(
    [
      ["metadata", shape("metadata")],
      ["components", list("component")],
      ["services", list("service")],
      ["externalReferences", list("reference")],
      ["dependencies", list("dependency")],
      ...skipped("compositions"),
      ["properties", list("property")],
      ["vulnerabilities", list("vulnerability")],
      ...skipped("annotations", "formulation", "declarations", "definitions", "citations"),
    ],
    { serialNumber: "", version: "version:int" },
  ),
  metadata: of([
    ["timestamp", TEXT],
    ["lifecycles", list("lifecycle")],
    ["tools", { is: "tools" }],
    ["authors", list("author", shape("contact"))],
    ["component", shape("component")],
    ["manufacturer", shape("organization")],
    ["manufacture", shape("organization")],
    ["supplier", shape("organization")],
    ["licenses", LICENSES],
    ["properties", list("property")],
    ...skipped("distributionConstraints"),
  ]),
  lifecycle: of(texts("phase", "name", "description")),
  tool: of([
    ...texts("vendor", "name", "version"),
    ["hashes", list("hash")],
    ["externalReferences", list("reference")],
  ]),
  toolset: of([
    ["components", list("component")],
    ["services", list("service")],
  ]),
  component: of(
    COMPONENT,
    { type: "", "mime-type": "", "bom-ref": "", isExternal: "isExternal:bool" },
    { repeated: ["omniborId", "swhid", "data"] },
  ),
  service: of(SERVICE, { "bom-ref": "" }),
  organization: of(
    [
      ["name", TEXT],
      ["address", shape("address")],
      ["url", TEXT],
      ["contact", shape("contact")],
    ],
    { "bom-ref": "" },
    { repeated: ["url", "contact"] },
  ),
  address: of(texts("country", "region", "locality", "postOfficeBoxNumber", "postalCode", "streetAddress"), {
    "bom-ref": "",
  }),
  contact: of(texts("name", "email", "phone"), { "bom-ref": "" }),
  hash: of([], { alg: "" }, { text: "content" }),
  property: of([], { name: "" }, { text: "value" }),
  license: of(
    [
      ...texts("id", "name"),
      ["text", shape("attachment")],
      ["url", TEXT],
      ...skipped("licensing"),
      ["properties", list("property")],
    ],
    { "bom-ref": "", acknowledgement: "" },
  ),
  expression: of([], { "bom-ref": "", acknowledgement: "" }, { text: "expression" }),
  detailed: of(
    [
      ["expression", TEXT],
      ["details", SKIP],
      ["licensing", SKIP],
      ["properties", list("property")],
    ],
    { "bom-ref": "", acknowledgement: "", expression: "" },
    { isFree: true },
  ),
  attachment: of([], { "content-type": "contentType", encoding: "" }, { text: "content" }),
  swid: of(
    [
      ["text", shape("attachment")],
      ["url", TEXT],
    ],
    { tagId: "", name: "", version: "", tagVersion: "tagVersion:int", patch: "patch:bool" },
  ),
  reference: of([...texts("url", "comment"), ["hashes", list("hash")], ["properties", list("property")]], { type: "" }),
  pedigree: of([
    ["ancestors", list("component")],
    ["descendants", list("component")],
    ["variants", list("component")],
    ["commits", list("commit")],
    ["patches", list("patch")],
    ["notes", TEXT],
  ]),
  commit: of([...texts("uid", "url"), ["author", shape("action")], ["committer", shape("action")], ["message", TEXT]]),
  action: of(texts("timestamp", "name", "email")),
  patch: of(
    [
      ["diff", shape("diff")],
      ["resolves", list("issue")],
    ],
    { type: "" },
  ),
  diff: of([
    ["text", shape("attachment")],
    ["url", TEXT],
  ]),
  issue: of([...texts("id", "name", "description"), ["source", shape("source")], ["references", list("url", TEXT)]], {
    type: "",
  }),
  source: of(texts("name", "url"), {}, { isFree: true }),
  evidence: of(
    [
      ...skipped("identity"),
      ["occurrences", list("occurrence")],
      ...skipped("callstack"),
      ["licenses", LICENSES],
      ...skipped("copyright"),
    ],
    {},
    { repeated: ["identity"] },
  ),
  occurrence: of([["location", TEXT], ["line", INT], ["offset", INT], ...texts("symbol", "additionalContext")], {
    "bom-ref": "",
  }),
  classification: of([], { flow: "" }, { text: "classification" }),
  dataflow: of([["classification", shape("classification")], ...skipped("governance", "source", "destination")], {
    name: "",
    description: "",
  }),
  dependency: of(
    [
      ["dependency", { is: "refs", child: "dependency" }, "dependsOn"],
      ["provides", { is: "refs", child: "provides" }, "provides"],
    ],
    { ref: "" },
    { repeated: ["dependency", "provides"], isFree: true },
  ),
  vulnerability: of(VULNERABILITY, { "bom-ref": "" }),
  aliased: of([
    ["id", TEXT],
    ["source", shape("source")],
  ]),
  rating: of([
    ["source", shape("source")],
    ["score", NUMBER],
    ...texts("severity", "method", "vector", "justification"),
  ]),
  advisory: of(texts("title", "url")),
  analysis: of([
    ...texts("state", "justification"),
    ["responses", list("response", TEXT), "response"],
    ...texts("detail", "firstIssued", "lastUpdated"),
  ]),
  target: of([
    ["ref", TEXT],
    ["versions", list("version", shape("affected"))],
  ]),
  affected: of(texts("version", "range", "status")),
};

/** The shape of a name; every name in the table has one. */
export const shapeOf = (name: string): Shape => SHAPES[name] as Shape;
