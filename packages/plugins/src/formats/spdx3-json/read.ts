import { withHeadExtras } from "../sbom-extras.ts";
import { isObject, type Json, objectOf, objectsOf, refused, textOf, textsOf } from "../sbom-json.ts";
import { licensesOfExpression } from "../sbom-license.ts";
import {
  newProblems,
  newSbom,
  type Sbom,
  SBOM_LIMITS,
  type SbomComponent,
  type SbomParty,
  type SbomProperty,
} from "../sbom.ts";
import { gatherRelations, related, type Relations } from "../spdx-json/relations.ts";
import { drained, isList, lengthOf } from "../sbom-lists.ts";
import { asserted, NO_TIME, propertyOfComment } from "../spdx-json/words.ts";
import { readPackage3 } from "./package.ts";
import { isNone, NOBODY } from "./words.ts";

const PACKAGES = new Set(["software_Package", "ai_AIPackage", "dataset_DatasetPackage"]);
const FILES = new Set(["software_File", "software_Snippet"]);
const NEEDS = new Set([
  "dependsOn",
  "hasDynamicLink",
  "hasStaticLink",
  "hasPrerequisite",
  "hasOptionalDependency",
  "hasProvidedDependency",
]);
const DEV_SCOPES = new Set(["build", "development", "test"]);
const ELEMENTS_MAX = SBOM_LIMITS.components * 10;

const idOf = (json: Json): string => textOf(json["spdxId"]) || textOf(json["@id"]);
const typeOf = (json: Json): string => textOf(json["type"]) || textOf(json["@type"]);

/** Stands for an element of which nothing but its being there is asked later: a large graph gives its memory back while it is read. */
const NOTHING: Json = Object.freeze({});

/** The graph by what its elements are. */
interface Graph {
  /** Agents, licenses, documents; packages, relationships and annotations are there by their id alone. */
  readonly byId: ReadonlyMap<string, Json>;
  readonly packages: Json[];
  readonly relationships: readonly Json[];
  readonly properties: ReadonlyMap<string, SbomProperty[]>;
  readonly document: Json;
  readonly fileCount: number;
}

const graphOf = (root: Json): Graph => {
  const graph = root["@graph"];
  const elements = isList(graph) ? drained(graph, ELEMENTS_MAX) : [root];
  if (lengthOf(graph) > ELEMENTS_MAX) throw refused(`it has more than ${ELEMENTS_MAX} elements`);
  const byId = new Map<string, Json>();
  const packages: Json[] = [];
  const relationships: Json[] = [];
  const properties = new Map<string, SbomProperty[]>();
  let document: Json = {};
  let fileCount = 0;
  for (const element of elements) {
    const type = typeOf(element);
    const id = idOf(element);
    const isKept = !PACKAGES.has(type) && !FILES.has(type) && type !== "Annotation" && !type.endsWith("Relationship");
    if (id !== "") byId.set(id, isKept ? element : NOTHING);
    if (PACKAGES.has(type)) packages.push(element);
    else if (FILES.has(type)) fileCount += 1;
    else if (type.endsWith("Relationship")) relationships.push(element);
    else if (type === "SpdxDocument") document = element;
    else if (type === "Annotation") {
      const property = propertyOfComment(textOf(element["statement"]));
      if (property === null) continue;
      const subject = textOf(element["subject"]);
      const known = properties.get(subject);
      if (known === undefined) properties.set(subject, [property]);
      else known.push(property);
    }
  }
  if (packages.length > SBOM_LIMITS.components) throw refused(`it has more than ${SBOM_LIMITS.components} packages`);
  return { byId, packages, relationships, properties, document, fileCount };
};

const creationOf = ({ byId, document, packages }: Graph): Json => {
  const value = (Object.keys(document).length > 0 ? document : (packages[0] ?? {}))["creationInfo"];
  return isObject(value) ? value : (byId.get(textOf(value)) ?? {});
};

/** A person or organization of the graph; its email is an external identifier. Null for any other element. */
const partyIn = (graph: Graph, id: string): SbomParty | null => {
  const agent = graph.byId.get(id);
  const type = agent === undefined ? "" : typeOf(agent);
  if (agent === undefined || (type !== "Person" && type !== "Organization" && type !== "Agent")) return null;
  const email = objectsOf(agent["externalIdentifier"]).find((one) => one["externalIdentifierType"] === "email");
  return {
    kind: type === "Person" ? "person" : "organization",
    name: textOf(agent["name"]),
    email: textOf(email?.["identifier"]),
    url: "",
  };
};

/** What a document says of itself, before our own annotations are taken for its fields. */
const headOf = (graph: Graph, version: string): Sbom => {
  const creation = creationOf(graph);
  const id = idOf(graph.document).replace(/#DOCUMENT$/, "");
  const created = textOf(creation["created"]);
  return {
    ...newSbom({ format: "spdx3-json", version }),
    id,
    name: textOf(graph.document["name"]),
    createdAt: created === NO_TIME ? "" : created,
    tools: textsOf(creation["createdUsing"]).flatMap((tool) => {
      const name = textOf(graph.byId.get(tool)?.["name"]);
      const found = /^(.+)-(v?\d[^\s-]*(?:-[\w.]+)?)$/.exec(name);
      return name === "" ? [] : [{ vendor: "", name: found?.[1] ?? name, version: found?.[2] ?? "" }];
    }),
    authors: textsOf(creation["createdBy"]).flatMap((agent) => {
      const party = partyIn(graph, agent);
      return party === null || party.name === NOBODY ? [] : [party];
    }),
    properties: graph.properties.get(idOf(graph.document)) ?? [],
  };
};

/** Licenses of packages: expressions by package, custom ones by their names. */
const licensesIn = (graph: Graph, relation: string): Map<string, string[]> => {
  const licenses = new Map<string, string[]>();
  for (const one of graph.relationships) {
    if (one["relationshipType"] !== relation) continue;
    const told = textsOf(one["to"]).flatMap((id) => licenseTexts(graph, id));
    const from = textOf(one["from"]);
    licenses.set(from, [...(licenses.get(from) ?? []), ...told]);
  }
  return licenses;
};

const licenseTexts = (graph: Graph, id: string): string[] => {
  const element = graph.byId.get(id);
  if (element === undefined) return [];
  const text = asserted(textOf(element["simplelicensing_licenseExpression"]));
  if (text === "") return asserted(textOf(element["name"])) === "" ? [] : [textOf(element["name"])];
  const names = new Map(
    objectsOf(element["simplelicensing_customIdToUri"]).map((entry) => {
      const custom = graph.byId.get(textOf(entry["value"]));
      return [textOf(entry["key"]), textOf(custom?.["name"])] as const;
    }),
  );
  return licensesOfExpression(text).map((one) => names.get(one) || one);
};

const relationsOf = (graph: Graph, ids: ReadonlySet<string>, problem: (text: string) => void): Relations => {
  const sink = gatherRelations(ids, problem);
  for (const one of graph.relationships) {
    const type = textOf(one["relationshipType"]);
    const from = textOf(one["from"]);
    const targets = textsOf(one["to"], SBOM_LIMITS.components);
    if (type === "hasDeclaredLicense" || type === "hasConcludedLicense") continue;
    if (type === "describes") for (const to of targets) sink.describe(to);
    else if (type === "contains") for (const to of targets) sink.contain(from, to);
    else if (NEEDS.has(type) && ids.has(from)) {
      const isDev = DEV_SCOPES.has(textOf(one["scope"]));
      for (const to of targets) {
        if (isNone(to)) sink.need(from, null, isDev);
        else if (ids.has(to) || !graph.byId.has(to)) sink.need(from, to, isDev);
        else sink.other();
      }
    } else sink.other();
  }
  for (const id of rootsOf(graph)) sink.describe(id);
  return sink.done();
};

/** What the document is about: its roots, and the roots of a bill of materials among them. */
const rootsOf = (graph: Graph): string[] =>
  textsOf(graph.document["rootElement"]).flatMap((id) => {
    const element = graph.byId.get(id);
    return element !== undefined && /Sbom$|^Bom$/.test(typeOf(element)) ? textsOf(element["rootElement"]) : [id];
  });

const refIn = (graph: Graph, id: string, namespace: string): string => {
  const told = graph.properties.get(id)?.find(({ name }) => name === "zerotrace:ref");
  try {
    const ref: unknown = told === undefined ? null : JSON.parse(told.value);
    if (typeof ref === "string" && ref !== "") return ref;
  } catch {
    // what others write under our name is no ref
  }
  return id.startsWith(`${namespace}#`) ? id.slice(namespace.length + 1) : id;
};

const componentsOf = (graph: Graph, namespace: string, problem: (text: string) => void) => {
  const declared = licensesIn(graph, "hasDeclaredLicense");
  const concluded = licensesIn(graph, "hasConcludedLicense");
  const refOf = new Map<string, string>();
  const refs = new Set<string>();
  const components: SbomComponent[] = Array.from(drained(graph.packages, SBOM_LIMITS.components), (json, i) => {
    const own = idOf(json);
    if (own !== "" && refOf.has(own)) problem(`spdxId ${own} is given twice; the second one gets another`);
    const id = own === "" || refOf.has(own) ? `package-${i + 1}` : own;
    const wanted = refIn(graph, id, namespace);
    const ref = refs.has(wanted) ? `${wanted}-${i + 1}` : wanted;
    refs.add(ref);
    refOf.set(id, ref);
    return readPackage3(json, ref, {
      partyOf: (agent) => partyIn(graph, agent),
      declared: declared.get(id) ?? [],
      concluded: concluded.get(id) ?? [],
      properties: (graph.properties.get(id) ?? []).filter(({ name }) => name !== "zerotrace:ref"),
    });
  });
  return { components, refOf };
};

/**
 * Reads a document of SPDX 3.0 in JSON-LD as its own schema has it: one graph with SPDX's context. Throws BAD_REQUEST for
 * anything else and over a limit. Packages are components; files and snippets are counted and passed over.
 */
export const readSpdx3 = (root: Json): Sbom => {
  const context = root["@context"];
  const contexts = Array.isArray(context) ? (context as unknown[]) : [context];
  const version = contexts
    .map((one) => /spdx\.org\/rdf\/v?(3\.\d+(?:\.\d+)?)\//.exec(textOf(one))?.[1])
    .find((one) => one !== undefined);
  if (version === undefined) throw refused("it is no SPDX 3 document: its @context is another one");
  if (!version.startsWith("3.0")) throw refused(`SPDX ${version} is not read; 2.2, 2.3 and 3.0 are`);
  const graph = graphOf(root);
  const problems = newProblems();
  const head = headOf(graph, version);
  const { components, refOf } = componentsOf(graph, head.id, problems.add);
  const relations = relationsOf(graph, new Set(refOf.keys()), problems.add);
  const counts = [
    ["files", graph.fileCount],
    ["relationships of other kinds", relations.otherCount],
  ] as const;
  return {
    ...withHeadExtras(head),
    ...related(components, relations, refOf),
    problems: problems.list(),
    passedOver: counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`),
  };
};

/** The head of a document that was just written, for comparison. */
export const nativeSpdx3Head = (elements: readonly Json[], version: string): Sbom =>
  headOf(graphOf({ "@graph": elements.map(objectOf) }), version);
